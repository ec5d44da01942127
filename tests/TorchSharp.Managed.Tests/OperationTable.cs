using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Managed.Tests;

/// <summary>Shapes to try an operation on: some given, and some drawn where there is a rule to draw by.</summary>
internal sealed record ShapeSet(long[][][] Given, Func<Random, long[][]>? Draw = null);

/// <summary>A differentiable operation and the shapes it is tried on.</summary>
internal sealed record Operation(string Name, Func<Tensor[], Tensor> Apply, ShapeSet Shapes, double Low = -1.5, double High = 1.5)
{
    private const int Draws = 8;

    internal Operation(string name, Func<Tensor[], Tensor> apply, long[][][] shapes, double low = -1.5, double high = 1.5, Func<Random, long[][]>? draw = null)
        : this(name, apply, new ShapeSet(shapes, draw), low, high)
    {
    }

    internal IEnumerable<(double[] Values, long[] Shape)[]> Inputs()
    {
        var random = new Random(7);
        var drawn = Shapes.Draw is { } draw ? Enumerable.Range(0, Draws).Select(_ => draw(random)) : [];
        foreach (var shapes in Shapes.Given.Concat(drawn))
        {
            yield return [.. shapes.Select(shape =>
            {
                var n = shape.Aggregate(1L, static (a, b) => a * b);
                // Spread evenly in random order, so that no two values are close to equal and none is near a kink at 0.
                var values = Enumerable.Range(0, (int)n).Select(i => Low + (High - Low) * (i + 0.37) / n + 0.001 * random.NextDouble()).ToArray();
                random.Shuffle(values);
                return (values, shape);
            })];
        }
    }
}

internal static class OperationTable
{
    private static readonly ShapeSet One = new([[[]], [[1]], [[0]], [[5]], [[2, 3]], [[3, 1, 4]], [[2, 0, 3]], [[17, 3]]], RandomShapes.One);
    private static readonly ShapeSet Matrices = new([[[2, 3]], [[1, 1]], [[3, 1, 4]], [[4, 17]]], RandomShapes.Matrix);
    private static readonly ShapeSet MaybeEmpty = new([.. Matrices.Given, [[0, 3]], [[2, 0]], [[0, 0, 1]]], RandomShapes.MaybeEmpty);
    private static readonly ShapeSet Two = new(
        [[[], []], [[3], []], [[4], [4]], [[2, 3], [3]], [[2, 3], [2, 1]], [[2, 1, 3], [4, 1]], [[0, 3], [1, 3]], [[1], [5, 1]], [[3, 9], [3, 9]]],
        RandomShapes.Broadcast);
    private static readonly ShapeSet Attention = new(
        [[[1, 1, 3, 2], [1, 1, 3, 2], [1, 1, 3, 2]], [[2, 2, 5, 4], [2, 2, 5, 4], [2, 2, 5, 3]], [[1, 27, 3], [1, 27, 3], [1, 27, 3]]],
        RandomShapes.Attention);
    private static readonly ShapeSet Three = new([[[2, 3], [2, 3], [2, 3]], [[2, 3], [3], [2, 1]], [[], [1], [4]], [[0, 3], [3], [1, 3]]]);
    private static readonly ShapeSet Pair = new([[[2, 5], [2, 5]]], RandomShapes.Pair);

    internal static readonly Operation[] All =
    [
        new("add", static x => x[0] + x[1], Two),
        new("add alpha", static x => x[0].add(x[1], 1.7), Two),
        new("sub", static x => x[0] - x[1], Two),
        new("mul", static x => x[0] * x[1], Two),
        new("div", static x => x[0] / x[1], Two, 0.5, 2),
        new("maximum", static x => x[0].maximum(x[1]), Two),
        new("minimum", static x => x[0].minimum(x[1]), Two),
        new("pow tensor", static x => x[0].pow(x[1]), Two, 0.5, 2),
        new("where", static x => torch.where(x[0] > 0.1, x[0], x[1]), Two),
        new("scalar ops", static x => 2 - (x[0] * 3 + 1) / 4 - 0.5, One),
        new("scalar over", static x => 2 / x[0], One, 0.5, 2),
        new("neg", static x => -x[0], One),
        new("abs", static x => x[0].abs(), One, 0.1, 1.5),
        new("exp", static x => x[0].exp(), One),
        new("log", static x => x[0].log(), One, 0.5, 2),
        new("log1p", static x => x[0].log1p(), One, -0.4, 2),
        new("expm1", static x => x[0].expm1(), One),
        new("log2", static x => x[0].log2(), One, 0.5, 2),
        new("sqrt", static x => x[0].sqrt(), One, 0.5, 2),
        new("rsqrt", static x => x[0].rsqrt(), One, 0.5, 2),
        new("sin", static x => x[0].sin(), One),
        new("cos", static x => x[0].cos(), One),
        new("tan", static x => x[0].tan(), One, -1, 1),
        new("tanh", static x => x[0].tanh(), One),
        new("sigmoid", static x => x[0].sigmoid(), One),
        new("relu", static x => x[0].relu(), One),
        new("silu", static x => F.silu(x[0]), One),
        new("gelu", static x => F.gelu(x[0]), One),
        new("gelu tanh", static x => F.gelu(x[0], TorchSharp.Modules.GELU.Approximate.tanh), One),
        new("erf", static x => x[0].erf(), One),
        new("reciprocal", static x => x[0].reciprocal(), One, 0.5, 2),
        new("pow 2", static x => x[0].pow(2), One),
        new("pow 3", static x => x[0].pow(3), One),
        new("pow -1.5", static x => x[0].pow(-1.5), One, 0.5, 2),
        new("clamp", static x => x[0].clamp(-0.7, 0.8), One),
        new("masked_fill", static x => x[0].masked_fill(x[0] > 0.3, 2.0), One),
        new("sum", static x => x[0].sum(), One),
        new("sum dim", static x => x[0].sum(-1L), MaybeEmpty),
        new("sum first keep", static x => x[0].sum(0L, true), MaybeEmpty),
        new("mean", static x => x[0].mean(), [[[1]], [[5]], [[2, 3]]], draw: RandomShapes.Matrix),
        new("mean dims", static x => x[0].mean([0, -1], true), Matrices),
        new("var", static x => x[0].var(-1L), [[[2, 3]], [[4, 17]]]),
        new("std biased", static x => x[0].std(-1L, unbiased: false), [[[2, 3]], [[4, 17]]]),
        new("norm", static x => x[0].norm(), Matrices),
        new("norm dim", static x => x[0].norm(1), Matrices),
        new("norm 1", static x => x[0].norm(1.0f), MaybeEmpty),
        new("norm 3", static x => x[0].norm(3.0f), Matrices),
        new("logsumexp", static x => x[0].logsumexp(-1), Matrices),
        new("amax", static x => x[0].amax([-1L], true), Matrices),
        new("max dim", static x => x[0].max(0L).values, Matrices),
        new("min", static x => x[0].min(), Matrices),
        new("cumsum", static x => x[0].cumsum(0), MaybeEmpty),
        new("sort", static x => x[0].sort(-1, true).Values, MaybeEmpty),
        new("topk", static x => x[0].topk(1, 0).values, Matrices),
        new("reshape", static x => x[0].reshape(-1), One),
        new("transpose", static x => x[0].transpose(0, -1), MaybeEmpty),
        new("permute", static x => x[0].permute(2, 0, 1), [[[3, 1, 4]], [[2, 0, 3]], [[2, 3, 4]]]),
        new("squeeze", static x => x[0].unsqueeze(-1).squeeze(), One),
        new("expand", static x => x[0].expand(4, -1, 3), [[[2, 1]], [[1, 3]], [[0, 1]]]),
        new("narrow", static x => x[0].narrow(-1, 1, 2), [[[3]], [[2, 4]], [[0, 3]]]),
        new("slice step", static x => x[0][TensorIndex.Colon, TensorIndex.Slice(0, null, 2)], MaybeEmpty),
        new("select", static x => x[0].select(0, -1), Matrices),
        new("diagonal", static x => x[0].diagonal(1), [[[3, 4]], [[2, 2]]]),
        new("index ellipsis", static x => x[0][TensorIndex.Ellipsis, TensorIndex.Single(0), TensorIndex.Null], Matrices),
        new("index tensors", static x => x[0][TensorIndex.Tensor(tensor(new long[] { 0, 1, 0 })), TensorIndex.Tensor(tensor(new long[] { 1, 0, 1 }))], [[[2, 3]], [[2, 2, 3]]]),
        new("index mask", static x => x[0][x[0] > 0], [[[2, 3]], [[5]]]),
        new("index_put", static x => { var y = x[0].clone(); y[TensorIndex.Colon, TensorIndex.Single(0)] = x[1]; return y * y; }, [[[2, 3], [2]], [[4, 2], []]]),
        new("index_select", static x => x[0].index_select(0, tensor(new long[] { 1, 0, 1 })), [[[2]], [[2, 3]], [[3, 2, 2]]]),
        new("gather", static x => x[0].gather(1, tensor(new long[,] { { 0, 2 }, { 1, 1 } })), [[[2, 3]], [[3, 3]]]),
        new("scatter", static x => x[0].scatter(1, tensor(new long[,] { { 0, 2 }, { 1, 0 } }), x[1]), [[[2, 3], [2, 2]], [[3, 4], [2, 3]]]),
        new("scatter_add", static x => x[0].scatter_add(1, tensor(new long[,] { { 0, 2 }, { 1, 1 } }), x[1]), [[[2, 3], [2, 2]], [[3, 4], [2, 3]]]),
        new("index_add", static x => x[0].index_add(0, tensor(new long[] { 1, 1 }), x[1], 0.5), [[[2, 3], [2, 3]]]),
        new("index_copy", static x => x[0].index_copy(0, tensor(new long[] { 1, 0 }), x[1]), [[[3, 2], [2, 2]]]),
        new("cat", static x => torch.cat([x[0], x[1], x[0]], -1), [[[2, 3], [2, 1]], [[0], [3]], [[2, 0], [2, 2]]]),
        new("stack", static x => torch.stack([x[0], x[1]], 1), [[[2, 3], [2, 3]], [[4], [4]]]),
        new("chunk", static x => x[0].chunk(2, -1)[0] * 2, [[[2, 4]], [[3]]]),
        new("split", static x => x[0].split([1, 2], -1)[1], [[[2, 3]]]),
        new("flip", static x => x[0].flip(0), MaybeEmpty),
        new("roll", static x => x[0].roll(1, -1), MaybeEmpty),
        new("repeat", static x => x[0].repeat(2, 1, 3), [[[2, 3]], [[1, 2, 1]]]),
        new("repeat_interleave", static x => x[0].repeat_interleave(3, 0), MaybeEmpty),
        new("tril", static x => x[0].tril(), MaybeEmpty),
        new("triu", static x => x[0].triu(1), MaybeEmpty),
        new("copy_", static x => { var y = zeros(2, 3, x[0].dtype); y.copy_(x[0]); return y * y; }, [[[2, 3]], [[3]], [[1]]]),
        new("in place", static x => { var y = x[0] * 2; y.mul_(x[1]).add_(1).sigmoid_(); return y; }, [[[2, 3], [3]], [[4], [4]]]),
        new("mm", static x => x[0].mm(x[1]), [[[2, 3], [3, 4]], [[1, 1], [1, 1]], [[0, 3], [3, 2]], [[3, 0], [0, 2]], [[13, 5], [5, 17]]], draw: RandomShapes.Product),
        new("bmm", static x => x[0].bmm(x[1]), [[[2, 2, 3], [2, 3, 4]], [[1, 1, 1], [1, 1, 1]]], draw: RandomShapes.BatchedProduct),
        new("matmul broadcast", static x => x[0].matmul(x[1]), [[[2, 1, 2, 3], [2, 3, 2]], [[4], [4, 2]], [[2, 3], [3]], [[2, 2, 3], [3, 2]], [[3], [3]]], draw: RandomShapes.BroadcastProduct),
        new("linear", static x => F.linear(x[0], x[1], x[2]), [[[2, 3], [4, 3], [4]], [[3], [2, 3], [2]], [[2, 2, 3], [1, 3], [1]], [[0, 3], [2, 3], [2]]], draw: RandomShapes.Linear),
        new("embedding", static x => F.embedding(tensor(new long[,] { { 0, 1 }, { 1, 1 } }), x[0]), [[[2, 3]], [[3, 1]]]),
        new("embedding padding", static x => F.embedding(tensor(new long[,] { { 0, 1 }, { 1, 2 } }), x[0], padding_idx: 1), []),
        new("softmax", static x => x[0].softmax(-1), MaybeEmpty),
        new("softmax first", static x => x[0].softmax(0), MaybeEmpty),
        new("log_softmax", static x => x[0].log_softmax(1), MaybeEmpty),
        new("layer_norm", static x => F.layer_norm(x[0], [x[0].shape[^1]], x[1], x[2]), [[[2, 3], [3], [3]], [[2, 2, 9], [9], [9]]], draw: RandomShapes.Norm),
        new("layer_norm last two", static x => F.layer_norm(x[0], [.. x[0].shape[^2..]]), [[[2, 3, 4]]]),
        new("rms norm", static x => x[0] * torch.rsqrt(x[0].pow(2).mean([-1], true) + 1e-5) * x[1], [[[2, 3], [3]], [[2, 2, 9], [9]]]),
        new("cross_entropy", static x => F.cross_entropy(x[0], tensor(new long[] { 1, -100, 0 })), [[[3, 2]], [[3, 11]]]),
        new("cross_entropy sum", static x => F.cross_entropy(x[0], tensor(new long[] { 1, 3, 0 }), ignore_index: 3, reduction: nn.Reduction.Sum), [[[3, 4]]]),
        new("cross_entropy none", static x => F.cross_entropy(x[0], tensor(new long[] { 1, 0 }), reduction: nn.Reduction.None), [[[2, 5]]]),
        new("cross_entropy places", static x => F.cross_entropy(x[0], tensor(new long[,] { { 0, 3, 2 }, { 1, -100, 3 } }), reduction: nn.Reduction.None), [[[2, 4, 3]]]),
        new("cross_entropy smooth", static x => F.cross_entropy(x[0], tensor(new long[] { 1, 0 }), label_smoothing: 0.2), [[[2, 5]]]),
        new("cross_entropy weights", static x => Weighted(x[0], nn.Reduction.Mean, 0), [[[4, 5]]]),
        new("cross_entropy weights smooth", static x => Weighted(x[0], nn.Reduction.Mean, 0.1), [[[4, 5]]]),
        new("cross_entropy weights none", static x => Weighted(x[0], nn.Reduction.None, 0), [[[4, 5]]]),
        new("cross_entropy soft", static x => F.cross_entropy(x[0], x[1].softmax(-1)), Pair),
        new("nll_loss", static x => F.nll_loss(x[0].log_softmax(-1), tensor(new long[] { 1, 0 })), [[[2, 5]]]),
        new("kl_div", static x => F.kl_div(x[0].log_softmax(-1), x[1].log_softmax(-1), reduction: nn.Reduction.Sum), Pair),
        new("kl_div plain", static x => F.kl_div(x[0].log_softmax(-1), x[1].softmax(-1), log_target: false), Pair),
        new("kl_div batchmean", static x => F.kl_div(x[0].log_softmax(-1), x[1].log_softmax(-1), reduction: nn.Reduction.Sum) / x[0].shape[0], Pair),
        new("kl_div none", static x => F.kl_div(x[0].log_softmax(-1), x[1].softmax(-1), log_target: false, reduction: nn.Reduction.None), Pair),
        new("mse", static x => F.mse_loss(x[0], x[1]), Pair),
        new("normalize", static x => F.normalize(x[0], dim: -1), MaybeEmpty),
        new("cosine", static x => F.cosine_similarity(x[0], x[1], dim: -1), Pair),
        new("attention", static x => F.scaled_dot_product_attention(x[0], x[1], x[2]), Attention),
        new("attention causal", static x => F.scaled_dot_product_attention(x[0], x[1], x[2], is_casual: true), Attention),
        new("attention bool mask", static x => F.scaled_dot_product_attention(x[0], x[1], x[2], ones([x[0].shape[^2], x[1].shape[^2]], ScalarType.Bool).tril()), Attention),
        new("attention added mask", static x => F.scaled_dot_product_attention(x[0], x[1], x[2], (arange(x[1].shape[^2], dtype: x[0].dtype) * 0.25).unsqueeze(0)), Attention),
        new("attention mask gradient", static x => F.scaled_dot_product_attention(x[0], x[1], x[2], x[3]), [[[1, 2, 3, 2], [1, 2, 3, 2], [1, 2, 3, 2], [3, 3]]]),
        new("attention heads split", static x => F.scaled_dot_product_attention(
            x[0].view(2, 5, 2, 3).transpose(1, 2), x[0].view(2, 5, 2, 3).transpose(1, 2), x[1].view(2, 5, 2, 3).transpose(1, 2)), [[[2, 5, 6], [2, 5, 6]]]),
        new("addcmul", static x => x[0].addcmul(x[1], x[2], 0.5), Three),
        new("addcdiv", static x => x[0].addcdiv(x[1], x[2], 0.5), Three, 0.5, 2),
        new("lerp", static x => x[0].lerp(x[1], x[2]), [[[2, 3], [2, 3], [2, 3]], [[4], [4], [4]]]),
        new("clamp tensors", static x => x[0].clamp(x[1] - 1, x[2] + 1), Three),
        new("outer", static x => x[0].outer(x[1]), [[[3], [4]], [[1], [1]], [[0], [2]]]),
        new("mv", static x => x[0].mv(x[1]), [[[3, 4], [4]], [[1, 17], [17]]]),
        new("dot", static x => x[0].dot(x[1]), [[[5], [5]], [[1], [1]], [[37], [37]]]),
        new("addmm", static x => x[0].addmm(x[1], x[2], 0.5f, 2), [[[2, 4], [2, 3], [3, 4]], [[4], [2, 3], [3, 4]]]),
        new("exp2", static x => x[0].exp2(), One),
        new("log10", static x => x[0].log10(), One, 0.5, 2),
        new("square", static x => x[0].square(), One),
        new("var all", static x => x[0].var(), [[[2, 3]], [[5]]]),
        new("std dims", static x => x[0].std([0, -1], keepdim: true), [[[2, 3]], [[3, 2, 4]]]),
        new("amin dims", static x => x[0].amin(0, 1), Matrices),
        new("norm infinite", static x => x[0].norm(float.PositiveInfinity), Matrices),
        new("diag", static x => x[0].diag(1), [[[3, 4]], [[3]]]),
        new("repeat_interleave tensor", static x => x[0].repeat_interleave(tensor(new long[] { 2, 0, 1 }), 1), [[[2, 3]], [[1, 3, 2]]]),
        new("index_fill", static x => x[0].index_fill(1, tensor(new long[] { 0, 2 }), 2.5), [[[2, 3]], [[1, 4, 2]]]),
        new("masked_select rows", static x => x[0].masked_select(tensor(new[] { true, false, true })), [[[2, 3]], [[3]]]),
        new("put accumulated", static x => x[0].clone().index_put_(x[1], [tensor(new long[] { 0, 1, 0 })], true), [[[2, 3], [3, 3]], [[2, 3], [3]]]),
        new("movedim", static x => x[0].movedim([0, 1], [2, 0]), [[[3, 1, 4]], [[2, 3, 4]]]),
        new("unflatten", static x => x[0].unflatten(-1, 2, -1), [[[3, 4]], [[2]]]),
        new("unbind", static x => x[0].unbind(1)[^1], Matrices),
        new("l1_loss", static x => F.l1_loss(x[0], x[1], nn.Reduction.Sum), Pair),
        new("to float and back", static x => (x[0] * 1).to(float64) * 2, One),
        new("used twice", static x => x[0] * x[0] + x[0].exp() * x[0], One),
    ];

    private static Tensor Weighted(Tensor x, nn.Reduction reduction, double smoothing) => F.cross_entropy(
        x, tensor(new long[] { 1, -100, 0, 4 }), arange(1, 6, dtype: x.dtype) / 4, reduction: reduction, label_smoothing: smoothing);
}
