using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Rasp.Format;

/// <summary>Sees, and may change, the residual stream [positions, d_model] right after a site has been written.</summary>
internal delegate void ResidualObserver(int layer, ResidualSite site, Span<float> residual);

/// <summary>Where a tile has its rows. <paramref name="Capacity"/> is the positions of the longest inputs.</summary>
/// <param name="Slots">A row's place among <paramref name="SlotCount"/>, by its number.</param>
/// <param name="Laid">The rows by position that have a place: those that steps read.</param>
internal sealed record TileLayout(int[] Slots, int SlotCount, int Heads, int Capacity, ImmutableArray<Row> Laid, PositionRows ByPosition);

/// <summary>
/// Inputs that are computed together, and the room for their rows, of <paramref name="room"/> vectors each. A row's numbers stand by input, then by
/// position: the lanes of a vector are neighbouring positions. Every input has as many vectors as the longest one; what stands after an input's
/// end means nothing. Kept from one run to the next, so that what is fixed is not computed again.
/// </summary>
internal sealed class Tile(TileLayout layout, int room)
{
    private const int Lanes = 16;

    private readonly Vector512<float>[] rows = new Vector512<float>[layout.SlotCount * room];
    private readonly Vector512<float>[] largest = new Vector512<float>[room];
    private readonly Vector512<float>[] best = new Vector512<float>[room];
    private readonly Vector512<float>[] scores = new Vector512<float>[layout.Capacity];
    private readonly int[] keys = new int[layout.Capacity];
    private readonly int[] ids = new int[room * Lanes];
    private readonly int[] places = new int[room * Lanes];
    private int[] positions = [];
    private int count;

    /// <summary>Positions of each input, the beginning of the sequence included.</summary>
    public ReadOnlySpan<int> Positions => positions.AsSpan(0, count);

    /// <summary>Positions of the longest one.</summary>
    public int Longest { get; private set; }

    /// <summary>Positions of the longest inputs that there can be.</summary>
    public int Capacity => layout.Capacity;

    /// <summary>Vectors of each input.</summary>
    public int Stride => Vectors(Longest);

    /// <summary>Vectors of a row.</summary>
    public int RowLength => count * Stride;

    /// <summary>Whether the fixed rows of this length are still to be computed.</summary>
    public bool IsNew { get; private set; }

    public ResidualObserver? Observer { get; set; }

    /// <summary>Token ids, as a row's numbers stand.</summary>
    public ReadOnlySpan<int> Ids => ids.AsSpan(0, RowLength * Lanes);

    /// <summary>What is which position, as a row's numbers stand.</summary>
    public ReadOnlySpan<int> Places => places.AsSpan(0, RowLength * Lanes);

    /// <summary>Room for a vector of queries' scores, and for the numbers of the keys that have a weight.</summary>
    public Span<Vector512<float>> Scores => scores;

    public Span<int> Keys => keys;

    /// <summary>Room for the largest of several rows, and for which of them it is.</summary>
    public Span<Vector512<float>> Largest => largest.AsSpan(0, RowLength);

    public Span<Vector512<float>> Best => best.AsSpan(0, RowLength);

    /// <summary>What the attention steps keep from one run to the next.</summary>
    public KeptAttention[] Kept { get; } = [.. Enumerable.Range(0, layout.Heads).Select(_ => new KeptAttention())];

    /// <summary>The numbers of a row.</summary>
    public Span<Vector512<float>> this[Row row] => rows.AsSpan(PlaceOf(row), RowLength);

    /// <summary>All rows, and where one of them starts.</summary>
    public ReadOnlySpan<Vector512<float>> Rows => rows;

    public int PlaceOf(Row row) => layout.Slots[row.Id] * room;

    /// <summary>A fixed row's number at each position; where it is by position, beyond those of this length.</summary>
    public float[] NumbersOf(Row row) =>
        row.IsByPosition ? layout.ByPosition[row] : MemoryMarshal.Cast<Vector512<float>, float>(this[row])[..Longest].ToArray();

    public static int Vectors(int positions) => (positions + Lanes - 1) / Lanes;

    /// <summary>Places inputs, whose ids stand one after the other, each behind the <paramref name="beginning"/> of the sequence.</summary>
    public void Place(ReadOnlySpan<int> inputs, ReadOnlySpan<int> lengths, int beginning)
    {
        int longest = 0;
        foreach (int length in lengths) longest = Math.Max(longest, length);
        Resize(longest + 1);
        count = lengths.Length;
        // Any token will do where there is none, but not the beginning of the sequence.
        ids.AsSpan(0, RowLength * Lanes).Clear();
        for (int b = 0; b < count; b++)
        {
            Span<int> placed = ids.AsSpan(b * Stride * Lanes);
            placed[0] = beginning;
            inputs[..lengths[b]].CopyTo(placed[1..]);
            inputs = inputs[lengths[b]..];
            positions[b] = lengths[b] + 1;
        }
    }

    /// <summary>Runs the steps, those that are fixed only where the length is a new one, but then for as many inputs as there is room for.</summary>
    public void Run(ForwardPlan plan)
    {
        if (IsNew && !plan.FixedSteps.IsEmpty)
        {
            int placed = count;
            count = positions.Length;
            Array.Fill(positions, Longest);
            foreach (ForwardStep step in plan.FixedSteps) step.Run(this);
            count = placed;
        }

        foreach (ForwardStep step in plan.Steps) step.Run(this);
        IsNew = false;
    }

    private void Resize(int longest)
    {
        if (longest == Longest) return;
        IsNew = true;
        bool isOtherStride = Vectors(longest) != Stride;
        Longest = longest;
        if (!isOtherStride) return;
        positions = new int[room / Stride];
        for (int i = 0; i < places.Length; i++) places[i] = Math.Min(i % (Stride * Lanes), Capacity - 1);
        foreach (Row row in layout.Laid) Lay(row);
    }

    private void Lay(Row row)
    {
        Span<float> numbers = MemoryMarshal.Cast<Vector512<float>, float>(rows.AsSpan(PlaceOf(row), room));
        float[] byPosition = layout.ByPosition[row];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = byPosition[places[i]];
    }
}
