using System.Numerics;

namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        public Tensor argmax() => ArgExtremum(nameof(argmax), true);

        public Tensor argmax(long dim, bool keepdim = false) => ArgExtremum(nameof(argmax), dim, keepdim, true);

        public Tensor argmin() => ArgExtremum(nameof(argmin), false);

        public Tensor argmin(long dim, bool keepdim = false) => ArgExtremum(nameof(argmin), dim, keepdim, false);

        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Extremum(nameof(max), dim, keepdim, true);

        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Extremum(nameof(min), dim, keepdim, false);

        public Tensor max() => Peak(nameof(max), [], false, true);

        public Tensor min() => Peak(nameof(min), [], false, false);

        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) =>
            Peak(nameof(amax), dims, keepdim, true, @out);

        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) =>
            Peak(nameof(amax), dims, keepdim, true, @out);

        public Tensor amax(params long[] dims) => Peak(nameof(amax), dims, false, true);

        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) =>
            Peak(nameof(amin), dims, keepdim, false, @out);

        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) =>
            Peak(nameof(amin), dims, keepdim, false, @out);

        public Tensor amin(params long[] dims) => Peak(nameof(amin), dims, false, false);

        public Tensor cumsum(long dim, ScalarType? type = null)
        {
            var result = type ?? Types.Sum(kind);
            using var x = Typed(result);
            using var packed = x.Packed();
            var d = Shapes.Dimension(nameof(cumsum), dim, SizeArray);
            var y = Make(result, shape);
            packed.Cumulate(y, d, reverse: false);
            var from = kind;
            return Traced(y, nameof(cumsum), this, [], (g, _) =>
            {
                using var gradient = g.Packed();
                using var total = gradient.MakeLike();
                gradient.Cumulate(total, d, reverse: true);
                return [total.Typed(from)];
            });
        }

        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false)
        {
            var d = Shapes.Dimension(nameof(sort), dim, SizeArray);
            if (Rank == 0) return (clone(), Made(0));
            using var bare = Keep();
            using var moved = bare.transpose(d, -1);
            using var lines = moved.Packed();
            using var values = Make(kind, lines.shape, register: false);
            using var indices = Make(ScalarType.Int64, lines.shape, register: false);
            Dispatch.Number(nameof(sort), kind, new SortWork { X = lines, Values = values, Indices = indices, Descending = descending });
            var order = indices.transpose(d, -1).Settled();
            return (gather(d, order), order);
        }

        public Tensor argsort(long dim = -1, bool descending = false)
        {
            using var bare = Keep();
            var (values, order) = bare.sort(dim, descending);
            values.Dispose();
            return order;
        }

        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true)
        {
            var d = Shapes.Dimension(nameof(topk), dim, SizeArray);
            if (k < 0 || Rank > 0 && k > sizes[d]) throw Errors.Torch($"topk: selected index k = {k} out of range for {Shapes.Text(sizes)}");
            if (Rank == 0) return (clone(), Made(0));
            using var order = argsort(d, largest);
            var first = order.narrow(d, 0, k).Settled();
            return (gather(d, first), first);
        }

        /// <summary>These elements in a contiguous tensor; this handle is given back.</summary>
        private Tensor Settled()
        {
            if (is_contiguous()) return this;
            var copy = ContiguousCopy(register: true);
            Dispose();
            return copy;
        }

        private static Tensor Made(long value) => tensor(value);

        private Tensor ArgExtremum(string operation, bool largest)
        {
            if (numel() == 0) throw Errors.Torch($"{operation}: Expected reduction dim to be specified for input.numel() == 0, got {Shapes.Text(sizes)}");
            using var bare = Keep();
            using var flat = bare.reshape(-1);
            return flat.ArgExtremum(operation, 0, false, largest);
        }

        private Tensor ArgExtremum(string operation, long dim, bool keepdim, bool largest)
        {
            var d = Shapes.Dimension(operation, dim, SizeArray);
            if (Rank == 0) return Made(0);
            if (sizes[d] == 0) throw Errors.Torch($"{operation}: Expected reduction dim {dim} to have non-zero size, got {Shapes.Text(sizes)}");
            using var x = Packed();
            long[] kept = [.. sizes];
            kept[d] = 1;
            var index = Make(ScalarType.Int64, keepdim ? kept : [.. sizes[..d], .. sizes[(d + 1)..]]);
            Dispatch.Number(operation, kind, new ArgWork { X = x, Index = index, Dimension = d, Largest = largest });
            return index;
        }

        private (Tensor, Tensor) Extremum(string operation, long dim, bool keepdim, bool largest)
        {
            var d = Shapes.Dimension(operation, dim, SizeArray);
            if (Rank == 0) return (clone(), Made(0));
            var index = ArgExtremum(operation, dim, keepdim, largest);
            using var pause = DisposeScope.Suspend();
            using var spread = keepdim ? index.alias() : index.unsqueeze(d);
            using var values = gather(d, spread);
            return (Released(pause, keepdim ? values.alias() : values.squeeze(d)), index);
        }

        // Equal extremes share the gradient, as amax does.
        private Tensor Peak(string operation, ReadOnlySpan<long> dims, bool keepdim, bool largest, Tensor? @out = null)
        {
            if (@out is not null) throw new NotSupportedException($"{operation}: writing to an 'out' tensor is not supported by the managed engine");
            if (numel() == 0) throw Errors.Torch($"{operation}: Expected reduction dim to be specified for input.numel() == 0, got {Shapes.Text(sizes)}");
            var reduced = Shapes.Dimensions(operation, dims, SizeArray);
            using var pause = DisposeScope.Suspend();
            var kept = Keep();
            for (var d = 0; d < Rank; d++)
            {
                if (!reduced[d] || sizes[d] == 1) continue;
                using var index = kept.ArgExtremum(operation, d, true, largest);
                var next = kept.gather(d, index);
                kept.Dispose();
                kept = next;
            }
            using var full = kept;
            var shape = keepdim ? full.shape : [.. Enumerable.Range(0, Rank).Where(d => !reduced[d]).Select(d => sizes[d])];
            var output = Released(pause, full.reshape(shape).Settled());
            return Traced(output, operation, this, [this, full], static (g, s) =>
            {
                using var hit = Elements.Compare<Equal>("eq", s[0], s[1]);
                using var mask = hit.Typed(g.kind);
                using var hits = mask.SumTo(s[1].Sizes);
                using var gradient = g.reshape(s[1].shape);
                using var share = gradient.div(hits);
                return [mask.mul(share)];
            });
        }

        private void Cumulate(Tensor y, int d, bool reverse) =>
            Dispatch.Number(nameof(cumsum), kind, new CumulateWork { X = this, Y = y, Dimension = d, Reverse = reverse });

        internal (long Outer, long Length, long Inner) Lines(int d) => Rank == 0
            ? (1, 1, 1)
            : (Shapes.Count(sizes.AsSpan(0, d)), sizes[d], Shapes.Count(sizes.AsSpan(d + 1)));

        private readonly struct ArgWork : INumberWork
        {
            internal required Tensor X { get; init; }
            internal required Tensor Index { get; init; }
            internal required int Dimension { get; init; }
            internal required bool Largest { get; init; }

            public void Run<T>() where T : unmanaged, INumber<T>
            {
                var (outer, length, inner) = X.Lines(Dimension);
                Rows.ArgExtremum(X.Data<T>(), Index.Data<long>(), outer, length, inner, Largest);
            }
        }

        private readonly struct CumulateWork : INumberWork
        {
            internal required Tensor X { get; init; }
            internal required Tensor Y { get; init; }
            internal required int Dimension { get; init; }
            internal required bool Reverse { get; init; }

            public void Run<T>() where T : unmanaged, INumber<T>
            {
                var (outer, length, inner) = X.Lines(Dimension);
                Rows.Cumulate(X.Data<T>(), Y.Data<T>(), outer, length, inner, Reverse);
            }
        }

        private readonly struct SortWork : INumberWork
        {
            internal required Tensor X { get; init; }
            internal required Tensor Values { get; init; }
            internal required Tensor Indices { get; init; }
            internal required bool Descending { get; init; }

            public void Run<T>() where T : unmanaged, INumber<T>
            {
                var (rows, length, _) = X.Lines(X.Rank - 1);
                Rows.Sort(X.Data<T>(), Values.Data<T>(), Indices.Data<long>(), rows, length, Descending);
            }
        }
    }
}
