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

    // From so many inputs on a vector of them is faster than each by itself.
    private const int WorthLanes = 8;

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
        Lazy<ForwardPlan> ofOneLength = new(() => ForwardPlan.Of(shape, weights, PlanKind.OneLength));
        oneInput = new PlannedTiles(ofOneLength, hasOneInput: true);
        oneLength = new PlannedTiles(ofOneLength, hasOneInput: false);
        manyLengths = new PlannedTiles(new(() => ForwardPlan.Of(shape, weights, PlanKind.ManyLengths)), hasOneInput: false);
        observed = new PlannedTiles(new(() => ForwardPlan.Of(shape, weights, PlanKind.Observed)), hasOneInput: true);
    }

    /// <summary>
    /// For inputs of these lengths, whose token ids stand one input after the other, the answers [output, id]: indices into
    /// <see cref="ManifestOutput.Values"/>. Neighbours are computed together, which costs least where their lengths are close, but few
    /// inputs each by itself; many of them on all processors.
    /// </summary>
    public void Run(int[] ids, int[] lengths, int[] answers)
    {
        int lanes = lengths.Length < WorthLanes ? 1 : Tile.LanesFor(shape.MaxLength + 1, lengths.Length);
        (int First, int Place)[] tiles = new (int, int)[(lengths.Length + lanes - 1) / lanes];
        for (int t = 1; t < tiles.Length; t++) tiles[t] = (t * lanes, tiles[t - 1].Place + lengths[((t - 1) * lanes)..(t * lanes)].Sum());
        if (ids.Length * shape.Nonzeros >= WorthThreads) Parallel.For(0, tiles.Length, RunTile);
        else
            for (int t = 0; t < tiles.Length; t++) RunTile(t);

        void RunTile(int t)
        {
            ReadOnlySpan<int> together = lengths.AsSpan(tiles[t].First, Math.Min(lanes, lengths.Length - tiles[t].First));
            PlannedTiles planned = together.Length == 1 ? oneInput : together.ContainsAnyExcept(together[0]) ? manyLengths : oneLength;
            Tile tile = planned.Take();
            tile.Place(ids.AsSpan(tiles[t].Place), together, lanes, shape.Vocabulary.Length);
            Run(planned.Plan, tile);
            for (int o = 0; o < readers.Length; o++) readers[o].Read(tile, planned.Plan.Logits, together, answers.AsSpan((o * ids.Length) + tiles[t].Place));
            planned.GiveBack(tile);
        }
    }

    /// <summary>One input, its residual stream shown to <paramref name="observe"/> at every site. It may be empty: then there is the beginning alone.</summary>
    public void Run(ReadOnlySpan<int> ids, ResidualObserver observe, Span<int> answers)
    {
        Tile tile = observed.NewTile();
        tile.Place(ids, shape.Vocabulary.Length);
        tile.Observer = observe;
        Run(observed.Plan, tile);
        for (int o = 0; o < readers.Length; o++) readers[o].Read(tile, observed.Plan.Logits, [ids.Length], answers.Slice(o * ids.Length, ids.Length));
    }

    private static void Run(ForwardPlan plan, Tile tile)
    {
        for (int s = 0; s < plan.Steps.Length; s++)
            if (tile.IsNew || !plan.AreFixed[s]) plan.Steps[s].Run(tile);
        tile.IsNew = false;
    }

    /// <summary>A plan and its tiles, which are kept for the next runs, whatever threads those are on.</summary>
    private sealed class PlannedTiles(Lazy<ForwardPlan> plan, bool hasOneInput)
    {
        private readonly ConcurrentBag<Tile> spare = [];

        public ForwardPlan Plan => plan.Value;

        public Tile NewTile() => Plan.NewTile(hasOneInput);

        public Tile Take() => spare.TryTake(out Tile? tile) ? tile : NewTile();

        public void GiveBack(Tile tile) => spare.Add(tile);
    }
}
