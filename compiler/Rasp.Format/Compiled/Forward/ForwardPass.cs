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
    private readonly Lazy<ForwardPlan> plan = new(() => ForwardPlan.Of(shape, weights, isObserved: false));
    private readonly Lazy<ForwardPlan> observed = new(() => ForwardPlan.Of(shape, weights, isObserved: true));
    private readonly ImmutableArray<OutputReader> readers = [.. shape.Outputs.Select(o => new OutputReader(o))];
    private Tile? spare;

    /// <summary>
    /// For <paramref name="count"/> inputs of one length, whose token ids stand one input after the other, the answers
    /// [output, input, position]: indices into <see cref="ManifestOutput.Values"/>.
    /// </summary>
    public void Run(ReadOnlySpan<int> ids, int count, Span<int> answers)
    {
        // One tile is kept for the next run, whatever thread that is on.
        Tile tile = Interlocked.Exchange(ref spare, null) ?? plan.Value.NewTile();
        int length = ids.Length / count;
        tile.Resize(length + 1, count);
        for (int first = 0; first < count; first += tile.Lanes)
        {
            int inputs = Math.Min(tile.Lanes, count - first);
            Place(tile, ids.Slice(first * length, inputs * length), inputs);
            Run(plan.Value, tile);
            for (int o = 0; o < readers.Length; o++)
                readers[o].Read(tile, plan.Value.Logits, inputs, answers.Slice(((o * count) + first) * length, inputs * length));
        }

        Volatile.Write(ref spare, tile);
    }

    /// <summary>One input, its residual stream shown to <paramref name="observe"/> at every site. It may be empty: then there is the beginning alone.</summary>
    public void Run(ReadOnlySpan<int> ids, ResidualObserver observe, Span<int> answers)
    {
        Tile tile = observed.Value.NewTile();
        tile.Resize(ids.Length + 1, 1);
        tile.Observer = observe;
        Place(tile, ids, 1);
        Run(observed.Value, tile);
        for (int o = 0; o < readers.Length; o++) readers[o].Read(tile, observed.Value.Logits, 1, answers.Slice(o * ids.Length, ids.Length));
    }

    /// <summary>The beginning of the sequence, then the tokens; lanes without an input repeat the last one.</summary>
    private void Place(Tile tile, ReadOnlySpan<int> ids, int inputs)
    {
        int length = tile.Positions - 1;
        Span<int> placed = tile.Ids;
        placed[..tile.Lanes].Fill(shape.Vocabulary.Length);
        for (int b = 0; b < tile.Lanes; b++)
        {
            ReadOnlySpan<int> input = ids.Slice(Math.Min(b, inputs - 1) * length, length);
            for (int p = 0; p < input.Length; p++) placed[((p + 1) * tile.Lanes) + b] = input[p];
        }
    }

    private static void Run(ForwardPlan plan, Tile tile)
    {
        for (int s = 0; s < plan.Steps.Length; s++)
        {
            StepKind kind = plan.Kinds[s];
            if (kind == StepKind.EveryTile || (kind == StepKind.EveryLength && tile.IsNew)) plan.Steps[s].Run(tile);
            else if (kind == StepKind.Once && tile.IsEmpty) tile.RunWhole(plan.Steps[s]);
        }

        tile.IsEmpty = false;
        tile.IsNew = false;
    }
}
