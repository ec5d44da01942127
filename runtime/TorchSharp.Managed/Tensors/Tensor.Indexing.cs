using System.Numerics;

namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        public Tensor index_select(long dim, Tensor index)
        {
            var d = Shapes.Dimension(nameof(index_select), dim, SizeArray);
            if (index.Rank > 1) throw Errors.Shapes2(nameof(index_select), sizes, index.sizes, "Index is supposed to be a vector");
            using var at = index.Indices(nameof(index_select), this, d, [ScalarType.Int64, ScalarType.Int32]);
            long[] shape = [.. sizes];
            if (Rank > 0) shape[d] = at.numel();
            using var x = Packed();
            var y = Make(kind, shape);
            var (outer, from, inner) = Lines(d);
            switch (Types.Size(kind))
            {
                case 1: Indexed.Select(x.Data<byte>(), at.Data<long>(), y.Data<byte>(), outer, from, at.numel(), inner); break;
                case 2: Indexed.Select(x.Data<short>(), at.Data<long>(), y.Data<short>(), outer, from, at.numel(), inner); break;
                case 4: Indexed.Select(x.Data<int>(), at.Data<long>(), y.Data<int>(), outer, from, at.numel(), inner); break;
                default: Indexed.Select(x.Data<long>(), at.Data<long>(), y.Data<long>(), outer, from, at.numel(), inner); break;
            }
            return Traced(y, nameof(index_select), this, [at], (g, s) =>
            {
                var whole = Zeros(g.kind, sizes);
                whole.Put(d, s[0], g, adds: true);
                return [whole];
            });
        }

        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) => Placed(nameof(index_add), dim, index, source, alpha, adds: true);

        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) =>
            InPlace(nameof(index_add_), t => t.index_add(dim, index, source, alpha));

        public Tensor index_copy(long dim, Tensor index, Tensor source) => Placed(nameof(index_copy), dim, index, source, 1, adds: false);

        public Tensor index_copy_(long dim, Tensor index, Tensor source) => InPlace(nameof(index_copy_), t => t.index_copy(dim, index, source));

        public Tensor index_fill(long dim, Tensor index, Scalar value)
        {
            long[] shape = [.. sizes];
            shape[Shapes.Dimension(nameof(index_fill), dim, SizeArray)] = index.numel();
            using var filler = FromScalar(value, kind);
            using var spread = filler.View(shape, new long[Rank], 0);
            return Placed(nameof(index_fill), dim, index, spread, 1, adds: false);
        }

        public Tensor index_fill_(long dim, Tensor index, Scalar value) => InPlace(nameof(index_fill_), t => t.index_fill(dim, index, value));

        private Tensor Placed(string operation, long dim, Tensor index, Tensor source, Scalar alpha, bool adds)
        {
            var d = Shapes.Dimension(operation, dim, SizeArray);
            if (index.kind != ScalarType.Int64) throw Errors.Argument(operation, $"Expected dtype int64 for index, got {index.kind}", sizes, index.sizes);
            using var at = index.Indices(operation, this, d, [ScalarType.Int64]);
            long[] expected = [.. sizes];
            expected[d] = at.numel();
            if (!source.Sizes.SequenceEqual(expected) || source.kind != kind)
                throw Errors.Shapes2(operation, sizes, source.Sizes, $"the source must be {Shapes.Text(expected)} of {kind}, but is of {source.kind}");
            var y = ContiguousCopy(register: true);
            using (DisposeScope.Suspend())
            {
                using var bare = source.Keep();
                using var scaled = alpha.AsDouble() == 1 ? bare.Keep() : bare.mul(alpha);
                y.Put(d, at, scaled, adds);
            }
            return Traced(y, operation, this, source, [at], (g, s) =>
            {
                Tensor? gx = null, gs = null;
                if (s.Needs(0))
                {
                    gx = g.ContiguousCopy();
                    using var zero = Zeros(g.kind, expected);
                    if (!adds) gx.Put(d, s[0], zero, adds: false);
                }
                if (s.Needs(1))
                {
                    using var picked = g.index_select(d, s[0]);
                    gs = picked.mul(alpha);
                }
                return [gx, gs];
            });
        }

        private void Put(int d, Tensor index, Tensor source, bool adds)
        {
            using var packed = source.Packed();
            Dispatch.Number("index_put_", kind, new PutWork { X = packed, Index = index, Y = this, Dimension = d, Adds = adds });
            Storage.Version++;
        }

        public Tensor gather(long dim, Tensor index)
        {
            var d = Shapes.Dimension(nameof(gather), dim, SizeArray);
            using var at = index.Indices(nameof(gather), this, d, [ScalarType.Int64]);
            CheckIndexShape(nameof(gather), index, d);
            var y = Make(kind, index.shape);
            if (y.numel() > 0)
            {
                var (steps, step) = Without(d);
                var loop = Loop.Over(index.Sizes, steps, at.Strides);
                switch (Types.Size(kind))
                {
                    case 1: Indexed.Gather(loop, Data<byte>(), at.Data<long>(), y.Data<byte>(), step); break;
                    case 2: Indexed.Gather(loop, Data<short>(), at.Data<long>(), y.Data<short>(), step); break;
                    case 4: Indexed.Gather(loop, Data<int>(), at.Data<long>(), y.Data<int>(), step); break;
                    default: Indexed.Gather(loop, Data<long>(), at.Data<long>(), y.Data<long>(), step); break;
                }
            }
            GC.KeepAlive(this);
            return Traced(y, nameof(gather), this, [at], (g, s) =>
            {
                var whole = Zeros(g.kind, sizes);
                whole.ScatterInto(d, s[0], g, adds: true);
                return [whole];
            });
        }

        public Tensor scatter(long dim, Tensor index, Tensor src) => Scattered(nameof(scatter), dim, index, src, adds: false);

        public Tensor scatter_(long dim, Tensor index, Tensor src) => InPlace(nameof(scatter_), t => t.scatter(dim, index, src));

        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Scattered(nameof(scatter_add), dim, index, src, adds: true);

        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => InPlace(nameof(scatter_add_), t => t.scatter_add(dim, index, src));

        public Tensor take_along_dim(Tensor indices, long dim) => gather(dim, indices);

        private Tensor Scattered(string operation, long dim, Tensor index, Tensor src, bool adds)
        {
            var d = Shapes.Dimension(operation, dim, SizeArray);
            using var at = index.Indices(operation, this, d, [ScalarType.Int64]);
            CheckIndexShape(operation, index, d);
            if (src.kind != kind) throw Errors.Shapes2(operation, sizes, src.sizes, $"Expected self.dtype to be equal to src.dtype, got {kind} and {src.kind}");
            for (var k = 0; k < Rank; k++)
                if (index.sizes[k] > src.sizes[k]) throw Errors.Shapes2(operation, index.sizes, src.sizes, "the index must fit in the source");
            var y = ContiguousCopy(register: true);
            y.ScatterInto(d, at, src, adds);
            return Traced(y, operation, this, src, [at], (g, s) =>
            {
                Tensor? gx = null, gs = null;
                if (s.Needs(0))
                {
                    gx = g.ContiguousCopy();
                    using var zero = Zeros(g.kind, s[0].Sizes);
                    if (!adds) gx.ScatterInto(d, s[0], zero, adds: false);
                }
                if (s.Needs(1))
                {
                    using var picked = g.gather(d, s[0]);
                    var whole = Zeros(g.kind, src.Sizes);
                    using var part = whole.View(s[0].shape, whole.strides, 0);
                    part.WriteFrom(picked);
                    gs = whole;
                }
                return [gx, gs];
            });
        }

        private void ScatterInto(int d, Tensor index, Tensor source, bool adds)
        {
            if (index.numel() == 0) return;
            var (steps, step) = Without(d);
            var loop = Loop.Over(index.Sizes, steps, index.Strides, source.Strides);
            Dispatch.Number("scatter", kind, new ScatterWork { Loop = loop, X = this, Index = index, Source = source, Step = step, Adds = adds });
            Storage.Version++;
            GC.KeepAlive(source);
        }

        private (long[] Steps, long Step) Without(int d)
        {
            if (Rank == 0) return ([], 0);
            long[] steps = [.. strides];
            steps[d] = 0;
            return (steps, strides[d]);
        }

        private void CheckIndexShape(string operation, Tensor index, int d)
        {
            if (index.Rank != Rank) throw Errors.Shapes2(operation, sizes, index.sizes, "Index tensor must have the same number of dimensions as input tensor");
            for (var k = 0; k < Rank; k++)
                if (k != d && index.sizes[k] > sizes[k]) throw Errors.Shapes2(operation, sizes, index.sizes, "Size does not match apart from the dimension");
        }

        /// <summary>
        /// This tensor, of one of <paramref name="types"/>, as packed int64 indices, all within the dimension of <paramref name="indexed"/>;
        /// negative ones count from the end if they may.
        /// </summary>
        internal Tensor Indices(string operation, Tensor indexed, int dimension, ReadOnlySpan<ScalarType> types, bool wrap = false)
        {
            if (!types.Contains(kind))
                throw Errors.Shapes2(operation, indexed.sizes, sizes, $"Expected dtype {string.Join(" or ", types.ToArray())} for index, got {kind}");
            var size = indexed.Rank == 0 ? 1 : indexed.sizes[dimension];
            using var wide = Typed(ScalarType.Int64);
            var packed = wrap ? wide.ContiguousCopy() : wide.Packed();
            var index = packed.Data<long>();
            var n = numel();
            for (long i = 0; i < n; i++)
            {
                if (wrap && index[i] < 0) index[i] += size;
                if ((ulong)index[i] >= (ulong)size) throw Errors.Shapes2(operation, indexed.sizes, sizes, $"index {index[i]} is out of bounds for dimension {dimension} with size {size}");
            }
            return packed;
        }

        private readonly struct PutWork : INumberWork
        {
            internal required Tensor X { get; init; }
            internal required Tensor Index { get; init; }
            internal required Tensor Y { get; init; }
            internal required int Dimension { get; init; }
            internal required bool Adds { get; init; }

            public void Run<T>() where T : unmanaged, INumber<T>
            {
                var (outer, to, inner) = Y.Lines(Dimension);
                Indexed.Put(X.Data<T>(), Index.Data<long>(), Y.Data<T>(), outer, Index.numel(), to, inner, Adds);
            }
        }

        private readonly struct ScatterWork : INumberWork
        {
            internal required Loop Loop { get; init; }
            internal required Tensor X { get; init; }
            internal required Tensor Index { get; init; }
            internal required Tensor Source { get; init; }
            internal required long Step { get; init; }
            internal required bool Adds { get; init; }

            public void Run<T>() where T : unmanaged, INumber<T> => Indexed.Scatter(Loop, X.Data<T>(), Index.Data<long>(), Source.Data<T>(), Step, Adds);
        }
    }
}
