using System.Globalization;

namespace TorchSharp;

/// <summary>Arithmetic on shapes, strides and dimension numbers.</summary>
internal static class Shapes
{
    internal static string Text(ReadOnlySpan<long> shape)
    {
        var parts = new string[shape.Length];
        for (var i = 0; i < parts.Length; i++) parts[i] = shape[i].ToString(CultureInfo.InvariantCulture);
        return "[" + string.Join(", ", parts) + "]";
    }

    internal static long Count(ReadOnlySpan<long> shape) =>
        TryCount(shape, out var n) ? n : throw Errors.Torch($"the number of elements of {Text(shape)} does not fit in 64 bits");

    /// <summary>False where the product of the sizes, none of which is negative, exceeds 64 bits.</summary>
    internal static bool TryCount(ReadOnlySpan<long> shape, out long n)
    {
        n = 1;
        foreach (var size in shape)
            if (Math.BigMul(n, size, out n) != 0 || n < 0) return false;
        return true;
    }

    internal static long[] Strides(ReadOnlySpan<long> shape)
    {
        var strides = new long[shape.Length];
        long step = 1;
        for (var d = shape.Length - 1; d >= 0; d--)
        {
            strides[d] = step;
            step *= Math.Max(shape[d], 1);
        }
        return strides;
    }

    internal static bool AreContiguous(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        long step = 1;
        for (var d = shape.Length - 1; d >= 0; d--)
        {
            if (shape[d] == 0) return true;
            if (shape[d] != 1 && strides[d] != step) return false;
            step *= shape[d];
        }
        return true;
    }

    /// <summary>A dimension number in [0, rank), the rank being that of the shape and <paramref name="more"/>; negative ones count from the end.</summary>
    internal static int Dimension(string operation, long dimension, ReadOnlySpan<long> shape, int more = 0)
    {
        var span = Math.Max(shape.Length + more, 1);
        if (dimension < -span || dimension >= span)
            throw Errors.Torch($"{operation}: Dimension out of range (expected to be in range of [{-span}, {span - 1}], but got {dimension}) for {Text(shape)}");
        return (int)(dimension < 0 ? dimension + span : dimension);
    }

    /// <summary>Which dimensions are named; none named means all.</summary>
    internal static bool[] Dimensions(string operation, ReadOnlySpan<long> dimensions, ReadOnlySpan<long> shape)
    {
        var chosen = new bool[shape.Length];
        if (dimensions.IsEmpty) Array.Fill(chosen, true);
        foreach (var dimension in dimensions)
        {
            var d = Dimension(operation, dimension, shape);
            if (chosen.Length > 0) chosen[d] = true;
        }
        return chosen;
    }

    internal static long[] Broadcast(string operation, ReadOnlySpan<long> left, ReadOnlySpan<long> right)
    {
        var rank = Math.Max(left.Length, right.Length);
        var shape = new long[rank];
        for (var d = 0; d < rank; d++)
        {
            int l = d - rank + left.Length, r = d - rank + right.Length;
            long a = l < 0 ? 1 : left[l], b = r < 0 ? 1 : right[r];
            if (a != b && a != 1 && b != 1)
                throw Errors.Shapes2(operation, left, right, "The sizes of the tensors must match or be 1 at every dimension");
            shape[d] = a == 1 ? b : a;
        }
        return shape;
    }

    /// <summary>The strides that read a tensor of shape <paramref name="from"/> as if it had shape <paramref name="to"/>.</summary>
    internal static long[] BroadcastStrides(ReadOnlySpan<long> from, ReadOnlySpan<long> strides, ReadOnlySpan<long> to)
    {
        var result = new long[to.Length];
        for (var d = 0; d < to.Length; d++)
        {
            var f = d - to.Length + from.Length;
            result[d] = f < 0 || from[f] == 1 && to[d] != 1 ? 0 : strides[f];
        }
        return result;
    }

    /// <summary>Fills in the one −1 of a requested shape and checks the number of elements.</summary>
    internal static long[] Resolve(string operation, ReadOnlySpan<long> requested, ReadOnlySpan<long> shape)
    {
        var result = requested.ToArray();
        var count = Count(shape);
        var unknown = -1;
        var known = new long[result.Length];
        for (var d = 0; d < result.Length; d++)
        {
            known[d] = 1;
            if (result[d] == -1 && unknown < 0) unknown = d;
            else if (result[d] < 0) throw Errors.Shapes2(operation, requested, shape, "only one dimension can be inferred");
            else known[d] = result[d];
        }
        var product = Count(known);
        if (unknown >= 0)
        {
            if (product == 0 || count % product != 0) throw Errors.Shapes2(operation, requested, shape, "shape is invalid for the input's size");
            result[unknown] = count / product;
        }
        else if (product != count) throw Errors.Shapes2(operation, requested, shape, "shape is invalid for the input's size");
        return result;
    }

    /// <summary>The strides of a view with another shape on the same memory, or null when it needs a copy.</summary>
    internal static long[]? ViewStrides(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, ReadOnlySpan<long> target)
    {
        if (Count(shape) == 0 || AreContiguous(shape, strides)) return Strides(target);
        var result = new long[target.Length];
        var t = target.Length - 1;
        long chunk = 1, covered = 1;
        var baseStride = shape.Length == 0 ? 1 : strides[^1];
        for (var d = shape.Length - 1; d >= 0; d--)
        {
            chunk *= shape[d];
            var ends = d == 0 || shape[d - 1] != 1 && strides[d - 1] != chunk * baseStride;
            if (!ends) continue;
            while (t >= 0 && (covered < chunk || target[t] == 1))
            {
                result[t] = covered * baseStride;
                covered *= target[t];
                t--;
            }
            if (covered != chunk) return null;
            if (d > 0)
            {
                baseStride = strides[d - 1];
                chunk = 1;
                covered = 1;
            }
        }
        return t < 0 ? result : null;
    }
}
