namespace TorchSharp;

// The functions of torch that have no counterpart with the same name in torch.Functions.cs: joining, moving dimensions, reductions over several.
public static partial class torch
{
    public static Tensor squeeze(Tensor input, long? dim = null) => input.squeeze(dim);

    public static Tensor swapaxes(Tensor input, long axis0, long axis1) => input.swapaxes(axis0, axis1);

    public static Tensor swapdims(Tensor input, long dim0, long dim1) => input.swapdims(dim0, dim1);

    public static Tensor movedim(Tensor input, long source, long destination) => input.movedim([source], [destination]);

    public static Tensor movedim(Tensor input, long[] source, long[] destination) => input.movedim(source, destination);

    public static Tensor moveaxis(Tensor input, long source, long destination) => input.movedim([source], [destination]);

    public static Tensor moveaxis(Tensor input, long[] source, long[] destination) => input.movedim(source, destination);

    public static Tensor unflatten(Tensor input, long dim, params long[] sizes) => input.unflatten(dim, sizes);

    public static Tensor take_along_dim(Tensor input, Tensor indices, long dim = 0) => input.take_along_dim(indices, dim);

    public static Tensor roll(Tensor input, long[] shifts) => input.roll(shifts);

    public static Tensor roll(Tensor input, (long, long) shifts, (long, long) dims) => input.roll(shifts, dims);

    public static Tensor roll(Tensor input, (long, long, long) shifts, (long, long, long) dims) => input.roll(shifts, dims);

    public static Tensor roll(Tensor input, ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) => input.roll(shifts, dims);

    public static Tensor concat(Tensor[] tensors, long dim = 0) => cat(tensors, dim);

    public static Tensor concat(ReadOnlySpan<Tensor> tensors, long dim = 0) => cat(tensors, dim);

    /// <summary>Along the second dimension; vectors and scalars along the first.</summary>
    public static Tensor hstack(IList<Tensor> tensors) => Joined(tensors, 1, static (t, raised) => t.Rank < 2 ? 0 : raised);

    public static Tensor hstack(params Tensor[] tensors) => hstack((IList<Tensor>)tensors);

    /// <summary>Along the first dimension, vectors being rows.</summary>
    public static Tensor vstack(IList<Tensor> tensors) => Joined(tensors, 2, static (_, _) => 0);

    public static Tensor vstack(Tensor[] tensors) => vstack((IList<Tensor>)tensors);

    public static Tensor[] where(Tensor condition)
    {
        if (condition.dtype != ScalarType.Bool) throw new ArgumentException($"where: the condition must be Bool, but is {condition.dtype} of {Shapes.Text(condition.Sizes)}");
        return [.. condition.nonzero_as_list()];
    }

    public static Tensor max(Tensor input, Tensor other) => input.maximum(other);

    public static Tensor min(Tensor input, Tensor other) => input.minimum(other);

    public static Tensor norm(Tensor input) => input.norm();

    public static Tensor norm(Tensor input, int dimension, bool keepdim = false, float p = 2.0f) => input.norm(dimension, keepdim, p);

    public static Tensor var(Tensor input, long dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.var(dimensions, unbiased, keepdim, type);

    public static Tensor var(Tensor input, (long, long) dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.var(dimensions, unbiased, keepdim, type);

    public static Tensor var(Tensor input, (long, long, long) dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
        input.var(dimensions, unbiased, keepdim, type);

    public static Tensor std(Tensor input, long dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.std(dimensions, unbiased, keepdim, type);

    public static Tensor std(Tensor input, long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.std(dimensions, unbiased, keepdim, type);

    public static Tensor std(Tensor input, (long, long) dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.std(dimensions, unbiased, keepdim, type);

    public static Tensor std(Tensor input, (long, long, long) dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
        input.std(dimensions, unbiased, keepdim, type);

    public static Tensor amax(Tensor input, ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => input.amax(dims, keepdim, @out);

    public static Tensor amin(Tensor input, ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => input.amin(dims, keepdim, @out);

    public static Tensor count_nonzero(Tensor input, long[]? dims = null) => input.count_nonzero(dims);

    public static Tensor isclose(Tensor tensor, Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) => tensor.isclose(other, rtol, atol, nanEqual);

    public static Tensor lerp(Tensor input, Tensor end, Tensor weight) => input.lerp(end, weight);

    public static Tensor clip(Tensor input, Scalar? min = null, Scalar? max = null) => input.clip(min, max);

    public static Tensor clamp_min(Tensor input, Scalar min) => input.clamp_min(min);

    public static Tensor clamp_max(Tensor input, Scalar max) => input.clamp_max(max);

    public static Tensor true_divide(Tensor dividend, Tensor divisor) => dividend.true_divide(divisor);

    public static Tensor add(Tensor left, Scalar right, Scalar alpha) => left.add(right, alpha);

    public static Tensor bitwise_xor(Tensor left, Tensor right) => left.bitwise_xor(right);

    public static Tensor randn_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => input.randn_like(dtype, device, requires_grad);

    public static bool is_grad_enabled() => Graph.Enabled;

    // Every tensor is raised to the rank first: a scalar to [1], a vector to a row of a matrix.
    private static Tensor Joined(IList<Tensor> tensors, int rank, Func<Tensor, int, int> dimension)
    {
        if (tensors.Count == 0) throw new ArgumentException("cat: expected a non-empty list of tensors", nameof(tensors));
        using var pause = DisposeScope.Suspend();
        var raised = tensors.Select(t => t.Rank == 0 ? t.reshape([.. Enumerable.Repeat(1L, rank)]) : t.Rank < rank ? t.unsqueeze(0) : t.alias()).ToArray();
        var joined = cat(raised, dimension(tensors[0], 1));
        foreach (var tensor in raised) tensor.Dispose();
        return nn.functional.Finished(pause, joined);
    }

    public partial class Tensor
    {
        public Tensor count_nonzero(long[]? dims = null)
        {
            using var truth = ne(0);
            return truth.Summed(nameof(count_nonzero), dims ?? [], false, null, false);
        }

        public Tensor isclose(Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false)
        {
            using var quiet = no_grad();
            using var scope = NewDisposeScope();
            // Equal infinities are close; NaN is close to NaN only where asked.
            var close = sub(other).abs().le(other.abs().mul(rtol).add(atol)).logical_and(other.isfinite()).logical_or(eq(other));
            if (nanEqual) close = close.logical_or(isnan().logical_and(other.isnan()));
            return close.MoveToOuterDisposeScope();
        }
    }
}
