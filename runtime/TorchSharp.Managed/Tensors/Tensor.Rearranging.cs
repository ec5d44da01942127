namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        public Tensor flip(params long[] dims)
        {
            var chosen = dims.Select(d => Shapes.Dimension(nameof(flip), d, SizeArray)).ToArray();
            var steps = strides.ToArray();
            var start = offset;
            foreach (var d in chosen)
            {
                start += Math.Max(0, sizes[d] - 1) * strides[d];
                steps[d] = -steps[d];
            }
            using var reversed = new Tensor(Shared(), sizes, steps, start, kind, register: false);
            return Traced(reversed.ContiguousCopy(register: true), nameof(flip), this, [], (g, _) => [g.flip(dims)]);
        }

        public Tensor roll(long shifts, long? dims = null)
        {
            if (dims is { } dim) return roll((long[])[shifts], (long[])[dim]);
            using var pause = DisposeScope.Suspend();
            using var flat = reshape(-1);
            using var rolled = flat.roll((long[])[shifts], (long[])[0]);
            return Released(pause, rolled.reshape(sizes));
        }

        public Tensor roll(long[] shifts) => roll(shifts, (long[])[0]);

        public Tensor roll((long, long) shifts, (long, long) dims) => roll((long[])[shifts.Item1, shifts.Item2], (long[])[dims.Item1, dims.Item2]);

        public Tensor roll((long, long, long) shifts, (long, long, long) dims) =>
            roll((long[])[shifts.Item1, shifts.Item2, shifts.Item3], (long[])[dims.Item1, dims.Item2, dims.Item3]);

        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) =>
            dims.IsEmpty && shifts.Length == 1 ? roll(shifts[0]) : roll(shifts.ToArray(), dims.ToArray());

        public Tensor roll(long[] shifts, long[] dims)
        {
            if (shifts.Length != dims.Length) throw Errors.Shapes2(nameof(roll), shifts, dims, "shifts and dimensions must align");
            var y = Packed();
            for (var i = 0; i < shifts.Length; i++)
            {
                var d = Shapes.Dimension(nameof(roll), dims[i], SizeArray);
                var n = Rank == 0 ? 1 : sizes[d];
                if (n == 0) continue;
                var shift = (shifts[i] % n + n) % n;
                var next = Make(kind, sizes, register: false);
                using (DisposeScope.Suspend())
                {
                    using var tail = y.narrow(d, n - shift, shift);
                    using var head = y.narrow(d, 0, n - shift);
                    using var front = next.narrow(d, 0, shift);
                    using var back = next.narrow(d, shift, n - shift);
                    front.WriteFrom(tail);
                    back.WriteFrom(head);
                }
                y.Dispose();
                y = next;
            }
            using var bare = y;
            var output = y.Storage == Storage ? y.ContiguousCopy(register: true) : y.alias();
            var back2 = shifts.Select(static s => -s).ToArray();
            return Traced(output, nameof(roll), this, [], (g, _) => [g.roll(back2, dims)]);
        }

        public Tensor repeat(params long[] sizes)
        {
            var lead = sizes.Length - Rank;
            if (lead < 0)
                throw Errors.Shapes2(nameof(repeat), sizes, this.sizes, "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor");
            using var pause = DisposeScope.Suspend();
            List<long> paired = [], spread = [], merged = [];
            for (var d = 0; d < sizes.Length; d++)
            {
                var n = d < lead ? 1 : this.sizes[d - lead];
                paired.AddRange([1, n]);
                spread.AddRange([sizes[d], n]);
                merged.Add(sizes[d] * n);
            }
            using var split = reshape([.. paired]);
            using var wide = split.Expanded([.. spread]);
            using var copied = wide.clone();
            return Released(pause, copied.reshape([.. merged]));
        }

        public Tensor tile(long[] reps) => repeat([.. Enumerable.Repeat(1L, Math.Max(0, Rank - reps.Length)), .. reps]);

        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null)
        {
            using var pause = DisposeScope.Suspend();
            using var x = dim is null ? reshape(-1) : alias();
            var d = Shapes.Dimension(nameof(repeat_interleave), dim ?? 0, x.SizeArray);
            using var apart = x.unsqueeze(d + 1);
            long[] shape = [.. apart.sizes];
            shape[d + 1] = repeats;
            using var wide = apart.Expanded(shape);
            using var copied = wide.clone();
            return Released(pause, copied.reshape([.. x.sizes[..d], x.sizes[d] * repeats, .. x.sizes[(d + 1)..]]));
        }

        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null)
        {
            using var pause = DisposeScope.Suspend();
            using var x = dim is null ? reshape(-1) : alias();
            var d = Shapes.Dimension(nameof(repeat_interleave), dim ?? 0, x.SizeArray);
            var counts = repeats.Longs();
            if (counts.Length != x.sizes[d] && counts.Length != 1)
                throw Errors.Shapes2(nameof(repeat_interleave), repeats.sizes, x.sizes, "repeats must have the same size as input along dim");
            var order = new List<long>();
            for (long i = 0; i < x.sizes[d]; i++) order.AddRange(Enumerable.Repeat(i, (int)counts[counts.Length == 1 ? 0 : i]));
            using var index = tensor(order.ToArray());
            return Released(pause, x.index_select(d, index));
        }

        public Tensor tril(long diagonal = 0) => Triangle(nameof(tril), diagonal, lower: true);

        public Tensor triu(long diagonal = 0) => Triangle(nameof(triu), diagonal, lower: false);

        public Tensor tril_(long diagonal = 0) => InPlace(nameof(tril_), t => t.tril(diagonal));

        public Tensor triu_(long diagonal = 0) => InPlace(nameof(triu_), t => t.triu(diagonal));

        private Tensor Triangle(string operation, long diagonal, bool lower)
        {
            if (Rank < 2) throw Errors.Torch($"{operation}: input tensor must have at least 2 dimensions, got {Shapes.Text(sizes)}");
            var keep = Make(ScalarType.Bool, [sizes[^2], sizes[^1]], register: false);
            var k = keep.Data<byte>();
            for (long i = 0; i < sizes[^2]; i++)
                for (long j = 0; j < sizes[^1]; j++) *k++ = (lower ? j - i <= diagonal : j - i >= diagonal) ? (byte)1 : (byte)0;
            using (keep)
            {
                using var zero = FromScalar(0, kind);
                return Traced(Elements.Select(operation, keep, this, zero), operation, this, [], (g, _) => [g.Triangle(operation, diagonal, lower)]);
            }
        }

        public Tensor nonzero()
        {
            using var truth = Typed(ScalarType.Bool);
            using var packed = truth.Packed();
            var mask = packed.Data<byte>();
            var n = numel();
            var found = new List<long>();
            for (long i = 0; i < n; i++)
                if (mask[i] != 0) found.Add(i);
            var output = Make(ScalarType.Int64, [found.Count, Rank]);
            var rows = output.Data<long>();
            for (var r = 0; r < found.Count; r++)
            {
                var rest = found[r];
                for (var d = Rank - 1; d >= 0; d--)
                {
                    rows[r * Rank + d] = rest % sizes[d];
                    rest /= sizes[d];
                }
            }
            return output;
        }

        public IList<Tensor> nonzero_as_list()
        {
            using var all = nonzero();
            var columns = new List<Tensor>();
            for (var d = 0; d < Rank; d++) columns.Add(all.select(1, d));
            return columns;
        }

        public Tensor masked_select(Tensor mask)
        {
            if (mask.kind != ScalarType.Bool) throw Errors.Argument(nameof(masked_select), $"The mask must be Bool, but is {mask.kind}", sizes, mask.sizes);
            var shape = Shapes.Broadcast(nameof(masked_select), sizes, mask.sizes);
            using var pause = DisposeScope.Suspend();
            using var x = expand(shape);
            using var m = mask.expand(shape);
            return Released(pause, x.index(m));
        }

        public Tensor diag(long diagonal = 0)
        {
            if (Rank == 2) return this.diagonal(diagonal).clone();
            if (Rank != 1) throw Errors.Torch($"diag: Supports 1D or 2D tensors. Got {Shapes.Text(sizes)}");
            var n = sizes[0] + Math.Abs(diagonal);
            var square = Make(kind, [n, n]);
            square.Fill(0);
            using (DisposeScope.Suspend())
            {
                using var line = square.diagonal(diagonal);
                line.WriteFrom(this);
            }
            return Traced(square, nameof(diag), this, [], (g, _) => [g.diagonal(diagonal)]);
        }

        internal long[] Longs()
        {
            using var wide = Typed(ScalarType.Int64);
            using var packed = wide.Packed();
            return new ReadOnlySpan<long>(packed.Data<long>(), checked((int)numel())).ToArray();
        }
    }

    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => cat(tensors.ToArray(), dim);

    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) => cat(tensors.ToArray(), dim);

    public static Tensor cat(Tensor[] tensors, long dim = 0)
    {
        if (tensors.Length == 0) throw new ArgumentException("cat: expected a non-empty list of tensors", nameof(tensors));
        var type = tensors[0].dtype;
        foreach (var tensor in tensors) type = Types.Promote(type, tensor.dtype);
        var first = tensors[0];
        var d = Shapes.Dimension(nameof(cat), dim, first.SizeArray);
        if (first.Rank == 0) throw Errors.Torch("cat: zero-dimensional tensor (at position 0) cannot be concatenated: []");
        long length = 0;
        foreach (var tensor in tensors)
        {
            if (tensor.Rank != first.Rank) throw Errors.Shapes2(nameof(cat), first.Sizes, tensor.Sizes, "Tensors must have same number of dimensions");
            for (var k = 0; k < first.Rank; k++)
                if (k != d && tensor.Sizes[k] != first.Sizes[k])
                    throw Errors.Shapes2(nameof(cat), first.Sizes, tensor.Sizes, $"Sizes of tensors must match except in dimension {d}");
            length += tensor.Sizes[d];
        }
        var shape = first.shape;
        shape[d] = length;
        var output = Tensor.Make(type, shape);
        using (DisposeScope.Suspend())
        {
            long start = 0;
            foreach (var tensor in tensors)
            {
                using var part = output.narrow(d, start, tensor.Sizes[d]);
                using var same = tensor.Typed(type);
                part.WriteFrom(same);
                start += tensor.Sizes[d];
            }
        }
        if (!Graph.Tracks(tensors)) return output;
        var widths = tensors.Select(t => t.Sizes[d]).ToArray();
        var types = tensors.Select(static t => t.dtype).ToArray();
        return Graph.Record(output, nameof(cat), tensors, [], (g, s) =>
        {
            var parts = new Tensor?[widths.Length];
            long start = 0;
            for (var i = 0; i < parts.Length; i++)
            {
                if (s.Needs(i))
                {
                    using var part = g.narrow(d, start, widths[i]);
                    parts[i] = part.Typed(types[i]);
                }
                start += widths[i];
            }
            return parts;
        });
    }

    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0)
    {
        var all = tensors.ToArray();
        if (all.Length == 0) throw Errors.Torch("stack: expects a non-empty TensorList");
        foreach (var tensor in all)
            if (!tensor.Sizes.SequenceEqual(all[0].Sizes)) throw Errors.Shapes2(nameof(stack), all[0].Sizes, tensor.Sizes, "stack expects each tensor to be equal size");
        Tensor output;
        using (DisposeScope.Suspend())
        {
            var raised = all.Select(t => t.unsqueeze(dim)).ToArray();
            output = cat(raised, Shapes.Dimension(nameof(stack), dim, all[0].SizeArray, 1));
            foreach (var tensor in raised) tensor.Dispose();
        }
        DisposeScope.Current?.Add(output);
        return output;
    }
}
