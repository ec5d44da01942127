namespace TorchSharp;

public static partial class torch
{
    // Products along a dimension are built from products of halves and from slices, so their gradients are right at zeros as well.
    public partial class Tensor
    {
        public Tensor prod(ScalarType? type = null)
        {
            using var pause = DisposeScope.Suspend();
            using var flat = reshape(-1);
            return Released(pause, flat.prod(0, false, type));
        }

        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null)
        {
            var d = Shapes.Dimension(nameof(prod), dim, sizes);
            using var pause = DisposeScope.Suspend();
            var product = to_type(type ?? Types.Sum(kind));
            if (Rank == 0) return Released(pause, product);
            if (sizes[d] == 0)
            {
                product.Dispose();
                long[] shape = [.. sizes];
                shape[d] = 1;
                product = Full(shape, 1, type ?? Types.Sum(kind), false);
            }
            while (product.sizes[d] > 1)
            {
                var half = product.sizes[d] / 2;
                using var whole = product;
                using var first = whole.narrow(d, 0, half);
                using var second = whole.narrow(d, half, half);
                product = first.mul(second);
                if (whole.sizes[d] % 2 == 0) continue;
                using var even = product;
                using var rest = whole.narrow(d, 2 * half, 1);
                product = cat([even, rest], d);
            }
            using (product) return Released(pause, keepdim ? product.alias() : product.squeeze(d));
        }

        /// <summary>After step i every element is the product of the 2^i elements that end with it.</summary>
        public Tensor cumprod(long dim, ScalarType? type = null)
        {
            var d = Shapes.Dimension(nameof(cumprod), dim, sizes);
            using var pause = DisposeScope.Suspend();
            var product = to_type(type ?? Types.Sum(kind));
            for (long reach = 1; Rank > 0 && reach < sizes[d]; reach *= 2)
            {
                using var whole = product;
                using var head = whole.narrow(d, 0, reach);
                using var tail = whole.narrow(d, reach, sizes[d] - reach);
                using var before = whole.narrow(d, 0, sizes[d] - reach);
                using var longer = tail.mul(before);
                product = cat([head, longer], d);
            }
            return Released(pause, product);
        }

        public Tensor trace()
        {
            if (Rank != 2) throw new ArgumentException($"trace: expected a matrix, but got {Shapes.Text(sizes)}");
            using var pause = DisposeScope.Suspend();
            using var line = diagonal();
            return Released(pause, line.sum());
        }

        /// <summary>beta · this + alpha · batch1 · batch2.</summary>
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1)
        {
            using var pause = DisposeScope.Suspend();
            using var product = batch1.bmm(batch2);
            return Released(pause, PlusScaled(product, beta, alpha));
        }
    }

    public static Tensor prod(Tensor input, ScalarType? type = null) => input.prod(type);

    public static Tensor prod(Tensor input, long dim, bool keepdim = false, ScalarType? type = null) => input.prod(dim, keepdim, type);

    public static Tensor cumprod(Tensor input, long dim, ScalarType? dtype = null) => input.cumprod(dim, dtype);

    public static Tensor trace(Tensor input) => input.trace();

    public static Tensor baddbmm(Tensor input, Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => input.baddbmm(batch1, batch2, beta, alpha);

    public static Tensor addmm(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => input.addmm(mat1, mat2, beta, alpha);

    public static Tensor addcmul(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => input.addcmul(tensor1, tensor2, value);

    public static Tensor addcdiv(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => input.addcdiv(tensor1, tensor2, value);
}
