namespace Rasp.Runtime.Tests.Models;

/// <summary>
/// A second, independent implementation of the decoder: plain loops in double precision over a llama2.c file that it reads
/// itself, rotary pairs interleaved as that format has them. It shares no code with the runtime.
/// </summary>
internal sealed class ReferenceDecoder
{
    private readonly int dim, hidden, layers, heads, kvHeads, vocabulary, head;
    private readonly double[] embedding, attentionNorm, wq, wk, wv, wo, mlpNorm, w1, w2, w3, finalNorm;
    private readonly List<double[]>[] keys;
    private readonly List<double[]>[] values;

    public ReferenceDecoder(string path)
    {
        using BinaryReader reader = new(File.OpenRead(path));
        dim = reader.ReadInt32();
        hidden = reader.ReadInt32();
        layers = reader.ReadInt32();
        heads = reader.ReadInt32();
        kvHeads = reader.ReadInt32();
        vocabulary = reader.ReadInt32();
        reader.ReadInt32();
        if (vocabulary <= 0) throw new NotSupportedException("The reference reads tied models only.");
        head = dim / heads;

        double[] Read(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)reader.ReadSingle())];
        embedding = Read(vocabulary * dim);
        attentionNorm = Read(layers * dim);
        wq = Read(layers * dim * dim);
        wk = Read(layers * kvHeads * head * dim);
        wv = Read(layers * kvHeads * head * dim);
        wo = Read(layers * dim * dim);
        mlpNorm = Read(layers * dim);
        w1 = Read(layers * hidden * dim);
        w2 = Read(layers * dim * hidden);
        w3 = Read(layers * hidden * dim);
        finalNorm = Read(dim);
        keys = [.. Enumerable.Range(0, layers).Select(_ => new List<double[]>())];
        values = [.. Enumerable.Range(0, layers).Select(_ => new List<double[]>())];
    }

    /// <summary>The logits after this token, which follows all tokens given before.</summary>
    public double[] Next(long token, long position)
    {
        double[] x = embedding[(int)(token * dim)..(int)((token + 1) * dim)];
        for (int l = 0; l < layers; l++)
        {
            double[] normed = Norm(x, attentionNorm, l);
            double[] q = Rotate(Times(wq, l, dim, normed), position);
            keys[l].Add(Rotate(Times(wk, l, kvHeads * head, normed), position));
            values[l].Add(Times(wv, l, kvHeads * head, normed));
            x = Plus(x, Times(wo, l, dim, Attend(q, keys[l], values[l])));

            normed = Norm(x, mlpNorm, l);
            double[] gate = Times(w1, l, hidden, normed);
            double[] up = Times(w3, l, hidden, normed);
            x = Plus(x, Times(w2, l, dim, [.. gate.Select((g, i) => g / (1 + Math.Exp(-g)) * up[i])]));
        }

        return Times(embedding, 0, vocabulary, Norm(x, finalNorm, 0));
    }

    private static double[] Plus(double[] a, double[] b) => [.. a.Select((v, i) => v + b[i])];

    private double[] Norm(double[] x, double[] weights, int layer)
    {
        double scale = 1 / Math.Sqrt(x.Sum(v => v * v) / dim + 1e-5);
        return [.. x.Select((v, i) => weights[layer * dim + i] * v * scale)];
    }

    private static double[] Times(double[] matrices, int layer, int rows, double[] x)
    {
        double[] y = new double[rows];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < x.Length; c++) y[r] += matrices[(layer * rows + r) * x.Length + c] * x[c];
        return y;
    }

    private double[] Rotate(double[] x, long position)
    {
        double[] y = new double[x.Length];
        for (int i = 0; i < x.Length; i += 2)
        {
            double angle = position * Math.Pow(10000, -(i % head) / (double)head);
            y[i] = x[i] * Math.Cos(angle) - x[i + 1] * Math.Sin(angle);
            y[i + 1] = x[i] * Math.Sin(angle) + x[i + 1] * Math.Cos(angle);
        }

        return y;
    }

    private double[] Attend(double[] q, List<double[]> k, List<double[]> v)
    {
        double[] result = new double[dim];
        for (int h = 0; h < heads; h++)
        {
            int own = h * head;
            int shared = h / (heads / kvHeads) * head;
            double[] scores = [.. k.Select(key => Enumerable.Range(0, head).Sum(i => q[own + i] * key[shared + i]) / Math.Sqrt(head))];
            double largest = scores.Max();
            double total = scores.Sum(s => Math.Exp(s - largest));
            for (int t = 0; t < scores.Length; t++)
                for (int i = 0; i < head; i++) result[own + i] += Math.Exp(scores[t] - largest) / total * v[t][shared + i];
        }

        return result;
    }
}
