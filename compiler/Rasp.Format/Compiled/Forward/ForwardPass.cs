using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace Rasp.Format;

/// <summary>
/// The transformer in single precision: embedding, then per layer attention and a ReLU MLP, each added to the residual
/// stream, then the unembedding and the reading of its outputs. Position 0 holds the beginning-of-sequence token. Sums are
/// taken in an order of its own; otherwise it computes what dense products compute. For concurrent use.
/// </summary>
internal sealed class ForwardPass(Manifest shape, IReadOnlyDictionary<string, WeightTensor> weights)
{
    // Positions times weights from which on threads save more than it costs to wake them.
    private const long WorthThreads = 40_000_000;

    private readonly PlannedTiles oneLength = new(() => ForwardPlan.Of(shape, weights, PlanKind.OneLength));
    private readonly PlannedTiles manyLengths = new(() => ForwardPlan.Of(shape, weights, PlanKind.ManyLengths));
    private readonly PlannedTiles observed = new(() => ForwardPlan.Of(shape, weights, PlanKind.Observed));
    private readonly ImmutableArray<OutputReader> readers = [.. shape.Outputs.Select(o => new OutputReader(o))];

    /// <summary>
    /// For inputs of these lengths, whose token ids stand one input after the other, the answers [output, id]: indices into
    /// <see cref="ManifestOutput.Values"/>. Neighbours are computed together, which costs least where their lengths are close; many
    /// of them on all processors.
    /// </summary>
    public void Run(int[] ids, int[] lengths, int[] answers)
    {
        int lanes = Tile.LanesFor(shape.MaxLength + 1, lengths.Length);
        (int First, int Place)[] tiles = new (int, int)[(lengths.Length + lanes - 1) / lanes];
        for (int t = 1; t < tiles.Length; t++) tiles[t] = (t * lanes, tiles[t - 1].Place + lengths[((t - 1) * lanes)..(t * lanes)].Sum());
        if (ids.Length * shape.Nonzeros >= WorthThreads) Parallel.For(0, tiles.Length, RunTile);
        else
            for (int t = 0; t < tiles.Length; t++) RunTile(t);

        void RunTile(int t)
        {
            ReadOnlySpan<int> together = lengths.AsSpan(tiles[t].First, Math.Min(lanes, lengths.Length - tiles[t].First));
            PlannedTiles planned = together.ContainsAnyExcept(together[0]) ? manyLengths : oneLength;
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
        Tile tile = observed.Plan.NewTile();
        tile.Place(ids, [ids.Length], Tile.LanesFor(shape.MaxLength + 1, 1), shape.Vocabulary.Length);
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
    private sealed class PlannedTiles(Func<ForwardPlan> build)
    {
        private readonly Lazy<ForwardPlan> plan = new(build);
        private readonly ConcurrentBag<Tile> spare = [];

        public ForwardPlan Plan => plan.Value;

        public Tile Take() => spare.TryTake(out Tile? tile) ? tile : Plan.NewTile();

        public void GiveBack(Tile tile) => spare.Add(tile);
    }
}
