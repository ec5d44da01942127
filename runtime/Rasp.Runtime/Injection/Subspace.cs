using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.Injection;

/// <summary>
/// A linear subspace of the residual stream with an orthonormal basis U, [d, k], outside the gradient. P = U·Uᵀ projects
/// onto it.
/// </summary>
internal sealed class Subspace
{
    // Directions shorter than this, relative to the row they come from, are rounding.
    private const double Negligible = 1e-4;

    private readonly float[] basis;
    private readonly int width;

    private Subspace(float[] basis, int width, int rank)
    {
        this.basis = basis;
        this.width = width;
        Rank = rank;
    }

    /// <summary>k, the number of dimensions.</summary>
    public int Rank { get; }

    /// <summary>
    /// The span of the rows [n, d]. A softmax does not see what all its rows share, so their mean is taken off them first
    /// where <paramref name="centred"/>.
    /// </summary>
    public static Subspace Span(ReadOnlySpan<float> rows, int width, bool centred)
    {
        int n = rows.Length / width;
        List<double[]> directions = [];
        double[] mean = new double[width];
        if (centred)
            for (int i = 0; i < rows.Length; i++) mean[i % width] += rows[i] / (double)n;
        for (int r = 0; r < n; r++)
        {
            double[] row = new double[width];
            for (int c = 0; c < width; c++) row[c] = rows[(r * width) + c] - mean[c];
            AddDirection(directions, row);
        }

        return FromDirections(directions, width);
    }

    /// <summary>A subspace of the same size in a random direction: what an exchange does that has nothing to do with the variable.</summary>
    public static Subspace Random(int width, int rank, Random random)
    {
        List<double[]> directions = [];
        while (directions.Count < rank)
        {
            // Box and Muller 1958: √(−2·ln u)·cos(2π·v) is normal.
            double[] row = [.. Enumerable.Range(0, width).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
            AddDirection(directions, row);
        }

        return FromDirections(directions, width);
    }

    /// <summary>
    /// <paramref name="into"/> with its part in the subspace taken from <paramref name="from"/>: into + (from − into)·P,
    /// both [.., d].
    /// </summary>
    public Tensor Replace(Tensor into, Tensor from)
    {
        Tensor u = tensor(basis, [width, Rank]).to(into.device);
        return into + (from - into).matmul(u).matmul(u.t());
    }

    // Gram-Schmidt, applied twice so that nearly parallel rows stay orthogonal.
    private static void AddDirection(List<double[]> directions, double[] row)
    {
        double before = Norm(row);
        if (before == 0) return;
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (double[] direction in directions)
            {
                double shared = 0;
                for (int c = 0; c < row.Length; c++) shared += row[c] * direction[c];
                for (int c = 0; c < row.Length; c++) row[c] -= shared * direction[c];
            }
        }

        double norm = Norm(row);
        if (norm < Negligible * before) return;
        for (int c = 0; c < row.Length; c++) row[c] /= norm;
        directions.Add(row);
    }

    private static Subspace FromDirections(List<double[]> directions, int width)
    {
        float[] basis = new float[width * directions.Count];
        for (int k = 0; k < directions.Count; k++)
            for (int c = 0; c < width; c++) basis[(c * directions.Count) + k] = (float)directions[k][c];
        return new Subspace(basis, width, directions.Count);
    }

    private static double Norm(double[] row) => Math.Sqrt(row.Sum(x => x * x));
}
