using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rasp.Format;

/// <summary>A step of the forward pass: reads rows, writes new ones.</summary>
internal abstract class ForwardStep
{
    public abstract IEnumerable<Row> Reads { get; }

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
        Span<float> y = MemoryMarshal.Cast<Vector<float>, float>(tile[target]);
        ReadOnlySpan<int> ids = tile.Ids;
        int lanes = tile.Lanes;
        for (int p = 0; p < tile.Positions; p++)
        {
            float position = positions[p];
            Span<float> row = y.Slice(p * lanes, lanes);
            ReadOnlySpan<int> rowIds = ids.Slice(p * lanes, lanes);
            for (int b = 0; b < row.Length; b++) row[b] = tokens[rowIds[b]] + position;
        }
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
        Span<Vector<float>> y = tile[target];
        if (terms.IsEmpty) y.Fill(new Vector<float>(bias));
        for (int t = 0; t < terms.Length; t++)
        {
            ReadOnlySpan<Vector<float>> x = tile[terms[t].Row][..y.Length];
            Vector<float> weight = new(terms[t].Weight);
            if (t == 0)
                for (int i = 0; i < y.Length; i++) y[i] = weight * x[i];
            else
                for (int i = 0; i < y.Length; i++) y[i] = Vector.MultiplyAddEstimate(weight, x[i], y[i]);
        }

        if (bias != 0 && !terms.IsEmpty)
            for (int i = 0; i < y.Length; i++) y[i] += new Vector<float>(bias);
        if (added is not Row old) return;
        ReadOnlySpan<Vector<float>> before = tile[old][..y.Length];
        for (int i = 0; i < y.Length; i++) y[i] += before[i];
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
    private void One(ReadOnlySpan<Vector<float>> x, ReadOnlySpan<float> weights, Span<Vector<float>> y)
    {
        x = x[..y.Length];
        weights = weights[..biases.Length];
        int i = 0;
        for (; i + 4 <= y.Length; i += 4)
        {
            (Vector<float> x0, Vector<float> x1, Vector<float> x2, Vector<float> x3) = (x[i], x[i + 1], x[i + 2], x[i + 3]);
            Vector<float> y0 = default, y1 = default, y2 = default, y3 = default;
            for (int u = 0; u < biases.Length; u++)
            {
                Vector<float> bias = new(biases[u]);
                Vector<float> weight = new(weights[u]);
                y0 = Vector.MultiplyAddEstimate(weight, Relu(x0 + bias), y0);
                y1 = Vector.MultiplyAddEstimate(weight, Relu(x1 + bias), y1);
                y2 = Vector.MultiplyAddEstimate(weight, Relu(x2 + bias), y2);
                y3 = Vector.MultiplyAddEstimate(weight, Relu(x3 + bias), y3);
            }

            (y[i], y[i + 1], y[i + 2], y[i + 3]) = (y0, y1, y2, y3);
        }

        for (; i < y.Length; i++)
        {
            Vector<float> sum = default;
            for (int u = 0; u < biases.Length; u++)
                sum = Vector.MultiplyAddEstimate(new Vector<float>(weights[u]), Relu(x[i] + new Vector<float>(biases[u])), sum);
            y[i] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Two(ReadOnlySpan<Vector<float>> x, ReadOnlySpan<float> weightsA, Span<Vector<float>> a, ReadOnlySpan<float> weightsB, Span<Vector<float>> b)
    {
        x = x[..a.Length];
        b = b[..a.Length];
        weightsA = weightsA[..biases.Length];
        weightsB = weightsB[..biases.Length];
        int i = 0;
        for (; i + 2 <= a.Length; i += 2)
        {
            (Vector<float> x0, Vector<float> x1) = (x[i], x[i + 1]);
            Vector<float> a0 = default, a1 = default, b0 = default, b1 = default;
            for (int u = 0; u < biases.Length; u++)
            {
                Vector<float> bias = new(biases[u]);
                Vector<float> h0 = Relu(x0 + bias);
                Vector<float> h1 = Relu(x1 + bias);
                a0 = Vector.MultiplyAddEstimate(new Vector<float>(weightsA[u]), h0, a0);
                a1 = Vector.MultiplyAddEstimate(new Vector<float>(weightsA[u]), h1, a1);
                b0 = Vector.MultiplyAddEstimate(new Vector<float>(weightsB[u]), h0, b0);
                b1 = Vector.MultiplyAddEstimate(new Vector<float>(weightsB[u]), h1, b1);
            }

            (a[i], a[i + 1], b[i], b[i + 1]) = (a0, a1, b0, b1);
        }

        for (; i < a.Length; i++)
        {
            Vector<float> sumA = default, sumB = default;
            for (int u = 0; u < biases.Length; u++)
            {
                Vector<float> h = Relu(x[i] + new Vector<float>(biases[u]));
                sumA = Vector.MultiplyAddEstimate(new Vector<float>(weightsA[u]), h, sumA);
                sumB = Vector.MultiplyAddEstimate(new Vector<float>(weightsB[u]), h, sumB);
            }

            (a[i], b[i]) = (sumA, sumB);
        }
    }

    private static Vector<float> Relu(Vector<float> x) => Vector.MaxNative(x, Vector<float>.Zero);
}

/// <summary>Shows the residual stream of the first input to the tile's observer, which may change it.</summary>
internal sealed class ObserveStep(int layer, ResidualSite site, ImmutableArray<Row> columns) : ForwardStep
{
    public override IEnumerable<Row> Reads => columns;

    public override IEnumerable<Row> Writes => [];

    public override ForwardStep Keep(Func<Row, bool> isRead) => this;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(Tile tile)
    {
        int lanes = tile.Lanes;
        float[] residual = new float[tile.Positions * columns.Length];
        for (int c = 0; c < columns.Length; c++)
        {
            ReadOnlySpan<float> row = MemoryMarshal.Cast<Vector<float>, float>(tile[columns[c]]);
            for (int p = 0; p < tile.Positions; p++) residual[(p * columns.Length) + c] = row[p * lanes];
        }

        tile.Observer?.Invoke(layer, site, residual);
        for (int c = 0; c < columns.Length; c++)
        {
            Span<float> row = MemoryMarshal.Cast<Vector<float>, float>(tile[columns[c]]);
            for (int p = 0; p < tile.Positions; p++) row[p * lanes] = residual[(p * columns.Length) + c];
        }
    }
}
