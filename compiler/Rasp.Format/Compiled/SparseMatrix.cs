namespace Rasp.Format;

/// <summary>
/// The nonzeros of a [inputs, outputs] matrix, by input. Compiled weights and residual streams are mostly zeros, so a
/// product visits only the nonzeros of the rows whose input is not zero.
/// </summary>
internal sealed class SparseMatrix
{
    private readonly int[] rowStart;
    private readonly int[] columns;
    private readonly float[] values;

    public SparseMatrix(ReadOnlySpan<float> dense, int inputs, int outputs)
    {
        Outputs = outputs;
        rowStart = new int[inputs + 1];
        List<int> columnList = [];
        List<float> valueList = [];
        for (int i = 0; i < inputs; i++)
        {
            for (int j = 0; j < outputs; j++)
            {
                float value = dense[(i * outputs) + j];
                if (value == 0) continue;
                columnList.Add(j);
                valueList.Add(value);
            }

            rowStart[i + 1] = columnList.Count;
        }

        columns = [.. columnList];
        values = [.. valueList];
    }

    public int Outputs { get; }

    public bool IsZero => values.Length == 0;

    /// <summary>y ← y + x·W, the inputs taken in ascending order.</summary>
    public void MultiplyAdd(ReadOnlySpan<float> x, Span<float> y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            float factor = x[i];
            if (factor == 0) continue;
            for (int at = rowStart[i]; at < rowStart[i + 1]; at++) y[columns[at]] += factor * values[at];
        }
    }
}
