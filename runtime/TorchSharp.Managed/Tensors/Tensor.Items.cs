using System.Runtime.CompilerServices;

namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => Item(i1);
            set => SetItem(value, i1);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => Item(i1, i2);
            set => SetItem(value, i1, i2);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => Item(i1, i2, i3);
            set => SetItem(value, i1, i2, i3);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => Item(i1, i2, i3, i4);
            set => SetItem(value, i1, i2, i3, i4);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4, long i5]
        {
            get => Item(i1, i2, i3, i4, i5);
            set => SetItem(value, i1, i2, i3, i4, i5);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4, long i5, long i6]
        {
            get => Item(i1, i2, i3, i4, i5, i6);
            set => SetItem(value, i1, i2, i3, i4, i5, i6);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params long[] indices]
        {
            get => Item(indices);
            set => SetItem(value, indices);
        }

        public Tensor index(params TensorIndex[] indices)
        {
            using var scope = NewDisposeScope();
            var (view, positions) = Plan(indices);
            return (positions.Length == 0 ? view : view.Picked(positions)).MoveToOuterDisposeScope();
        }

        public Tensor index(params Tensor[] indices) => index([.. indices.Select(TensorIndex.Tensor)]);

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, accumulate: false);

        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            // Slices are copied to, with conversion; places chosen by tensors are not.
            if (value.kind != kind && indices.Any(static i => i.Sort == TensorIndex.Kind.Tensor))
                throw Errors.Shapes2(nameof(index_put_), sizes, value.sizes, $"the source and destination dtypes must match, but are {value.kind} and {kind}");
            using var scope = NewDisposeScope();
            using var same = value.to_type(kind);
            if (Graph.Tracks(this, same)) return PutTracked(same, indices, accumulate);
            var (view, positions) = Plan(indices);
            using (view)
            {
                if (positions.Length == 0)
                {
                    if (accumulate) view.add_(same);
                    else view.copy_(same);
                }
                else view.PutPicked(positions, same, accumulate);
            }
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, [.. indices.Select(TensorIndex.Tensor)], accumulate: false);

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) =>
            index_put_(value, [.. indices.Select(TensorIndex.Tensor)], accumulate);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var one = FromScalar(value, kind);
            return index_put_(one, indices, accumulate: false);
        }

        // y = x with y[indices] (+)= value: ∂x is the gradient with the replaced places cleared, ∂value the gradient there.
        private Tensor PutTracked(Tensor value, TensorIndex[] indices, bool accumulate)
        {
            CheckInPlace(nameof(index_put_), true);
            using var result = ContiguousCopy();
            using var bare = value.Keep();
            using (no_grad()) result.index_put_(bare, indices, accumulate);
            var valueShape = value.sizes;
            Traced(result, nameof(index_put_), this, value, [], (g, s) =>
            {
                Tensor? gx = null, gv = null;
                if (s.Needs(0))
                {
                    gx = g.ContiguousCopy();
                    using var zero = FromScalar(0, kind);
                    if (!accumulate) gx.index_put_(zero, indices, accumulate: false);
                }
                if (s.Needs(1))
                {
                    using var part = g.index(indices);
                    gv = part.SumTo(valueShape);
                }
                return [gx, gv];
            });
            return Assign(result);
        }

        private Tensor Item(params ReadOnlySpan<long> indices)
        {
            using var pause = DisposeScope.Suspend();
            var current = alias();
            foreach (var i in indices)
            {
                var next = current.select(0, i);
                current.Dispose();
                current = next;
            }
            return Released(pause, current);
        }

        private void SetItem(Tensor value, params ReadOnlySpan<long> indices)
        {
            var full = new TensorIndex[indices.Length];
            for (var i = 0; i < full.Length; i++) full[i] = indices[i];
            index_put_(value, full, accumulate: false);
        }

        /// <summary>Applies everything but index tensors as a view; the index tensors come back by the view's dimension.</summary>
        private (Tensor View, (int Dimension, Tensor Index)[] Positions) Plan(TensorIndex[] indices)
        {
            var consumed = 0;
            foreach (var index in indices)
            {
                consumed += index.Sort switch
                {
                    TensorIndex.Kind.Single or TensorIndex.Kind.Slice => 1,
                    TensorIndex.Kind.Tensor => index.Indices is { kind: ScalarType.Bool } mask ? mask.Rank : 1,
                    _ => 0,
                };
            }
            if (consumed > Rank) throw Errors.Torch($"index: too many indices for tensor of dimension {Rank}: {Shapes.Text(sizes)}");
            var view = alias();
            var d = 0;
            var positions = new List<(int, Tensor)>();
            foreach (var index in indices)
            {
                var next = view;
                switch (index.Sort)
                {
                    case TensorIndex.Kind.Single:
                        next = view.select(d, index.First ?? 0);
                        break;
                    case TensorIndex.Kind.Slice:
                        next = view.slice(d, index.First ?? 0, index.Last ?? view.sizes[d], index.Step ?? 1);
                        d++;
                        break;
                    case TensorIndex.Kind.Null or TensorIndex.Kind.None:
                        next = view.unsqueeze(d++);
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        d += Rank - consumed;
                        break;
                    case TensorIndex.Kind.Tensor when index.Indices is { } chosen:
                        if (chosen.kind == ScalarType.Bool)
                        {
                            if (!chosen.Sizes.SequenceEqual(view.Sizes.Slice(d, chosen.Rank)))
                                throw Errors.Shapes2("index", chosen.sizes, view.sizes, "The shape of the mask does not match the shape of the indexed tensor");
                            foreach (var column in chosen.nonzero_as_list()) positions.Add((d++, column));
                        }
                        else positions.Add((d++, chosen));
                        break;
                    default:
                        throw new NotSupportedException($"index: a {index.Sort} index is not supported by the managed engine");
                }
                if (!ReferenceEquals(next, view)) view.Dispose();
                view = next;
            }
            return (view, [.. positions]);
        }

        // Adjacent index tensors stay in place, separated ones move to the front, as in NumPy.
        private (Tensor Moved, Tensor Flat, long[] Shape, int Lead) Gathered((int Dimension, Tensor Index)[] positions)
        {
            long[] shape = [];
            foreach (var (_, index) in positions) shape = Shapes.Broadcast("index", shape, index.Sizes);
            var adjacent = positions[^1].Dimension - positions[0].Dimension == positions.Length - 1;
            var lead = adjacent ? positions[0].Dimension : 0;
            var indexed = positions.Select(static p => (long)p.Dimension).ToArray();
            var moved = permute([.. indexed, .. Enumerable.Range(0, Rank).Select(static d => (long)d).Except(indexed)]);
            var flat = Make(ScalarType.Int64, shape);
            flat.Fill(0);
            for (var p = 0; p < positions.Length; p++)
            {
                using var index = positions[p].Index.Indices("index", moved, p, [ScalarType.Int64, ScalarType.Int32, ScalarType.Byte], wrap: true);
                flat.mul_(moved.sizes[p]);
                flat.add_(index);
            }
            return (moved, flat, shape, lead);
        }

        private Tensor Picked((int Dimension, Tensor Index)[] positions)
        {
            var (moved, flat, shape, lead) = Gathered(positions);
            using (moved)
            using (flat)
            {
                var rest = moved.sizes[positions.Length..];
                using var lines = moved.reshape([Shapes.Count(moved.sizes.AsSpan(0, positions.Length)), .. rest]);
                using var index = flat.reshape(-1);
                using var picked = lines.index_select(0, index);
                using var shaped = picked.reshape([.. shape, .. rest]);
                if (lead == 0) return shaped.alias();
                var from = Enumerable.Range(0, shape.Length).Select(static d => (long)d).ToArray();
                return shaped.movedim(from, [.. from.Select(d => d + lead)]);
            }
        }

        private void PutPicked((int Dimension, Tensor Index)[] positions, Tensor value, bool accumulate)
        {
            var (moved, flat, shape, lead) = Gathered(positions);
            using (moved)
            using (flat)
            {
                var rest = moved.sizes[positions.Length..];
                long[] target = [.. rest[..lead], .. shape, .. rest[lead..]];
                using var spread = value.expand(target);
                var places = Enumerable.Range(0, shape.Length).Select(static d => (long)d).ToArray();
                using var front = spread.movedim([.. places.Select(d => d + lead)], places);
                using var source = front.reshape([flat.numel(), .. rest]);
                using var lines = moved.reshape([Shapes.Count(moved.sizes.AsSpan(0, positions.Length)), .. rest]);
                using var index = flat.reshape(-1);
                using var bare = lines.Keep();
                using var updated = bare.Placed("index_put_", 0, index, source, 1, accumulate);
                using var back = updated.reshape(moved.sizes);
                moved.WriteFrom(back);
                Storage.Version++;
            }
        }
    }
}
