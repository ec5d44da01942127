using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Rasp.Format;

/// <summary>Sees, and may change, the residual stream [positions, d_model] right after a site has been written.</summary>
internal delegate void ResidualObserver(int layer, ResidualSite site, Span<float> residual);

/// <summary>Where a tile has its rows. <paramref name="Capacity"/> is the positions of the longest inputs.</summary>
/// <param name="Slots">A row's place among <paramref name="SlotCount"/>, by its number.</param>
/// <param name="Broadcast">The rows by position that have a place: those that steps read in every lane.</param>
internal sealed record TileLayout(int[] Slots, int SlotCount, int Heads, int Capacity, ImmutableArray<Row> Broadcast, PositionRows ByPosition);

/// <summary>
/// Inputs that are computed together, and the room for their rows. A row's numbers stand by position, then by input: every lane
/// of a vector belongs to another input, so that even a softmax goes on in all lanes at once. After a shorter input's end its
/// numbers mean nothing, and no key is there. In a tile of one input the lanes are its positions instead. Kept from one run to the
/// next, so that what is fixed is not computed again.
/// </summary>
internal sealed class Tile(TileLayout layout, bool hasOneInput)
{
    // Vectors of a row, roughly: what is read again soon stays in the first cache.
    private const int RowVectors = 96;

    private Vector512<float>[] rows = [];
    private Vector512<float>[] scores = [];
    private Vector512<float>[] largest = [];
    private Vector512<float>[] best = [];
    private int[] keys = [];
    private int[] ids = [];
    private int[] places = [];
    private int[] ends = [];

    /// <summary>Positions of the longest input here, the beginning of the sequence included.</summary>
    public int Positions { get; private set; }

    /// <summary>Positions of the shortest one.</summary>
    public int Shortest { get; private set; }

    public bool IsOneLength => Shortest == Positions;

    /// <summary>Positions of the longest inputs that there can be.</summary>
    public int Capacity => layout.Capacity;

    /// <summary>Whether the lanes are positions of one input.</summary>
    public bool HasOneInput => hasOneInput;

    /// <summary>Vectors at each position; of one input, whose row they are, none.</summary>
    public int Width { get; private set; }

    /// <summary>Inputs at each position.</summary>
    public int Lanes => Width * Vector512<float>.Count;

    /// <summary>Numbers from one position of an input to its next.</summary>
    public int Stride => hasOneInput ? 1 : Lanes;

    /// <summary>Vectors of a row.</summary>
    public int RowLength => hasOneInput ? Vectors(Positions) : Positions * Width;

    /// <summary>Whether the fixed rows of this length are still to be computed.</summary>
    public bool IsNew { get; set; }

    public ResidualObserver? Observer { get; set; }

    /// <summary>Token ids, as a row's numbers stand.</summary>
    public ReadOnlySpan<int> Ids => ids.AsSpan(0, RowLength * Vector512<float>.Count);

    /// <summary>What is which position, as a row's numbers stand.</summary>
    public ReadOnlySpan<int> Places => places.AsSpan(0, RowLength * Vector512<float>.Count);

    /// <summary>The number of each lane's positions [width].</summary>
    public ReadOnlySpan<Vector512<int>> Ends => MemoryMarshal.Cast<int, Vector512<int>>(ends.AsSpan(0, Lanes));

    /// <summary>Room for one query's scores, and for the numbers of the keys that have a weight.</summary>
    public Span<Vector512<float>> Scores => scores.AsSpan(0, Positions);

    public Span<int> Keys => keys.AsSpan(0, Positions);

    /// <summary>Room for the largest of several rows, and for which of them it is, at each position of each input.</summary>
    public Span<Vector512<float>> Largest => largest.AsSpan(0, RowLength);

    public Span<Vector512<float>> Best => best.AsSpan(0, RowLength);

    /// <summary>What the attention steps keep from one run to the next.</summary>
    public KeptAttention[] Kept { get; } = [.. Enumerable.Range(0, layout.Heads).Select(_ => new KeptAttention())];

    /// <summary>The numbers of a row: [positions, width], or of one input [positions].</summary>
    public Span<Vector512<float>> this[Row row] => rows.AsSpan(PlaceOf(row), RowLength);

    /// <summary>All rows, and where one of them starts.</summary>
    public ReadOnlySpan<Vector512<float>> Rows => rows;

    public int PlaceOf(Row row) => layout.Slots[row.Id] * RowRoom;

    private int RowRoom => hasOneInput ? Vectors(Capacity) : Capacity * Width;

    /// <summary>A fixed row's number at each position; where it is by position, beyond those of this length.</summary>
    public float[] Lane(Row row)
    {
        if (row.IsByPosition) return layout.ByPosition[row];
        ReadOnlySpan<float> numbers = MemoryMarshal.Cast<Vector512<float>, float>(this[row]);
        float[] lane = new float[Positions];
        for (int p = 0; p < lane.Length; p++) lane[p] = numbers[p * Stride];
        return lane;
    }

    /// <summary>Inputs that one tile holds where <paramref name="count"/> of them, of so many positions at most, are to be computed.</summary>
    public static int LanesFor(int capacity, int count) =>
        Math.Max(1, Math.Min(RowVectors / capacity, Vectors(count))) * Vector512<float>.Count;

    /// <summary>
    /// Places inputs, whose ids stand one after the other, behind the <paramref name="beginning"/> of the sequence. Lanes without
    /// one repeat the last one.
    /// </summary>
    public void Place(ReadOnlySpan<int> inputs, ReadOnlySpan<int> lengths, int lanes, int beginning)
    {
        if (hasOneInput)
        {
            Place(inputs[..lengths[0]], beginning);
            return;
        }

        int longest = 0;
        foreach (int length in lengths) longest = Math.Max(longest, length);
        Resize(longest + 1, lanes / Vector512<float>.Count);
        Shortest = Positions;
        ids.AsSpan(0, lanes).Fill(beginning);
        for (int b = 0; b < lanes; b++)
        {
            ReadOnlySpan<int> input = inputs[..lengths[Math.Min(b, lengths.Length - 1)]];
            for (int p = 0; p < input.Length; p++) ids[((p + 1) * lanes) + b] = input[p];
            // Any token will do where there is none, but not the beginning of the sequence.
            for (int p = input.Length; p < longest; p++) ids[((p + 1) * lanes) + b] = 0;
            ends[b] = input.Length + 1;
            Shortest = Math.Min(Shortest, ends[b]);
            if (b < lengths.Length - 1) inputs = inputs[input.Length..];
        }
    }

    /// <summary>Places the one input behind the <paramref name="beginning"/> of the sequence.</summary>
    public void Place(ReadOnlySpan<int> input, int beginning)
    {
        Resize(input.Length + 1, 0);
        Shortest = Positions;
        ids[0] = beginning;
        input.CopyTo(ids.AsSpan(1));
        ids.AsSpan(Positions).Clear();
    }

    private void Resize(int positions, int width)
    {
        if (rows.Length == 0 || width != Width)
        {
            (Width, Positions) = (width, 0);
            rows = Room(rows, layout.SlotCount * RowRoom);
            largest = Room(largest, RowRoom);
            best = Room(best, RowRoom);
            scores = Room(scores, Capacity);
            keys = new int[Capacity];
            ids = new int[RowRoom * Vector512<float>.Count];
            places = [.. Enumerable.Range(0, ids.Length).Select(i => Math.Min(i / Stride, Capacity - 1))];
            ends = new int[Lanes];
            foreach (Row row in layout.Broadcast) Broadcast(row);
        }

        IsNew |= positions != Positions;
        Positions = positions;
    }

    private void Broadcast(Row row)
    {
        Span<float> numbers = MemoryMarshal.Cast<Vector512<float>, float>(rows.AsSpan(PlaceOf(row), RowRoom));
        for (int i = 0; i < numbers.Length; i++) numbers[i] = layout.ByPosition[row][places[i]];
    }

    private static int Vectors(int numbers) => (numbers + Vector512<float>.Count - 1) / Vector512<float>.Count;

    private static Vector512<float>[] Room(Vector512<float>[] room, int length) => room.Length < length ? new Vector512<float>[length] : room;
}
