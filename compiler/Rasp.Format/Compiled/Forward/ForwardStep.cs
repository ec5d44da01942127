using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rasp.Format;

/// <summary>A step of the forward pass: reads rows, writes new ones.</summary>
internal abstract class ForwardStep
{
    public abstract IEnumerable<Row> Reads { get; }

    /// <summary>Those of them that must be laid out for every input.</summary>
    public virtual IEnumerable<Row> ReadsLaid => Reads;

    public abstract IEnumerable<Row> Writes { get; }

    /// <summary>The step without what nobody reads; null where nothing is left.</summary>
    public abstract ForwardStep? Keep(Func<Row, bool> isRead);

    public abstract void Run(Tile tile);
}

/// <summary>target = tokens[id] + positions[p]: one column of both embeddings.</summary>
internal sealed class EmbeddingStep(Row target, float[] tokens, float[] positions) : ForwardStep
{
    public override IEnumerable<Row> Reads => [];

    public override IEnumerable<Row> Writes => [target];

    public override ForwardStep? Keep(Func<Row, bool> isRead) => isRead(target) ? this : null;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(Tile tile)
    {
        Span<float> y = MemoryMarshal.Cast<Vector512<float>, float>(tile[target]);
        ReadOnlySpan<int> ids = tile.Ids[..y.Length];
        ReadOnlySpan<int> places = tile.Places[..y.Length];
        for (int i = 0; i < y.Length; i++) y[i] = tokens[ids[i]] + positions[places[i]];
    }
}

/// <summary>target = Σ weight·row + bias + added, in this order.</summary>
internal sealed class SumStep(Row target, ImmutableArray<RowTerm> terms, float bias, Row? added) : ForwardStep
{
    public override IEnumerable<Row> Reads => terms.Select(t => t.Row).Concat(added is Row row ? [row] : []);

    public override IEnumerable<Row> Writes => [target];

    public override ForwardStep? Keep(Func<Row, bool> isRead) => isRead(target) ? this : null;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(Tile tile)
    {
        Span<Vector512<float>> y = tile[target];
        if (terms.IsEmpty) y.Clear();
        // Four terms at a time, where there are so many.
        for (int t = 0; t < terms.Length; t += 4)
        {
            switch (terms.Length - t)
            {
                case 1: AddOne(y, t == 0, terms[t], tile); break;
                case 2: AddTwo(y, t == 0, terms[t], terms[t + 1], tile); break;
                case 3: AddFour(y, t == 0, terms[t], terms[t + 1], terms[t + 2], terms[t + 2] with { Weight = 0 }, tile); break;
                default: AddFour(y, t == 0, terms[t], terms[t + 1], terms[t + 2], terms[t + 3], tile); break;
            }
        }

        if (bias != 0)
            for (int i = 0; i < y.Length; i++) y[i] += Vector512.Create(bias);
        if (added is not Row old) return;
        ReadOnlySpan<Vector512<float>> before = tile[old][..y.Length];
        for (int i = 0; i < y.Length; i++) y[i] += before[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddOne(Span<Vector512<float>> y, bool isFirst, RowTerm a, Tile tile)
    {
        Vector512<float> weightA = Vector512.Create(a.Weight);
        ReadOnlySpan<Vector512<float>> rowA = tile[a.Row][..y.Length];
        for (int i = 0; i < y.Length; i++)
        {
            Vector512<float> sum = weightA * rowA[i];
            y[i] = isFirst ? sum : sum + y[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddTwo(Span<Vector512<float>> y, bool isFirst, RowTerm a, RowTerm b, Tile tile)
    {
        (Vector512<float> weightA, Vector512<float> weightB) = (Vector512.Create(a.Weight), Vector512.Create(b.Weight));
        ReadOnlySpan<Vector512<float>> rowA = tile[a.Row][..y.Length];
        ReadOnlySpan<Vector512<float>> rowB = tile[b.Row][..y.Length];
        for (int i = 0; i < y.Length; i++)
        {
            Vector512<float> sum = weightA * rowA[i];
            if (!isFirst) sum += y[i];
            y[i] = Vector512.MultiplyAddEstimate(weightB, rowB[i], sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddFour(Span<Vector512<float>> y, bool isFirst, RowTerm a, RowTerm b, RowTerm c, RowTerm d, Tile tile)
    {
        (Vector512<float> weightA, Vector512<float> weightB) = (Vector512.Create(a.Weight), Vector512.Create(b.Weight));
        (Vector512<float> weightC, Vector512<float> weightD) = (Vector512.Create(c.Weight), Vector512.Create(d.Weight));
        ReadOnlySpan<Vector512<float>> rowA = tile[a.Row][..y.Length];
        ReadOnlySpan<Vector512<float>> rowB = tile[b.Row][..y.Length];
        ReadOnlySpan<Vector512<float>> rowC = tile[c.Row][..y.Length];
        ReadOnlySpan<Vector512<float>> rowD = tile[d.Row][..y.Length];
        for (int i = 0; i < y.Length; i++)
        {
            Vector512<float> sum = weightA * rowA[i];
            if (!isFirst) sum += y[i];
            sum = Vector512.MultiplyAddEstimate(weightB, rowB[i], sum);
            sum = Vector512.MultiplyAddEstimate(weightC, rowC[i], sum);
            y[i] = Vector512.MultiplyAddEstimate(weightD, rowD[i], sum);
        }
    }
}

/// <summary>
/// target = Σ over hidden units of weight·ReLU(reading + bias), for each target: units that read the same and write to the same
/// columns. The bias is added to the finished product, as other implementations add it.
/// </summary>
internal sealed class UnitsStep(Row reading, float[] biases, ImmutableArray<(Row Row, float[] Weights)> targets) : ForwardStep
{
    public override IEnumerable<Row> Reads => [reading];

    public override IEnumerable<Row> Writes => targets.Select(t => t.Row);

    public override ForwardStep? Keep(Func<Row, bool> isRead)
    {
        ImmutableArray<(Row, float[])> kept = targets.RemoveAll(t => !isRead(t.Row));
        return kept.IsEmpty ? null : new UnitsStep(reading, biases, kept);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(Tile tile)
    {
        for (int t = 0; t < targets.Length; t += 2)
        {
            if (t + 1 < targets.Length)
                Two(tile[reading], targets[t].Weights, tile[targets[t].Row], targets[t + 1].Weights, tile[targets[t + 1].Row]);
            else
                One(tile[reading], targets[t].Weights, tile[targets[t].Row]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void One(ReadOnlySpan<Vector512<float>> x, ReadOnlySpan<float> weights, Span<Vector512<float>> y)
    {
        x = x[..y.Length];
        weights = weights[..biases.Length];
        int i = 0;
        for (; i + 4 <= y.Length; i += 4)
        {
            (Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3) = (x[i], x[i + 1], x[i + 2], x[i + 3]);
            Vector512<float> y0 = default, y1 = default, y2 = default, y3 = default;
            for (int u = 0; u < biases.Length; u++)
            {
                Vector512<float> bias = Vector512.Create(biases[u]);
                Vector512<float> weight = Vector512.Create(weights[u]);
                y0 = Vector512.MultiplyAddEstimate(weight, Relu(x0 + bias), y0);
                y1 = Vector512.MultiplyAddEstimate(weight, Relu(x1 + bias), y1);
                y2 = Vector512.MultiplyAddEstimate(weight, Relu(x2 + bias), y2);
                y3 = Vector512.MultiplyAddEstimate(weight, Relu(x3 + bias), y3);
            }

            (y[i], y[i + 1], y[i + 2], y[i + 3]) = (y0, y1, y2, y3);
        }

        for (; i < y.Length; i++)
        {
            Vector512<float> sum = default;
            for (int u = 0; u < biases.Length; u++)
                sum = Vector512.MultiplyAddEstimate(Vector512.Create(weights[u]), Relu(x[i] + Vector512.Create(biases[u])), sum);
            y[i] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Two(ReadOnlySpan<Vector512<float>> x, ReadOnlySpan<float> weightsA, Span<Vector512<float>> a, ReadOnlySpan<float> weightsB, Span<Vector512<float>> b)
    {
        x = x[..a.Length];
        b = b[..a.Length];
        weightsA = weightsA[..biases.Length];
        weightsB = weightsB[..biases.Length];
        int i = 0;
        for (; i + 2 <= a.Length; i += 2)
        {
            (Vector512<float> x0, Vector512<float> x1) = (x[i], x[i + 1]);
            Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default;
            for (int u = 0; u < biases.Length; u++)
            {
                Vector512<float> bias = Vector512.Create(biases[u]);
                Vector512<float> h0 = Relu(x0 + bias);
                Vector512<float> h1 = Relu(x1 + bias);
                a0 = Vector512.MultiplyAddEstimate(Vector512.Create(weightsA[u]), h0, a0);
                a1 = Vector512.MultiplyAddEstimate(Vector512.Create(weightsA[u]), h1, a1);
                b0 = Vector512.MultiplyAddEstimate(Vector512.Create(weightsB[u]), h0, b0);
                b1 = Vector512.MultiplyAddEstimate(Vector512.Create(weightsB[u]), h1, b1);
            }

            (a[i], a[i + 1], b[i], b[i + 1]) = (a0, a1, b0, b1);
        }

        for (; i < a.Length; i++)
        {
            Vector512<float> sumA = default, sumB = default;
            for (int u = 0; u < biases.Length; u++)
            {
                Vector512<float> h = Relu(x[i] + Vector512.Create(biases[u]));
                sumA = Vector512.MultiplyAddEstimate(Vector512.Create(weightsA[u]), h, sumA);
                sumB = Vector512.MultiplyAddEstimate(Vector512.Create(weightsB[u]), h, sumB);
            }

            (a[i], b[i]) = (sumA, sumB);
        }
    }

    private static Vector512<float> Relu(Vector512<float> x) => Vector512.MaxNative(x, Vector512<float>.Zero);
}

/// <summary>Shows the residual stream of the one input to the tile's observer, which may change it.</summary>
internal sealed class ObserveStep(int layer, ResidualSite site, ImmutableArray<Row> columns) : ForwardStep
{
    public override IEnumerable<Row> Reads => columns;

    public override IEnumerable<Row> Writes => [];

    public override ForwardStep Keep(Func<Row, bool> isRead) => this;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(Tile tile)
    {
        float[] residual = new float[tile.Longest * columns.Length];
        for (int c = 0; c < columns.Length; c++)
        {
            ReadOnlySpan<float> row = MemoryMarshal.Cast<Vector512<float>, float>(tile[columns[c]]);
            for (int p = 0; p < tile.Longest; p++) residual[(p * columns.Length) + c] = row[p];
        }

        tile.Observer?.Invoke(layer, site, residual);
        for (int c = 0; c < columns.Length; c++)
        {
            Span<float> row = MemoryMarshal.Cast<Vector512<float>, float>(tile[columns[c]]);
            for (int p = 0; p < tile.Longest; p++) row[p] = residual[(p * columns.Length) + c];
        }
    }
}
