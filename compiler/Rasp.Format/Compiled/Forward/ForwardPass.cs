using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Rasp.Format;

/// <summary>
/// The transformer in single precision: embedding, then per layer attention and a ReLU MLP, each added to the residual
/// stream, then the unembedding and the reading of its outputs. Position 0 holds the beginning-of-sequence token. Sums are
/// taken in an order of its own; otherwise it computes what dense products compute. For concurrent use.
/// </summary>
internal sealed class ForwardPass
{
    // Positions times weights from which on threads save more than it costs to wake them.
    private const long WorthThreads = 40_000_000;

    // Vectors of a row, roughly: what is read again soon stays in the first cache, and a step is worth its call.
    private const int RowVectors = 64;

    private readonly Manifest shape;
    private readonly PlannedTiles oneInput;
    private readonly PlannedTiles oneLength;
    private readonly PlannedTiles manyLengths;
    private readonly PlannedTiles observed;
    private readonly ImmutableArray<OutputReader> readers;

    public ForwardPass(Manifest shape, IReadOnlyDictionary<string, WeightTensor> weights)
    {
        this.shape = shape;
        readers = [.. shape.Outputs.Select(o => new OutputReader(o))];
        // Odd, since rows that lie a power of two apart would stand in one place of the cache.
        int forOne = Tile.Vectors(shape.MaxLength + 1) | 1;
        int room = Math.Max(RowVectors, forOne) | 1;
        Lazy<ForwardPlan> ofOneLength = new(() => ForwardPlan.Of(shape, weights, PlanKind.OneLength));
        oneInput = new PlannedTiles(ofOneLength, forOne);
        oneLength = new PlannedTiles(ofOneLength, room);
        manyLengths = new PlannedTiles(new(() => ForwardPlan.Of(shape, weights, PlanKind.ManyLengths)), room);
        observed = new PlannedTiles(new(() => ForwardPlan.Of(shape, weights, PlanKind.Observed)), forOne);
    }

    /// <summary>
    /// For inputs of these lengths, whose token ids stand one input after the other, the answers [output, id]: indices into
    /// <see cref="ManifestOutput.Values"/>. Neighbours are computed together, which costs least where their lengths are close; many
    /// of them on all processors.
    /// </summary>
    public void Run(int[] ids, int[] lengths, int[] answers)
    {
        List<(int First, int Count, int Place)> tiles = Split(lengths);
        if (ids.Length * shape.Nonzeros >= WorthThreads) Parallel.For(0, tiles.Count, t => RunTile(tiles[t]));
        else
            foreach ((int, int, int) tile in tiles) RunTile(tile);

        void RunTile((int First, int Count, int Place) part)
        {
            ReadOnlySpan<int> together = lengths.AsSpan(part.First, part.Count);
            PlannedTiles planned = part.Count == 1 ? oneInput : together.ContainsAnyExcept(together[0]) ? manyLengths : oneLength;
            Tile tile = planned.Take();
            tile.Place(ids.AsSpan(part.Place), together, shape.Vocabulary.Length);
            tile.Run(planned.Plan);
            for (int o = 0; o < readers.Length; o++) readers[o].Read(tile, planned.Plan.Logits, together, answers.AsSpan((o * ids.Length) + part.Place));
            planned.GiveBack(tile);
        }
    }

    /// <summary>As many neighbours as a row has room for.</summary>
    private static List<(int First, int Count, int Place)> Split(int[] lengths)
    {
        List<(int, int, int)> tiles = [];
        (int first, int place, int longest, int sum) = (0, 0, 0, 0);
        for (int i = 0; i < lengths.Length; i++)
        {
            int longer = Math.Max(longest, lengths[i]);
            if (i > first && (i - first + 1) * Tile.Vectors(longer + 1) > RowVectors)
            {
                tiles.Add((first, i - first, place));
                (first, place, longer, sum) = (i, place + sum, lengths[i], 0);
            }

            longest = longer;
            sum += lengths[i];
        }

        if (lengths.Length > 0) tiles.Add((first, lengths.Length - first, place));
        return tiles;
    }

    /// <summary>One input, its residual stream shown to <paramref name="observe"/> at every site. It may be empty: then there is the beginning alone.</summary>
    public void Run(ReadOnlySpan<int> ids, ResidualObserver observe, Span<int> answers)
    {
        Tile tile = observed.NewTile();
        tile.Place(ids, [ids.Length], shape.Vocabulary.Length);
        tile.Observer = observe;
        tile.Run(observed.Plan);
        for (int o = 0; o < readers.Length; o++) readers[o].Read(tile, observed.Plan.Logits, [ids.Length], answers.Slice(o * ids.Length, ids.Length));
    }

    /// <summary>A plan and its tiles, which are kept for the next runs, whatever threads those are on.</summary>
    private sealed class PlannedTiles(Lazy<ForwardPlan> plan, int room)
    {
        private readonly ConcurrentBag<Tile> spare = [];

        public ForwardPlan Plan => plan.Value;

        public Tile NewTile() => Plan.NewTile(room);

        public Tile Take() => spare.TryTake(out Tile? tile) ? tile : NewTile();

        public void GiveBack(Tile tile) => spare.Add(tile);
    }
}
