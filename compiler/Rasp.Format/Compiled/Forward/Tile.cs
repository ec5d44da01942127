using System.Numerics;

namespace Rasp.Format;

/// <summary>Sees, and may change, the residual stream [positions, d_model] right after a site has been written.</summary>
internal delegate void ResidualObserver(int layer, ResidualSite site, Span<float> residual);

/// <summary>
/// Inputs of one length that are computed together, and the room for their rows. A row's numbers stand by position, then by
/// input: every lane of a vector belongs to another input, so that even a softmax goes on in all lanes at once. Kept from one
/// run to the next, so that what is fixed is not computed again.
/// </summary>
internal sealed class Tile(int[] slots, int slotCount, int patterns)
{
    // Vectors of a row, roughly: what is read again soon stays in the first cache.
    private const int RowVectors = 96;

    private Vector<float>[] rows = [];
    private Vector<float>[] scores = [];
    private int[] keys = [];
    private int[] ids = [];

    /// <summary>Positions of each input, the beginning of the sequence included.</summary>
    public int Positions { get; private set; }

    /// <summary>Vectors at each position.</summary>
    public int Width { get; private set; }

    /// <summary>Inputs at each position.</summary>
    public int Lanes => Width * Vector<float>.Count;

    /// <summary>Whether the fixed rows are still to be computed.</summary>
    public bool IsNew { get; set; }

    public ResidualObserver? Observer { get; set; }

    /// <summary>Token ids [positions, lanes].</summary>
    public Span<int> Ids => ids.AsSpan(0, Positions * Lanes);

    /// <summary>Room for one query's scores, and for the numbers of the keys that have a weight.</summary>
    public Span<Vector<float>> Scores => scores.AsSpan(0, Positions);

    public Span<int> Keys => keys.AsSpan(0, Positions);

    /// <summary>What the attention steps keep while the length stays the same.</summary>
    public FixedAttention[] Fixed { get; } = [.. Enumerable.Range(0, patterns).Select(_ => new FixedAttention())];

    /// <summary>The numbers [positions, width] of a row.</summary>
    public Span<Vector<float>> this[Row row] => rows.AsSpan(slots[row.Id] * Positions * Width, Positions * Width);

    /// <summary>Makes room for inputs of one length; <paramref name="count"/> of them are to be computed, in as many tiles as it takes.</summary>
    public void Resize(int positions, int count)
    {
        int width = Math.Clamp(RowVectors / positions, 1, (count + Vector<float>.Count - 1) / Vector<float>.Count);
        if (positions == Positions && width == Width) return;
        (Positions, Width, IsNew) = (positions, width, true);
        if (rows.Length < slotCount * positions * width) rows = new Vector<float>[slotCount * positions * width];
        if (ids.Length < positions * Lanes) ids = new int[positions * Lanes];
        if (keys.Length >= positions) return;
        scores = new Vector<float>[positions];
        keys = new int[positions];
    }
}

/// <summary>A head's pattern and scores, as far as they depend on the inputs' length alone.</summary>
internal sealed class FixedAttention
{
    /// <summary>The keys and weights of query p are those in [Start[p], Start[p + 1]).</summary>
    public int[] Start { get; set; } = [];

    public List<int> Keys { get; } = [];

    public List<float> Weights { get; } = [];

    /// <summary>The fixed part of the scores [query, key].</summary>
    public float[] Scores { get; set; } = [];
}
