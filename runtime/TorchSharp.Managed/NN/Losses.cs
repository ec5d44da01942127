using System.Numerics;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public enum Reduction : long
        {
            None = 0,
            Mean = 1,
            Sum = 2,
        }

        public static partial class functional
        {
            /// <summary>Cross-entropy of logits (N, C, ...) or (C) against class indices (N, ...) or class probabilities (N, C, ...).</summary>
            public static Tensor cross_entropy(
                Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0.0)
            {
                if (is_floating_point(target.dtype)) return SoftTargets(input, target, weight, reduction, label_smoothing);
                if (input.Rank == 0) throw Errors.Shapes2(nameof(cross_entropy), input.Sizes, target.Sizes, "the input needs a class dimension");
                if (target.dtype is not (ScalarType.Int64 or ScalarType.Byte))
                    throw Errors.Shapes2(nameof(cross_entropy), input.Sizes, target.Sizes, $"expected target of Int64 or Byte but found {target.dtype}");
                CheckWeight(nameof(cross_entropy), weight, input, input.Rank == 1 ? 0 : 1);
                using var pause = DisposeScope.Suspend();
                using var last = input.Rank > 2 ? input.movedim([1], [-1]) : input.alias();
                if (!last.Sizes[..^1].SequenceEqual(target.Sizes))
                    throw Errors.Shapes2(nameof(cross_entropy), input.Sizes, target.Sizes, "Expected target to have the input's shape without the class dimension");
                using var rows = last.reshape(-1, last.Sizes[^1]);
                using var flat = target.reshape(-1);
                using var loss = weight is null && label_smoothing == 0
                    ? Classes(rows, flat, ignore_index, reduction)
                    : WeightedClasses(rows, flat, weight, ignore_index, reduction, label_smoothing);
                var output = reduction == Reduction.None ? loss.reshape(target.shape) : loss.alias();
                pause.Dispose();
                DisposeScope.Current?.Add(output);
                return output;
            }

            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
            {
                if (input.Rank != 2 || target.Rank != 1 || input.Sizes[0] != target.Sizes[0])
                    throw Errors.Shapes2(nameof(nll_loss), input.Sizes, target.Sizes, "expected (N, C) and (N)");
                CheckWeight(nameof(nll_loss), weight, input, 1);
                using var scope = NewDisposeScope();
                var losses = input.gather(1, target.unsqueeze(1)).squeeze(1).neg();
                if (weight is null) return Reduced(losses, reduction).MoveToOuterDisposeScope();
                var weights = weight.index_select(0, target);
                var weighted = losses.mul(weights);
                return (reduction == Reduction.Mean ? weighted.sum().div(weights.sum()) : Reduced(weighted, reduction)).MoveToOuterDisposeScope();
            }

            /// <summary>Σ target · (log target − input) element by element, the input holding log-probabilities.</summary>
            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean)
            {
                using var pause = DisposeScope.Suspend();
                Tensor terms;
                if (log_target)
                {
                    using var probability = target.exp();
                    using var difference = target.sub(input);
                    terms = probability.mul(difference);
                }
                else
                {
                    // t · log t is 0 at t = 0.
                    using var positive = target.gt(0);
                    using var one = Tensor.FromScalar(1, target.dtype);
                    using var safe = target.where(positive, one);
                    using var log = safe.log();
                    using var difference = log.sub(input);
                    terms = target.mul(difference);
                }
                using (terms) return Finished(pause, Reduced(terms, reduction));
            }

            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
            {
                using var pause = DisposeScope.Suspend();
                using var difference = input.sub(target);
                using var squares = difference.pow(2);
                return Finished(pause, Reduced(squares, reduction));
            }

            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
            {
                using var pause = DisposeScope.Suspend();
                using var difference = input.sub(target);
                using var size = difference.abs();
                return Finished(pause, Reduced(size, reduction));
            }

            internal static Tensor Finished(DisposeScope.Pause pause, Tensor output)
            {
                pause.Dispose();
                DisposeScope.Current?.Add(output);
                return output;
            }

            private static void CheckWeight(string operation, Tensor? weight, Tensor input, int dimension)
            {
                if (weight is not null && (weight.Rank != 1 || weight.Sizes[0] != input.Sizes[dimension]))
                    throw Errors.Shapes2(operation, input.Sizes, weight.Sizes, "weight should be defined for every class");
            }

            private static Tensor Reduced(Tensor losses, Reduction reduction) => reduction switch
            {
                Reduction.None => losses.alias(),
                Reduction.Sum => losses.sum(),
                _ => losses.mean(),
            };

            private static unsafe Tensor Classes(Tensor rows, Tensor target, long ignore, Reduction reduction)
            {
                using var x = rows.Packed();
                using var index = target.Typed(ScalarType.Int64);
                using var packed = index.Packed();
                var n = rows.Sizes[0];
                long width = rows.Sizes[1], counted = 0;
                for (long i = 0; i < n; i++)
                {
                    var t = packed.Data<long>()[i];
                    if (t == ignore) continue;
                    counted++;
                    if (t < 0 || t >= width) throw Errors.Shapes2(nameof(cross_entropy), rows.Sizes, target.Sizes, $"Target {t} is out of bounds");
                }
                using var losses = Tensor.Make(x.dtype, [n]);
                using var logSum = Tensor.Make(x.dtype, [n]);
                Dispatch.Float(nameof(cross_entropy), x.dtype, new ForwardWork { X = x, Target = packed, Loss = losses, LogSum = logSum, Ignored = ignore });
                Tensor output;
                if (reduction == Reduction.None) output = losses.alias();
                else
                {
                    using var total = losses.sum();
                    output = reduction == Reduction.Mean ? total.div((double)counted) : total.alias();
                }
                return Tensor.Traced(output, nameof(cross_entropy), rows, [x, packed, logSum], (g, s) =>
                {
                    using var scaled = reduction == Reduction.Mean ? g.div((double)counted) : g.Packed();
                    var dx = s[0].MakeLike();
                    Dispatch.Float(nameof(cross_entropy), dx.dtype, new BackwardWork
                    {
                        X = s[0], Target = s[1], LogSum = s[2], G = scaled, Step = reduction == Reduction.None ? 1 : 0, Dx = dx, Ignored = ignore,
                    });
                    return [dx];
                });
            }

            private static Tensor WeightedClasses(Tensor rows, Tensor target, Tensor? weight, long ignore, Reduction reduction, double smoothing)
            {
                using var scope = NewDisposeScope();
                var classes = rows.Sizes[1];
                var log = rows.log_softmax(1);
                var valid = target.ne(ignore);
                using var zero = Tensor.FromScalar(0, ScalarType.Int64);
                var index = target.to_type(ScalarType.Int64).where(valid, zero);
                var mask = valid.to_type(rows.dtype);
                var weights = weight is null ? mask : weight.index_select(0, index).mul(mask);
                var losses = log.gather(1, index.unsqueeze(1)).squeeze(1).mul(weights).neg();
                if (smoothing != 0)
                {
                    var spread = weight is null ? log.sum(1) : log.mul(weight).sum(1);
                    var soft = spread.mul(mask).neg();
                    losses = losses.mul(1 - smoothing).add(soft.mul(smoothing / classes));
                }
                var output = reduction switch
                {
                    Reduction.None => losses,
                    Reduction.Sum => losses.sum(),
                    _ => losses.sum().div(weights.sum()),
                };
                return output.MoveToOuterDisposeScope();
            }

            private static Tensor SoftTargets(Tensor input, Tensor target, Tensor? weight, Reduction reduction, double smoothing)
            {
                if (!input.Sizes.SequenceEqual(target.Sizes))
                    throw Errors.Shapes2(nameof(cross_entropy), input.Sizes, target.Sizes, "class probabilities must have the input's shape");
                using var scope = NewDisposeScope();
                var d = input.Rank == 1 ? 0 : 1;
                var smooth = smoothing == 0 ? target : target.mul(1 - smoothing).add(smoothing / input.Sizes[d]);
                var weighted = weight is null ? smooth : smooth.movedim([d], [-1]).mul(weight).movedim([-1], [d]);
                var losses = weighted.mul(input.log_softmax(d)).sum(d).neg();
                var output = reduction switch
                {
                    Reduction.None => losses,
                    Reduction.Sum => losses.sum(),
                    _ => losses.sum().div((double)(input.Rank == 1 ? 1 : input.numel() / input.Sizes[d])),
                };
                return output.MoveToOuterDisposeScope();
            }

            private readonly unsafe struct ForwardWork : IFloatWork
            {
                internal required Tensor X { get; init; }
                internal required Tensor Target { get; init; }
                internal required Tensor Loss { get; init; }
                internal required Tensor LogSum { get; init; }
                internal required long Ignored { get; init; }

                public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> => CrossEntropyRows.Forward(
                    X.Data<T>(), Target.Data<long>(), Loss.Data<T>(), LogSum.Data<T>(), X.Sizes[0], X.Sizes[1], Ignored);
            }

            private readonly unsafe struct BackwardWork : IFloatWork
            {
                internal required Tensor X { get; init; }
                internal required Tensor Target { get; init; }
                internal required Tensor LogSum { get; init; }
                internal required Tensor G { get; init; }
                internal required long Step { get; init; }
                internal required Tensor Dx { get; init; }
                internal required long Ignored { get; init; }

                public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> => CrossEntropyRows.Backward(
                    X.Data<T>(), Target.Data<long>(), LogSum.Data<T>(), G.Data<T>(), Step, Dx.Data<T>(), X.Sizes[0], X.Sizes[1], Ignored);
            }
        }
    }
}
