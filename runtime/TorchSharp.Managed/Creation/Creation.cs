namespace TorchSharp;

public static partial class torch
{
    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var real = start.IsFloat || stop.IsFloat || step.IsFloat;
        double from = start.AsDouble(), by = step.AsDouble();
        if (by == 0 || (stop.AsDouble() - from) / by < 0) throw Errors.Torch($"arange: upper bound and larger bound inconsistent with step sign: {from}, {stop.AsDouble()}, {by}");
        var n = (int)Math.Ceiling((stop.AsDouble() - from) / by);
        if (real)
        {
            var values = new double[n];
            for (var i = 0; i < n; i++) values[i] = from + i * by;
            return FromArray<double>(values, [n], dtype ?? defaultType, requires_grad);
        }
        var whole = new long[n];
        for (var i = 0; i < n; i++) whole[i] = start.AsInt64() + i * step.AsInt64();
        return FromArray<long>(whole, [n], dtype, requires_grad);
    }

    public static Tensor linspace(double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var values = new double[steps];
        for (var i = 0; i < steps; i++) values[i] = steps == 1 ? start : start + (end - start) * i / (steps - 1);
        return FromArray<double>(values, [steps], dtype ?? defaultType, requires_grad);
    }

    public static unsafe Tensor eye(
        long rows, long columns = -1L, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        if (columns < 0) columns = rows;
        var tensor = Full([rows, columns], 0, dtype ?? defaultType, false);
        using (DisposeScope.Suspend())
        {
            using var diagonal = tensor.diagonal();
            diagonal.Fill(1);
        }
        return tensor.with_requires_grad(requires_grad);
    }

    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null) => rawArray switch
    {
        float[] or float[,] or float[,,] or float[,,,] => FromGrid<float>(rawArray, dtype, requires_grad),
        double[] or double[,] or double[,,] or double[,,,] => FromGrid<double>(rawArray, dtype, requires_grad),
        long[] or long[,] or long[,,] or long[,,,] => FromGrid<long>(rawArray, dtype, requires_grad),
        int[] or int[,] or int[,,] or int[,,,] => FromGrid<int>(rawArray, dtype, requires_grad),
        bool[] or bool[,] or bool[,,] or bool[,,,] => FromGrid<bool>(rawArray, dtype, requires_grad),
        _ => throw new NotSupportedException($"The type {rawArray.GetType()} is not supported."),
    };

    private static unsafe Tensor FromArray<T>(ReadOnlySpan<T> values, long[] shape, ScalarType? dtype, bool requires_grad) where T : unmanaged
    {
        if (Shapes.Count(shape) != values.Length)
            throw new ArgumentException($"tensor: {values.Length} values do not fill the shape {Shapes.Text(shape)}");
        var type = Types.Of<T>();
        var tensor = Tensor.Make(type, shape, register: dtype is null || dtype == type);
        values.CopyTo(new Span<T>(tensor.Data<T>(), values.Length));
        if (dtype is not { } to || to == type) return tensor.with_requires_grad(requires_grad);
        using (tensor) return tensor.Converted(to).with_requires_grad(requires_grad);
    }

    private static Tensor FromGrid<T>(Array grid, ScalarType? dtype, bool requires_grad) where T : unmanaged
    {
        var flat = new T[grid.Length];
        var i = 0;
        foreach (T value in grid) flat[i++] = value;
        var shape = new long[grid.Rank];
        for (var d = 0; d < shape.Length; d++) shape[d] = grid.GetLength(d);
        return FromArray<T>(flat, shape, dtype, requires_grad);
    }

    public partial class Tensor
    {
        public Tensor zeros_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => full_like(0, dtype, device, requires_grad);

        public Tensor ones_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => full_like(1, dtype, device, requires_grad);

        public Tensor empty_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Make(dtype ?? kind, shape).with_requires_grad(requires_grad);

        public Tensor full_like(Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        {
            var tensor = Make(dtype ?? kind, shape);
            tensor.Fill(value);
            return tensor.with_requires_grad(requires_grad);
        }

        public Tensor new_zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Full(size, 0, dtype ?? kind, requires_grad);

        public Tensor new_zeros(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Full(size.ToArray(), 0, dtype ?? kind, requires_grad);

        public Tensor new_zeros(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Full([size], 0, dtype ?? kind, requires_grad);

        public Tensor new_zeros(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Full([rows, columns], 0, dtype ?? kind, requires_grad);

        public Tensor new_zeros(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Full([dim0, dim1, dim2], 0, dtype ?? kind, requires_grad);

        public Tensor new_zeros(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Full([dim0, dim1, dim2, dim3], 0, dtype ?? kind, requires_grad);

        public Tensor new_empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Make(dtype ?? kind, [.. size]).with_requires_grad(requires_grad);

        public Tensor new_ones(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Full([size], 1, dtype ?? kind, requires_grad);

        public Tensor new_ones(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Full([rows, columns], 1, dtype ?? kind, requires_grad);

        public Tensor new_ones(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Full([dim0, dim1, dim2], 1, dtype ?? kind, requires_grad);

        public Tensor new_ones(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Full([dim0, dim1, dim2, dim3], 1, dtype ?? kind, requires_grad);

        public Tensor new_full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Full(size, value, dtype ?? kind, requires_grad);
    }
}
