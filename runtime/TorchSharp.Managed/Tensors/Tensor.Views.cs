namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor view(params long[] shape)
        {
            var target = Shapes.Resolve(nameof(view), shape, sizes);
            var steps = Shapes.ViewStrides(sizes, strides, target)
                ?? throw Errors.Shapes2(nameof(view), shape, sizes, "view size is not compatible with input tensor's size and stride; use reshape");
            return TracedView(View(target, steps, offset), nameof(view), this, (g, _) => [g.reshape(sizes)]);
        }

        public Tensor view_as(Tensor other) => view(other.shape);

        public Tensor reshape(params long[] shape)
        {
            var target = Shapes.Resolve(nameof(reshape), shape, sizes);
            if (Shapes.ViewStrides(sizes, strides, target) is { } steps)
                return TracedView(View(target, steps, offset), nameof(reshape), this, (g, _) => [g.reshape(sizes)]);
            using var copy = ContiguousCopy();
            return Traced(copy.View(target, Shapes.Strides(target), 0), nameof(reshape), this, [], (g, _) => [g.reshape(sizes)]);
        }

        public Tensor flatten(long start_dim = 0, long end_dim = -1)
        {
            if (Rank == 0) return reshape(1);
            int first = Shapes.Dimension(nameof(flatten), start_dim, SizeArray), last = Shapes.Dimension(nameof(flatten), end_dim, SizeArray);
            if (first > last) throw Errors.Torch($"flatten: start_dim {start_dim} cannot come after end_dim {end_dim} for {Shapes.Text(sizes)}");
            return reshape([.. sizes[..first], Shapes.Count(sizes.AsSpan(first, last - first + 1)), .. sizes[(last + 1)..]]);
        }

        public Tensor unflatten(long dim, params long[] sizes)
        {
            var d = Shapes.Dimension(nameof(unflatten), dim, SizeArray);
            var parts = Shapes.Resolve(nameof(unflatten), sizes, [this.sizes[d]]);
            return view([.. this.sizes[..d], .. parts, .. this.sizes[(d + 1)..]]);
        }

        public Tensor ravel() => reshape(-1);

        public Tensor transpose(long dim0, long dim1)
        {
            int a = Shapes.Dimension(nameof(transpose), dim0, SizeArray), b = Shapes.Dimension(nameof(transpose), dim1, SizeArray);
            if (Rank == 0) return alias();
            long[] shape = [.. sizes], steps = [.. strides];
            (shape[a], shape[b]) = (shape[b], shape[a]);
            (steps[a], steps[b]) = (steps[b], steps[a]);
            return TracedView(View(shape, steps, offset), nameof(transpose), this, (g, _) => [g.transpose(a, b)]);
        }

        public Tensor swapdims(long dim0, long dim1) => transpose(dim0, dim1);

        public Tensor swapaxes(long dim0, long dim1) => transpose(dim0, dim1);

        public Tensor t() => Rank switch
        {
            < 2 => alias(),
            2 => transpose(0, 1),
            _ => throw Errors.Torch($"t: expects a tensor with <= 2 dimensions, but self is {Rank}D: {Shapes.Text(sizes)}"),
        };

        public Tensor T => permute([.. Enumerable.Range(0, Rank).Reverse().Select(static d => (long)d)]);

        public Tensor mT => Rank >= 2 ? transpose(-2, -1) : throw Errors.Torch($"mT: tensor.mT is only supported on matrices or batches of matrices, got {Shapes.Text(sizes)}");

        public Tensor permute(params long[] permutation)
        {
            var order = permutation.Select(d => Shapes.Dimension(nameof(permute), d, SizeArray)).ToArray();
            if (order.Length != Rank || order.Distinct().Count() != Rank)
                throw Errors.Shapes2(nameof(permute), permutation, sizes, "every dimension of the input must be named once");
            return TracedView(
                View([.. order.Select(d => sizes[d])], [.. order.Select(d => strides[d])], offset), nameof(permute), this, (g, _) =>
                {
                    var inverse = new long[order.Length];
                    for (var d = 0; d < order.Length; d++) inverse[order[d]] = d;
                    return [g.permute(inverse)];
                });
        }

        public Tensor permute(IEnumerable<long> permutation) => permute(permutation.ToArray());

        public Tensor unsqueeze(long dim)
        {
            var d = Shapes.Dimension(nameof(unsqueeze), dim, SizeArray, 1);
            var step = d < Rank ? sizes[d] * strides[d] : 1;
            return TracedView(
                View([.. sizes[..d], 1, .. sizes[d..]], [.. strides[..d], step, .. strides[d..]], offset), nameof(unsqueeze), this,
                (g, _) => [g.reshape(sizes)]);
        }

        public Tensor squeeze(long? dim = null)
        {
            var only = dim is { } named ? Shapes.Dimension(nameof(squeeze), named, SizeArray) : -1;
            var left = Enumerable.Range(0, Rank).Where(d => sizes[d] != 1 || only >= 0 && d != only).ToArray();
            return TracedView(
                View([.. left.Select(d => sizes[d])], [.. left.Select(d => strides[d])], offset), nameof(squeeze), this,
                (g, _) => [g.reshape(sizes)]);
        }

        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => Expanded(sizes.ToArray());

        public Tensor expand(long[] sizes, bool isImplicit = false) => Expanded([.. sizes]);

        public Tensor expand(params long[] sizes) => Expanded([.. sizes]);

        public Tensor expand_as(Tensor other) => Expanded(other.shape);

        public Tensor broadcast_to(params long[] shape) => Expanded([.. shape]);

        private Tensor Expanded(long[] target)
        {
            var lead = target.Length - Rank;
            if (lead < 0) throw Errors.Shapes2(nameof(expand), target, sizes, "the number of sizes provided must be greater or equal to the number of dimensions in the tensor");
            for (var d = 0; d < target.Length; d++)
            {
                if (target[d] == -1 && d >= lead) target[d] = sizes[d - lead];
                if (target[d] < 0 || d >= lead && sizes[d - lead] != 1 && sizes[d - lead] != target[d])
                    throw Errors.Shapes2(nameof(expand), target, sizes, "The expanded size of the tensor must match the existing size at non-singleton dimensions");
            }
            return TracedView(View(target, Shapes.BroadcastStrides(sizes, strides, target), offset), nameof(expand), this, (g, _) => [g.SumTo(sizes)]);
        }

        public Tensor narrow(long dim, long start, long length)
        {
            var d = Shapes.Dimension(nameof(narrow), dim, SizeArray);
            var first = start < 0 ? start + sizes[d] : start;
            if (Rank == 0 || first < 0 || length < 0 || first + length > sizes[d])
                throw Errors.Torch($"narrow: start ({start}) + length ({length}) exceeds dimension size of {Shapes.Text(sizes)} at {dim}");
            return Sliced(nameof(narrow), d, first, length, 1);
        }

        public Tensor slice(long dim, long start, long finish, long step)
        {
            var d = Shapes.Dimension(nameof(slice), dim, SizeArray);
            if (step < 1) throw new ArgumentException($"slice: step is {step}, but it should always be positive, for {Shapes.Text(sizes)}");
            var n = sizes[d];
            var first = Math.Clamp(start < 0 ? start + n : start, 0, n);
            var last = Math.Clamp(finish < 0 ? finish + n : finish, first, n);
            return Sliced(nameof(slice), d, first, (last - first + step - 1) / step, step);
        }

        private Tensor Sliced(string operation, int d, long first, long length, long step)
        {
            long[] shape = [.. sizes], steps = [.. strides];
            shape[d] = length;
            steps[d] *= step;
            var view = View(shape, steps, offset + first * strides[d]);
            return TracedView(view, operation, this, (g, _) =>
            {
                var whole = Zeros(g.kind, sizes);
                using var part = whole.Sliced(operation, d, first, length, step);
                part.WriteFrom(g);
                return [whole];
            });
        }

        public Tensor select(long dim, long index)
        {
            if (Rank == 0) throw Errors.Torch("select: cannot be applied to a 0-dim tensor: []");
            var d = Shapes.Dimension(nameof(select), dim, SizeArray);
            var i = index < 0 ? index + sizes[d] : index;
            if (i < 0 || i >= sizes[d]) throw Errors.Torch($"select: index {index} out of range for tensor of size {Shapes.Text(sizes)} at dimension {dim}");
            var view = View([.. sizes[..d], .. sizes[(d + 1)..]], [.. strides[..d], .. strides[(d + 1)..]], offset + i * strides[d]);
            return TracedView(view, nameof(select), this, (g, _) =>
            {
                var whole = Zeros(g.kind, sizes);
                using var part = whole.select(d, i);
                part.WriteFrom(g);
                return [whole];
            });
        }

        public Tensor diagonal(long offset = 0L, long dim1 = 0L, long dim2 = 1L)
        {
            int a = Shapes.Dimension(nameof(diagonal), dim1, SizeArray), b = Shapes.Dimension(nameof(diagonal), dim2, SizeArray);
            if (a == b) throw new ArgumentException($"diagonal: the dimensions cannot be identical: {dim1} and {dim2} of {Shapes.Text(sizes)}");
            long row = Math.Max(-offset, 0), column = Math.Max(offset, 0);
            var length = Math.Max(0, Math.Min(sizes[a] - row, sizes[b] - column));
            var left = Enumerable.Range(0, Rank).Where(d => d != a && d != b).ToArray();
            var view = View(
                [.. left.Select(d => sizes[d]), length], [.. left.Select(d => strides[d]), strides[a] + strides[b]],
                this.offset + (length == 0 ? 0 : row * strides[a] + column * strides[b]));
            return TracedView(view, nameof(diagonal), this, (g, _) =>
            {
                var whole = Zeros(g.kind, sizes);
                using var part = whole.diagonal(offset, dim1, dim2);
                part.WriteFrom(g);
                return [whole];
            });
        }

        public Tensor movedim(long[] source, long[] destination)
        {
            var from = source.Select(d => Shapes.Dimension(nameof(movedim), d, SizeArray)).ToArray();
            var to = destination.Select(d => Shapes.Dimension(nameof(movedim), d, SizeArray)).ToArray();
            var order = Enumerable.Repeat(-1L, Rank).ToArray();
            for (var i = 0; i < from.Length; i++) order[to[i]] = from[i];
            var rest = new Queue<int>(Enumerable.Range(0, Rank).Except(from));
            for (var d = 0; d < Rank; d++)
                if (order[d] < 0) order[d] = rest.Dequeue();
            return permute(order);
        }

        public Tensor[] split(long size, int dim = 0)
        {
            var d = Shapes.Dimension(nameof(split), dim, SizeArray);
            if (size <= 0) throw Errors.Torch($"split: split_size must be positive, got {size} for {Shapes.Text(sizes)}");
            var parts = Math.Max(1, (sizes[d] + size - 1) / size);
            return [.. Enumerable.Range(0, (int)parts).Select(i => narrow(d, i * size, Math.Min(size, sizes[d] - i * size)))];
        }

        public Tensor[] split(long[] sizes, long dim = 0)
        {
            var d = Shapes.Dimension(nameof(split), dim, SizeArray);
            if (sizes.Sum() != this.sizes[d])
                throw Errors.Shapes2(nameof(split), sizes, this.sizes, "split sizes must sum exactly to the dimension's size");
            var parts = new Tensor[sizes.Length];
            long start = 0;
            for (var i = 0; i < parts.Length; i++)
            {
                parts[i] = narrow(d, start, sizes[i]);
                start += sizes[i];
            }
            return parts;
        }

        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) => split(sizes.ToArray(), dim);

        public Tensor[] split(params long[] sizes) => split(sizes, 0L);

        public Tensor[] chunk(long chunks, long dim = 0L)
        {
            var d = Shapes.Dimension(nameof(chunk), dim, SizeArray);
            if (chunks <= 0) throw Errors.Torch($"chunk: expects `chunks` to be greater than 0, got {chunks}");
            return split(Math.Max(1, (sizes[d] + chunks - 1) / chunks), d);
        }

        public Tensor[] unbind(long dimension = 0L)
        {
            var d = Shapes.Dimension(nameof(unbind), dimension, SizeArray);
            return [.. Enumerable.Range(0, (int)sizes[d]).Select(i => select(d, i))];
        }

        internal static Tensor Zeros(ScalarType type, ReadOnlySpan<long> sizes)
        {
            var tensor = Make(type, sizes.ToArray(), register: DisposeScope.Current is not null);
            tensor.Fill(0);
            return tensor;
        }
    }
}
