namespace Rasp.Runtime.Injection;

/// <summary>
/// Ridge regression of several targets on the same inputs, gathered row by row:
/// <code>
/// W = (C + λ·tr(C)/d·I)⁻¹ X'ᵀ(Y − ȳ),  C = X'ᵀX' for X' = X − x̄,  b = ȳ − W·x̄
/// </code>
/// </summary>
/// <param name="width">d, the length of an input.</param>
/// <param name="targets">The targets of each input.</param>
internal sealed class LeastSquares(int width, int targets)
{
    // One more input, always 1, makes the sums over it the means.
    private readonly double[,] products = new double[width + 1, width + 1];
    private readonly double[,] targetProducts = new double[width + 1, targets];

    public void Add(ReadOnlySpan<float> input, ReadOnlySpan<float> target)
    {
        for (int i = 0; i <= width; i++)
        {
            double x = i < width ? input[i] : 1;
            for (int j = 0; j < width; j++) products[i, j] += x * input[j];
            products[i, width] += x;
            for (int t = 0; t < targets; t++) targetProducts[i, t] += x * target[t];
        }
    }

    /// <summary>W as rows [targets, d], and b [targets].</summary>
    public (float[] Rows, float[] Bias) Solve(double ridge)
    {
        double n = products[width, width];
        double[,] covariance = new double[width, width];
        for (int i = 0; i < width; i++)
        {
            for (int j = 0; j < width; j++) covariance[i, j] = products[i, j] - (products[i, width] * products[width, j] / n);
        }

        double variance = Enumerable.Range(0, width).Average(i => covariance[i, i]);
        for (int i = 0; i < width; i++) covariance[i, i] += ridge * variance;
        Factor(covariance);
        float[] rows = new float[targets * width];
        float[] bias = new float[targets];
        for (int t = 0; t < targets; t++)
        {
            double mean = targetProducts[width, t] / n;
            double[] w = [.. Enumerable.Range(0, width).Select(i => targetProducts[i, t] - (products[i, width] * mean))];
            Substitute(covariance, w);
            double shift = 0;
            for (int i = 0; i < width; i++)
            {
                rows[(t * width) + i] = (float)w[i];
                shift += w[i] * products[i, width] / n;
            }

            bias[t] = (float)(mean - shift);
        }

        return (rows, bias);
    }

    // Cholesky: A = L·Lᵀ, L in the lower triangle.
    private static void Factor(double[,] a)
    {
        int n = a.GetLength(0);
        for (int j = 0; j < n; j++)
        {
            for (int k = 0; k < j; k++) a[j, j] -= a[j, k] * a[j, k];
            a[j, j] = Math.Sqrt(a[j, j]);
            for (int i = j + 1; i < n; i++)
            {
                for (int k = 0; k < j; k++) a[i, j] -= a[i, k] * a[j, k];
                a[i, j] /= a[j, j];
            }
        }
    }

    // L·y = b, then Lᵀ·x = y, in place.
    private static void Substitute(double[,] l, double[] b)
    {
        int n = b.Length;
        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < i; k++) b[i] -= l[i, k] * b[k];
            b[i] /= l[i, i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < n; k++) b[i] -= l[k, i] * b[k];
            b[i] /= l[i, i];
        }
    }
}
