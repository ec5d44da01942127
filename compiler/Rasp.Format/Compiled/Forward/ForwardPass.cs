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
    private readonly PlannedTiles oneLength = new(() => ForwardPlan.Of(shape, weights, PlanKind.OneLength));
    private readonly PlannedTiles manyLengths = new(() => ForwardPlan.Of(shape, weights, PlanKind.ManyLengths));
    private readonly PlannedTiles observed = new(() => ForwardPlan.Of(shape, weights, PlanKind.Observed));
    private readonly ImmutableArray<OutputReader> readers = [.. shape.Outputs.Select(o => new OutputReader(o))];

    /// <summary>
    /// For inputs of these lengths, whose token ids stand one input after the other, the answers [output, id]: indices into
    /// <see cref="ManifestOutput.Values"/>. Neighbours are computed together, which costs least where their lengths are close.
    /// </summary>
    public void Run(ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths, Span<int> answers)
    {
        int lanes = Tile.LanesFor(shape.MaxLength + 1, lengths.Length);
        int answered = 0;
        for (int first = 0; first < lengths.Length; first += lanes)
        {
            ReadOnlySpan<int> together = lengths.Slice(first, Math.Min(lanes, lengths.Length - first));
            PlannedTiles tiles = together.ContainsAnyExcept(together[0]) ? manyLengths : oneLength;
            Tile tile = tiles.Take();
            tile.Place(ids[answered..], together, lanes, shape.Vocabulary.Length);
            Run(tiles.Plan, tile);
            for (int o = 0; o < readers.Length; o++) readers[o].Read(tile, tiles.Plan.Logits, together, answers[((o * ids.Length) + answered)..]);
            foreach (int length in together) answered += length;
            tiles.GiveBack(tile);
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

    /// <summary>A plan and a tile of it, which is kept for the next run, whatever thread that is on.</summary>
    private sealed class PlannedTiles(Func<ForwardPlan> build)
    {
        private readonly Lazy<ForwardPlan> plan = new(build);
        private Tile? spare;

        public ForwardPlan Plan => plan.Value;

        public Tile Take() => Interlocked.Exchange(ref spare, null) ?? Plan.NewTile();

        public void GiveBack(Tile tile) => Volatile.Write(ref spare, tile);
    }
}
