namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor sum(ScalarType? type = null) => Summed(nameof(sum), [], false, type, false);

        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => Summed(nameof(sum), dim, keepdim, type, false);

        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => Summed(nameof(sum), dim, keepdim, type, false);

        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Summed(nameof(sum), [dim], keepdim, type, false);

        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => Summed(nameof(sum), [dim0, dim1], keepdim, type, false);

        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) =>
            Summed(nameof(sum), [dim0, dim1, dim2], keepdim, type, false);

        public Tensor mean() => Summed(nameof(mean), [], false, null, true);

        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => Summed(nameof(mean), dimensions, keepdim, type, true);

        public Tensor var(bool unbiased = true) => Variance([], unbiased, false);

        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Variance([dim], unbiased, keepdim);

        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Variance(dimensions, unbiased, keepdim);

        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Variance(dimensions.ToArray(), unbiased, keepdim);

        public Tensor var((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Variance([dim.Item1, dim.Item2], unbiased, keepdim);

        public Tensor var((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Variance([dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim);

        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Root(Variance(dimensions.ToArray(), unbiased, keepdim));

        public Tensor std((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Root(Variance([dim.Item1, dim.Item2], unbiased, keepdim));

        public Tensor std((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Root(Variance([dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim));

        public Tensor std(bool unbiased = true) => Root(Variance([], unbiased, false));

        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Root(Variance([dim], unbiased, keepdim));

        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Root(Variance(dimensions, unbiased, keepdim));

        public Tensor norm(float p = 2.0f) => Norm([], false, p);

        public Tensor norm(int dim, bool keepdim = false, float p = 2.0f) => Norm([dim], keepdim, p);

        public Tensor all()
        {
            using var truth = Typed(ScalarType.Bool);
            using var zeros = truth.logical_not();
            using var count = zeros.sum();
            return count.eq(0);
        }

        public Tensor all(long dim, bool keepdim = false)
        {
            using var truth = Typed(ScalarType.Bool);
            using var zeros = truth.logical_not();
            using var count = zeros.sum(dim, keepdim);
            return count.eq(0);
        }

        public Tensor any()
        {
            using var truth = Typed(ScalarType.Bool);
            using var count = truth.sum();
            return count.ne(0);
        }

        public Tensor any(long dim, bool keepdim = false)
        {
            using var truth = Typed(ScalarType.Bool);
            using var count = truth.sum(dim, keepdim);
            return count.ne(0);
        }

        public Tensor logsumexp(long dim, bool keepdim = false)
        {
            using var pause = DisposeScope.Suspend();
            using var bare = Keep();
            using var peak = bare.amax([dim], true);
            using var finite = peak.isfinite();
            using var zero = FromScalar(0, kind);
            using var shift = peak.where(finite, zero);
            using var shifted = sub(shift);
            using var exponential = shifted.exp();
            using var total = exponential.sum(dim, true);
            using var log = total.log();
            using var kept = log.add(shift);
            return Released(pause, keepdim ? kept.alias() : kept.squeeze(dim));
        }

        internal Tensor Summed(string operation, ReadOnlySpan<long> dimensions, bool keepdim, ScalarType? to, bool average)
        {
            if (average && !torch.is_floating_point(to ?? kind))
                throw Errors.Torch($"mean: could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {kind} {Shapes.Text(sizes)}");
            var result = to ?? Types.Sum(kind);
            var reduced = Shapes.Dimensions(operation, dimensions, SizeArray);
            using var same = Typed(result);
            using var pause = DisposeScope.Suspend();
            using var full = Reduce.Sum(same, reduced);
            long count = 1;
            for (var d = 0; d < Rank; d++)
                if (reduced[d]) count *= sizes[d];
            if (average)
            {
                using var divisor = FromScalar(count, result);
                Elements.BinaryInto<Divide>(operation, full, divisor, full);
            }
            var shape = keepdim ? full.sizes : [.. Enumerable.Range(0, Rank).Where(d => !reduced[d]).Select(d => sizes[d])];
            var output = Released(pause, full.View(shape, Shapes.Strides(shape), 0));
            var keptShape = full.sizes;
            return Traced(output, operation, this, [], (g, _) =>
            {
                using var kept = g.reshape(keptShape);
                using var scaled = average ? kept.div(count) : kept.Keep();
                using var spread = scaled.expand(sizes);
                return [spread.Typed(kind)];
            });
        }

        private Tensor Variance(long[] dimensions, bool unbiased, bool keepdim)
        {
            var reduced = Shapes.Dimensions(nameof(var), dimensions, SizeArray);
            long count = 1;
            for (var d = 0; d < Rank; d++)
                if (reduced[d]) count *= sizes[d];
            using var pause = DisposeScope.Suspend();
            using var average = Summed(nameof(mean), dimensions, true, null, true);
            using var centred = sub(average);
            using var squares = centred.pow(2);
            using var total = squares.Summed(nameof(var), dimensions, keepdim, null, false);
            return Released(pause, total.div((double)Math.Max(0, unbiased ? count - 1 : count)));
        }

        private static Tensor Root(Tensor variance)
        {
            var root = variance.sqrt();
            variance.Dispose();
            return root;
        }

        internal Tensor Norm(ReadOnlySpan<long> dimensions, bool keepdim, double p)
        {
            using var pause = DisposeScope.Suspend();
            if (double.IsPositiveInfinity(p))
            {
                using var size = abs();
                return Released(pause, size.amax(dimensions, keepdim));
            }
            if (p == 2)
            {
                using var squares = pow(2);
                using var total = squares.Summed(nameof(norm), dimensions, keepdim, null, false);
                var root = Released(pause, Elements.Float<Sqrt>(nameof(norm), total));
                // ∂‖x‖/∂x = x/‖x‖, taken as 0 at the origin.
                return Traced(root, nameof(norm), total, [total, root], static (g, s) =>
                {
                    using var zero = FromScalar(0, g.kind);
                    using var isZero = s[1].eq(0);
                    using var twice = s[1].mul(2);
                    using var slope = g.div(twice);
                    return [Elements.Select(nameof(norm), isZero, zero, slope)];
                });
            }
            using var magnitude = abs();
            if (double.IsNegativeInfinity(p)) return Released(pause, magnitude.amin(dimensions, keepdim));
            if (p == 0)
            {
                using var counted = magnitude.ne(0);
                using var ones = counted.to_type(kind);
                return Released(pause, ones.Summed(nameof(norm), dimensions, keepdim, null, false));
            }
            if (p == 1) return Released(pause, magnitude.Summed(nameof(norm), dimensions, keepdim, null, false));
            using var powers = magnitude.pow(p);
            using var sum = powers.Summed(nameof(norm), dimensions, keepdim, null, false);
            return Released(pause, sum.pow(1 / p));
        }
    }
}
