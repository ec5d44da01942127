using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Managed.Tests.Golden;

/// <summary>The engine's side of the rows FIXED in <c>tests/oracles/fixed.py</c>, under the same names.</summary>
internal static class GoldenTable
{
    internal static readonly Dictionary<string, Func<Tensor[], Tensor[]>> All = new(StringComparer.Ordinal)
    {
        ["arange"] = static _ => [arange(5)],
        ["arange step"] = static _ => [arange(5, -5, -3)],
        ["arange float"] = static _ => [arange(0, 1, 0.125, float64)],
        ["linspace"] = static _ => [linspace(-1, 2, 7, float64)],
        ["eye"] = static _ => [eye(3, 4)],
        ["full long"] = static _ => [full([2, 2], -3, int64)],
        ["tril ones"] = static _ => [ones(3, 4, ScalarType.Bool).tril()],
        ["promote add"] = static x => [x[0] + x[1]],
        ["promote mul"] = static x => [x[0] * x[1]],
        ["promote div"] = static x => [x[0] / x[1].maximum(x[1].ones_like())],
        ["promote zero dims"] = static x => [x[0] * x[1]],
        ["promote scalar"] = static x => [x[0] * 2, x[0] * 2.5, x[0] + 1],
        ["integers"] = static x =>
            [x[0] + x[1], x[0] - x[1], x[0] * x[1], x[0].div(x[1], RoundingMode.floor), x[0].div(x[1], RoundingMode.trunc), x[0] / x[1], x[0].remainder(x[1]), -x[0], x[0].abs()],
        ["integers wrap"] = static x => [x[0] + x[1], x[0] - x[1], x[0] * x[1]],
        ["float division"] = static x => [x[0] / x[1], x[0].div(x[1], RoundingMode.floor), x[0].div(x[1], RoundingMode.trunc), x[0].remainder(x[1])],
        ["rounding"] = static x => [x[0].floor(), x[0].ceil(), x[0].trunc(), x[0].round(), x[0].sign(), x[0].abs()],
        ["compare"] = static x => [x[0].eq(x[1]), x[0].ne(x[1]), x[0].lt(x[1]), x[0].le(x[1]), x[0].gt(x[1]), x[0].ge(x[1])],
        ["compare scalar"] = static x => [x[0].eq(0), x[0].gt(0.5), x[0].le(2)],
        ["logical"] = static x => [x[0].logical_and(x[1]), x[0].logical_or(x[1]), x[0].logical_xor(x[1]), x[0].logical_not()],
        ["finite"] = static x => [x[0].isnan(), x[0].isinf(), x[0].isfinite()],
        ["all any"] = static x => [x[0].all(), x[0].any(), x[0].all(0), x[0].any(0)],
        ["nan propagates"] = static x =>
            [x[0].maximum(x[1]), x[0].minimum(x[1]), x[0].relu(), x[0].clamp(-1, 1), x[0].max(), x[0].min(), x[0].amax(0), x[0].sum()],
        ["sum whole"] = static x => [x[0].sum(), x[0].sum(1L), x[0].cumsum(1)],
        ["sum of nothing"] = static x => [x[0].sum(), x[0].sum(0L), x[0].sum(1L), x[0].mean([0], true), x[0].cumsum(0), x[0].var(0L)],
        ["mean of nothing"] = static x => [x[0].mean()],
        ["var of one"] = static x => [x[0].var(0L), x[0].std(0L), x[0].var(0L, unbiased: false)],
        ["argmax"] = static x => [x[0].argmax(), x[0].argmax(1), x[0].argmin(1), x[0].argmax(0, true)],
        ["max with place"] = static x => [.. Both(x[0].max(1L)), .. Both(x[0].min(0L))],
        ["sort stable"] = static x => [.. Both(x[0].sort(-1, stable: true)), .. Both(x[0].sort(-1, true, true)), .. Both(x[0].sort(0, stable: true))],
        ["sort nan"] = static x => [.. Both(x[0].sort(-1, stable: true)), .. Both(x[0].sort(-1, true, true))],
        ["topk whole"] = static x => [.. Both(x[0].topk(3)), .. Both(x[0].topk(2, largest: false)), .. Both(x[0].topk(0))],
        ["nonzero"] = static x => [x[0].nonzero()],
        ["masked_select"] = static x => [x[0].masked_select(x[1])],
        ["one_hot"] = static x => [F.one_hot(x[0]), F.one_hot(x[0], 4)],
        ["where whole"] = static x => [torch.where(x[0], x[1], x[2])],
        ["masked_fill infinite"] = static x => [x[0].masked_fill(x[1], double.NegativeInfinity)],
        ["index whole"] = static x =>
        [
            x[0][1], x[0][TensorIndex.Single(-1), TensorIndex.Colon, TensorIndex.Slice(1, 3)], x[0][TensorIndex.Ellipsis, TensorIndex.Slice(-2)],
            x[0][TensorIndex.Colon, TensorIndex.Tensor(x[1])], x[0][TensorIndex.Colon, TensorIndex.Slice(-1, 0)],
            x[0][TensorIndex.Tensor(x[1] * 0), TensorIndex.Single(0)], x[0][TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Slice(5)],
        ],
        ["gather whole"] = static x =>
        [
            x[0].gather(1, x[1]), x[0].scatter(1, x[1].narrow(1, 0, 1), x[1].narrow(1, 0, 1)), x[0].scatter_add(1, x[1], x[1]), x[0].index_select(1, x[1][0]),
        ],
        ["cat types"] = static x => [torch.cat([x[0], x[1]])],
        ["casts"] = static x =>
        [
            x[0].to(int64), x[0].to(int32), x[0].to(ScalarType.Bool), x[0].to(float64), (x[0] / 1e4).to(int16), (x[0] / 1e4).to(int8),
        ],
        ["casts whole"] = static x => [x[0].to(float32), x[0].to(float64), x[0].to(int32), x[0].to(uint8), x[0].to(int8), x[0].to(ScalarType.Bool)],
        ["double to float16"] = static x => [x[0].to(float16)],
        ["cast double"] = static x => [x[0].to(float32)],
        ["roll flip whole"] = static x => [x[0].roll(1), x[0].roll([1, -1], [0, 1]), x[0].flip(0, 1), x[0].roll(-4, 1)],
        ["split whole"] = static x => [.. x[0].split(3), .. x[0].chunk(3), .. x[0].split([2, 0, 5], 0L)],
        ["relu edges"] = static x => [x[0].relu()],
        ["abs edges"] = static x => [x[0].abs()],
        ["clamp edges"] = static x => [x[0].clamp(-1, 0.5)],
        ["maximum edges"] = static x => [x[0].maximum(x[1])],
        ["amax ties"] = static x => [x[0].amax(1L)],
        ["max ties"] = static x => [x[0].max(1L).values],
        ["max of all ties"] = static x => [x[0].max()],
        ["norm of zero"] = static x => [x[0].norm()],
        ["pow edges"] = static x => [x[0].pow(2) + x[0].pow(0) + x[0].pow(1) + x[0].pow(3)],
        ["pow tensor edges"] = static x => [x[0].pow(x[1])],
        ["softmax masked"] = static x => [x[0].softmax(-1)],
        ["softmax all masked"] = static x => [x[0].softmax(-1)],
        ["softmax large"] = static x => [x[0].softmax(-1), x[0].log_softmax(-1), x[0].logsumexp(-1).detach()],
        ["logsumexp masked"] = static x => [x[0].logsumexp(-1)],
        ["logsumexp all masked"] = static x => [x[0].logsumexp(-1)],
        ["cross_entropy large"] = static x => [F.cross_entropy(x[0], tensor(new long[] { 1, 2 }), reduction: nn.Reduction.None)],
        ["cross_entropy all ignored"] = static x => [F.cross_entropy(x[0], tensor(new long[] { -100, -100 }))],
        ["kl_div zero target"] = static x => [F.kl_div(x[0], x[1].detach(), log_target: false, reduction: nn.Reduction.None)],
        ["small log1p"] = static x => [x[0].log1p() / x[0].detach(), x[0].expm1() / x[0].detach()],
        ["svd values"] = static x => [linalg.svdvals(x[0])],
        ["svd rebuilt"] = static x => { var (u, s, v) = linalg.svd(x[0], false); return [(u * s.unsqueeze(-2)).matmul(v)]; },
        ["qr tall"] = static x => { var (q, r) = linalg.qr(x[0]); return [q.matmul(r), r.abs()]; },
        ["qr"] = static x => { var (q, r) = linalg.qr(x[0]); return [q.matmul(r), r.abs()]; },
        ["pinv"] = static x => [linalg.pinv(x[0])],
        ["solve"] = static x => [linalg.solve(x[0], x[1]), linalg.inv(x[0])],
        ["lstsq"] = static x => [linalg.lstsq(x[0], x[1]).Solution],
        ["lstsq rank"] = static x => [linalg.lstsq(x[0], x[0]).Rank],
        ["matrix norms"] = static x =>
        [
            .. new[] { 1, -1, 2, -2, double.PositiveInfinity, double.NegativeInfinity }.Select(p => linalg.norm(x[0], p)),
            linalg.norm(x[0]), linalg.norm(x[0], 1.0, [1, 0], true),
        ],
        ["vector norms"] = static x => [.. new[] { 0, 1, 2, 3, double.PositiveInfinity, double.NegativeInfinity }.Select(p => linalg.vector_norm(x[0], p))],
        ["clip above"] = static x => Clipped(x, 1.5, 2),
        ["clip below"] = static x => Clipped(x, 1000, 2),
        ["clip largest"] = static x => Clipped(x, 1.5, double.PositiveInfinity),
        ["SGD"] = static x => Steps(x, static w => optim.SGD(w, 0.1)),
        ["SGD decay"] = static x => Steps(x, static w => optim.SGD(w, 0.1, weight_decay: 0.05)),
        ["SGD momentum"] = static x => Steps(x, static w => optim.SGD(w, 0.1, momentum: 0.9, dampening: 0.3)),
        ["SGD nesterov"] = static x => Steps(x, static w => optim.SGD(w, 0.1, momentum: 0.9, weight_decay: 0.01, nesterov: true)),
        ["SGD maximize"] = static x => Steps(x, static w => optim.SGD(w, 0.1, maximize: true)),
        ["Adam"] = static x => Steps(x, static w => optim.Adam(w, 0.05)),
        ["Adam decay"] = static x => Steps(x, static w => optim.Adam(w, 0.05, 0.8, 0.95, 1e-6, 0.1)),
        ["Adam amsgrad"] = static x => Steps(x, static w => optim.Adam(w, 0.05, amsgrad: true)),
        ["AdamW"] = static x => Steps(x, static w => optim.AdamW(w, 0.05)),
        ["AdamW decay"] = static x => Steps(x, static w => optim.AdamW(w, 0.05, 0.8, 0.95, 1e-6, 0.1)),
        ["AdamW amsgrad"] = static x => Steps(x, static w => optim.AdamW(w, 0.05, weight_decay: 0.1, amsgrad: true, maximize: true)),
        ["LambdaLR"] = static _ => Rates(static o => optim.lr_scheduler.LambdaLR(o, static n => Math.Min(1, (n + 1) / 4.0) * Math.Pow(0.9, n))),
        ["StepLR"] = static _ => Rates(static o => optim.lr_scheduler.StepLR(o, 4, 0.5)),
        ["MultiStepLR"] = static _ => Rates(static o => optim.lr_scheduler.MultiStepLR(o, [2, 7], 0.1)),
        ["MultiplicativeLR"] = static _ => Rates(static o => optim.lr_scheduler.MultiplicativeLR(o, static n => 0.9 + 0.01 * n)),
        ["ExponentialLR"] = static _ => Rates(static o => optim.lr_scheduler.ExponentialLR(o, 0.9)),
        ["CosineAnnealingLR"] = static _ => Rates(static o => optim.lr_scheduler.CosineAnnealingLR(o, 10, 0.05)),
        ["LinearLR"] = static _ => Rates(static o => optim.lr_scheduler.LinearLR(o, 0.25, 1.0, 5)),
        ["ConstantLR"] = static _ => Rates(static o => optim.lr_scheduler.ConstantLR(o, 0.25, 5)),
        ["PolynomialLR"] = static _ => Rates(static o => optim.lr_scheduler.PolynomialLR(o, 8, 2.0)),
        ["SequentialLR"] = static _ => Rates(static o => optim.lr_scheduler.SequentialLR(
            o, [optim.lr_scheduler.LinearLR(o, 0.1, 1.0, 4), optim.lr_scheduler.ExponentialLR(o, 0.5)], [4])),
        ["to float16"] = static x => [x[0].to(float16)],
        ["to bfloat16"] = static x => [x[0].to(bfloat16)],
        ["from float16"] = static x => [x[0].to(float32)],
        ["from bfloat16"] = static x => [x[0].to(float32)],
        ["float16 to double"] = static x => [x[0].to(float64)],
        ["bfloat16 to double"] = static x => [x[0].to(float64)],
        ["long to float16"] = static x => [x[0].to(float16)],
        ["long to bfloat16"] = static x => [x[0].to(bfloat16)],
        ["float16 moved"] = static x => [Moved(x[0])],
        ["bfloat16 moved"] = static x => [Moved(x[0])],
    };

    private static Tensor[] Both((Tensor, Tensor) pair) => [pair.Item1, pair.Item2];

    private static Tensor Moved(Tensor x) => torch.cat([x.t()[TensorIndex.Slice(2, 5)], x.t()[TensorIndex.Slice(0, 1)]], 0);

    private static Parameter Leaf(Tensor x) => nn.Parameter(x.detach().clone());

    private static void Give(Parameter parameter, Tensor gradient)
    {
        // The derivative of Σ p·g is g exactly.
        (parameter * gradient.detach()).sum().backward();
    }

    private static Tensor[] Steps(Tensor[] x, Func<Parameter[], optim.Optimizer> make)
    {
        var weight = Leaf(x[0]);
        using var optimizer = make([weight]);
        foreach (var gradient in x[1..])
        {
            optimizer.zero_grad();
            Give(weight, gradient);
            optimizer.step();
        }
        return [weight.detach()];
    }

    private static Tensor[] Clipped(Tensor[] x, double largest, double kind)
    {
        Parameter[] weights = [.. x.Select(static g => nn.Parameter(zeros_like(g)))];
        for (var i = 0; i < x.Length; i++) Give(weights[i], x[i]);
        var norm = nn.utils.clip_grad_norm_(weights, largest, kind);
        return [tensor(norm).to(x[0].dtype), .. weights.Select(static w => w.grad ?? zeros_like(w))];
    }

    private static Tensor[] Rates(Func<optim.Optimizer, optim.lr_scheduler.LRScheduler> make)
    {
        using var optimizer = optim.SGD([nn.Parameter(zeros(1))], 0.5);
        var schedule = make(optimizer);
        var seen = new double[12];
        for (var n = 0; n < seen.Length; n++)
        {
            seen[n] = optimizer.ParamGroups.First().LearningRate;
            optimizer.step();
            schedule.step();
        }
        return [tensor(seen)];
    }
}
