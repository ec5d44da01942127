using System.Runtime.Intrinsics;

namespace Rasp.Format;

/// <summary>Sees, and may change, the residual stream [positions, d_model] right after a site has been written.</summary>
internal delegate void ResidualObserver(int layer, ResidualSite site, Span<float> residual);

/// <summary>
/// Inputs of one length that are computed together, and the room for their rows. A row's numbers stand by position, then by
/// input: every lane of a vector belongs to another input, so that even a softmax goes on in all lanes at once. Kept from one
/// run to the next, so that what is fixed is not computed again.
/// </summary>
internal sealed class Tile(int[] slots, int slotCount, int heads)
{
    // Vectors of a row, roughly: what is read again soon stays in the first cache.
    private const int RowVectors = 96;

    private Vector512<float>[] rows = [];
    private Vector512<float>[] scores = [];
    private Vector512<float>[] largest = [];
    private Vector512<float>[] best = [];
    private int[] keys = [];
    private int[] ids = [];

    /// <summary>Positions of each input, the beginning of the sequence included.</summary>
    public int Positions { get; private set; }

    /// <summary>Vectors at each position.</summary>
    public int Width { get; private set; }

    /// <summary>Inputs at each position.</summary>
    public int Lanes => Width * Vector512<float>.Count;

    /// <summary>Whether the fixed rows are still to be computed.</summary>
    public bool IsNew { get; set; }

    public ResidualObserver? Observer { get; set; }

    /// <summary>Token ids [positions, lanes].</summary>
    public Span<int> Ids => ids.AsSpan(0, Positions * Lanes);

    /// <summary>Room for one query's scores, and for the numbers of the keys that have a weight.</summary>
    public Span<Vector512<float>> Scores => scores.AsSpan(0, Positions);

    public Span<int> Keys => keys.AsSpan(0, Positions);

    /// <summary>Room for the largest of several rows, and for which of them it is, at each position of each input.</summary>
    public Span<Vector512<float>> Largest => largest.AsSpan(0, Positions * Width);

    public Span<Vector512<float>> Best => best.AsSpan(0, Positions * Width);

    /// <summary>What the attention steps keep from one run to the next.</summary>
    public KeptAttention[] Kept { get; } = [.. Enumerable.Range(0, heads).Select(_ => new KeptAttention())];

    /// <summary>The numbers [positions, width] of a row.</summary>
    public Span<Vector512<float>> this[Row row] => rows.AsSpan(slots[row.Id] * Positions * Width, Positions * Width);

    /// <summary>Makes room for inputs of one length; <paramref name="count"/> of them are to be computed, in as many tiles as it takes.</summary>
    public void Resize(int positions, int count)
    {
        int width = Math.Clamp(RowVectors / positions, 1, (count + Vector512<float>.Count - 1) / Vector512<float>.Count);
        if (positions == Positions && width == Width) return;
        (Positions, Width, IsNew) = (positions, width, true);
        if (rows.Length < slotCount * positions * width) rows = new Vector512<float>[slotCount * positions * width];
        if (ids.Length < positions * Lanes)
        {
            ids = new int[positions * Lanes];
            largest = new Vector512<float>[positions * width];
            best = new Vector512<float>[positions * width];
        }

        if (keys.Length >= positions) return;
        scores = new Vector512<float>[positions];
        keys = new int[positions];
    }
}
