namespace TorchSharp;

/// <summary>Factorisations of small dense matrices, in double precision, column-major.</summary>
internal static class Factorisation
{
    /// <summary>
    /// One-sided Jacobi (Hestenes, 1958): columns of a (m × n, m ≥ n) are rotated until all are orthogonal; then a = U · diag(s) · Vᵀ
    /// with s descending. a becomes U; columns of singular value 0 stay 0.
    /// </summary>
    internal static (double[] S, double[][] V) Jacobi(double[][] a)
    {
        var n = a.Length;
        var v = new double[n][];
        for (var j = 0; j < n; j++)
        {
            v[j] = new double[n];
            v[j][j] = 1;
        }
        for (var sweep = 0; sweep < 60; sweep++)
        {
            var rotated = false;
            for (var p = 0; p < n - 1; p++)
                for (var q = p + 1; q < n; q++) rotated |= Rotate(a, v, p, q);
            if (!rotated) break;
        }
        var s = a.Select(static column => Math.Sqrt(Dot(column, column))).ToArray();
        var order = Enumerable.Range(0, n).OrderByDescending(j => s[j]).ToArray();
        var (oldA, oldV) = ((double[][])a.Clone(), (double[][])v.Clone());
        for (var j = 0; j < n; j++) (a[j], v[j]) = (oldA[order[j]], oldV[order[j]]);
        s = [.. order.Select(j => s[j])];
        for (var j = 0; j < n; j++)
            if (s[j] > 0)
                for (var i = 0; i < a[j].Length; i++) a[j][i] /= s[j];
        return (s, v);
    }

    private static bool Rotate(double[][] a, double[][] v, int p, int q)
    {
        double alpha = Dot(a[p], a[p]), beta = Dot(a[q], a[q]), gamma = Dot(a[p], a[q]);
        if (gamma == 0 || Math.Abs(gamma) <= 1e-16 * Math.Sqrt(alpha * beta)) return false;
        var zeta = (beta - alpha) / (2 * gamma);
        var t = (zeta >= 0 ? 1 : -1) / (Math.Abs(zeta) + Math.Sqrt(1 + zeta * zeta));
        var c = 1 / Math.Sqrt(1 + t * t);
        Turn(a[p], a[q], c, c * t);
        Turn(v[p], v[q], c, c * t);
        return true;
    }

    private static void Turn(double[] x, double[] y, double c, double s)
    {
        for (var i = 0; i < x.Length; i++) (x[i], y[i]) = (c * x[i] - s * y[i], s * x[i] + c * y[i]);
    }

    /// <summary>Householder QR: a (m × n columns) becomes R's upper triangle; the result is Q with <paramref name="columns"/> columns.</summary>
    internal static double[][] Householder(double[][] a, int m, int columns)
    {
        var n = a.Length;
        var reflectors = new List<double[]>();
        for (var k = 0; k < Math.Min(m, n); k++)
        {
            var u = new double[m];
            double norm = 0;
            for (var i = k; i < m; i++) norm += a[k][i] * a[k][i];
            norm = Math.Sqrt(norm);
            for (var i = k; i < m; i++) u[i] = a[k][i];
            u[k] += a[k][k] >= 0 ? norm : -norm;
            var length = Math.Sqrt(Dot(u, u));
            if (length > 0)
                for (var i = k; i < m; i++) u[i] /= length;
            reflectors.Add(u);
            for (var j = k; j < n; j++) Reflect(a[j], u, k);
            for (var i = k + 1; i < m; i++) a[k][i] = 0;
        }
        var q = new double[columns][];
        for (var j = 0; j < columns; j++)
        {
            q[j] = new double[m];
            q[j][j] = 1;
            for (var k = reflectors.Count - 1; k >= 0; k--) Reflect(q[j], reflectors[k], k);
        }
        return q;
    }

    /// <summary>Extends orthonormal columns to a basis of m dimensions by Gram-Schmidt on the unit vectors.</summary>
    internal static double[][] Complete(double[][] columns, int m, int count)
    {
        var basis = columns.Where(static c => Dot(c, c) > 0.5).ToList();
        var result = (double[][])columns.Clone();
        Array.Resize(ref result, count);
        var unit = 0;
        for (var j = 0; j < count; j++)
        {
            if (j < columns.Length && Dot(columns[j], columns[j]) > 0.5) continue;
            for (; ; unit++)
            {
                var x = new double[m];
                x[unit] = 1;
                for (var pass = 0; pass < 2; pass++)
                {
                    foreach (var b in basis)
                    {
                        var along = Dot(x, b);
                        for (var i = 0; i < m; i++) x[i] -= along * b[i];
                    }
                }
                var length = Math.Sqrt(Dot(x, x));
                if (length < 1e-8) continue;
                for (var i = 0; i < m; i++) x[i] /= length;
                basis.Add(x);
                result[j] = x;
                unit++;
                break;
            }
        }
        return result;
    }

    private static void Reflect(double[] x, double[] u, int from)
    {
        double dot = 0;
        for (var i = from; i < x.Length; i++) dot += u[i] * x[i];
        for (var i = from; i < x.Length; i++) x[i] -= 2 * dot * u[i];
    }

    internal static double Dot(double[] x, double[] y)
    {
        double sum = 0;
        for (var i = 0; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }
}
