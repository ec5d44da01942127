using System.Collections.Immutable;
using Rasp.Runtime.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.Injection;

/// <summary>A language model's forward pass: ids [B, T] (and positions [1, T]) to logits [B, T, V], through a hook.</summary>
internal delegate Tensor HookedForward(Tensor ids, Tensor? positions, ResidualHook? hook);

/// <summary>Rows <paramref name="Bases"/> of the batch once more, with a subspace taken from rows <paramref name="Sources"/>.</summary>
internal sealed record Exchange(HookPoint Point, Subspace Subspace, ImmutableArray<int> Bases, ImmutableArray<int> Sources)
{
    public Exchange(HookPoint point, Subspace subspace, IReadOnlyCollection<Counterfactual> pairs)
        : this(point, subspace, [.. pairs.Select(p => p.Base)], [.. pairs.Select(p => p.Source)]) { }
}

/// <summary>The answer flows only through <paramref name="Subspace"/> at <paramref name="Point"/>: its complement is another row's.</summary>
internal sealed record Bottleneck(HookPoint Point, Subspace Subspace);

/// <summary>
/// One pass over a batch in which exchanged rows join at their own site: they share everything below it with the rows they
/// come from, so that an exchange costs only the blocks above.
/// </summary>
internal sealed class ExchangingPass(IReadOnlyCollection<HookPoint> captured, IReadOnlyCollection<Exchange> exchanges, Bottleneck? bottleneck)
{
    private readonly Dictionary<HookPoint, Tensor> residuals = [];
    private readonly List<Exchange> joined = [];

    /// <summary>The batch's own rows, [B, T, d], at a captured point.</summary>
    public Tensor Residual(HookPoint point) => residuals[point];

    /// <summary>The exchanges in the order in which their rows follow the batch's own.</summary>
    public IReadOnlyList<Exchange> Joined => joined;

    /// <summary>Logits at the last position, [B + exchanged rows, V].</summary>
    public Tensor Run(HookedForward model, Tensor ids, Tensor? positions)
    {
        long rows = ids.shape[0];
        Tensor logits = model(ids, positions, (point, residual) => Pass(point, residual, rows));
        if (joined.Count != exchanges.Count) throw new InvalidOperationException("An exchange names a place that the model does not have.");
        return logits.select(1, logits.shape[1] - 1);
    }

    private Tensor Pass(HookPoint point, Tensor residual, long rows)
    {
        if (captured.Contains(point)) residuals[point] = residual.shape[0] == rows ? residual : residual.narrow(0, 0, rows);
        foreach (Exchange exchange in exchanges)
        {
            if (exchange.Point != point) continue;
            Tensor bases = residual.index_select(0, Rows(exchange.Bases));
            Tensor sources = residual.index_select(0, Rows(exchange.Sources));
            residual = cat([residual, exchange.Subspace.Replace(bases, sources)], 0);
            joined.Add(exchange);
        }

        if (bottleneck is not null && bottleneck.Point == point)
        {
            long all = residual.shape[0];
            Tensor others = residual.detach().index_select(0, Rows([.. Enumerable.Range(0, (int)all).Select(i => (int)((i + 1) % all))]));
            residual = bottleneck.Subspace.Replace(others, residual);
        }

        return residual;
    }

    private static Tensor Rows(ImmutableArray<int> rows) => tensor([.. rows.Select(row => (long)row)], [rows.Length]);
}
