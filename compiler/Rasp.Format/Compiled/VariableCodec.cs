using System.Collections.Immutable;

namespace Rasp.Format;

/// <summary>Reads a variable's value from a row of the residual stream [d_model], and writes it.</summary>
internal static class VariableCodec
{
    /// <summary>The value whose column is largest, or whose code is nearest.</summary>
    public static Value Decode(ManifestVariable variable, ReadOnlySpan<float> row)
    {
        if (variable.Encoding == VariableEncoding.Linear)
        {
            double reading = variable.Offset;
            for (int i = 0; i < variable.Columns.Length; i++) reading += variable.Weights[i] * row[variable.Columns[i]];
            return variable.Values[NearestAscending(variable.Codes, reading)];
        }

        if (variable.Encoding == VariableEncoding.Vector) return variable.Values[Nearest(variable, row)];

        int best = 0;
        for (int i = 1; i < variable.Columns.Length; i++)
            if (row[variable.Columns[i]] > row[variable.Columns[best]]) best = i;
        return variable.Values[best];
    }

    /// <summary>Overwrites a resident variable's columns with the encoding of <paramref name="value"/>, and its share in sums.</summary>
    public static void Encode(ManifestVariable variable, Value value, Span<float> row)
    {
        int index = Index(variable, value);
        if (index < 0) throw new RaspException($"The variable '{variable.Name}' can't hold {value}; it takes one of its {variable.Values.Length} values.");
        if (!variable.Sums.IsEmpty)
        {
            int before = Index(variable, Decode(variable, row));
            foreach (ManifestSum sum in variable.Sums) row[sum.Column] += (float)(Share(variable, sum, index) - Share(variable, sum, before));
        }

        if (variable.Encoding == VariableEncoding.Linear)
        {
            row[variable.Columns[0]] = (float)((variable.Codes[index] - variable.Offset) / variable.Weights[0]);
            return;
        }

        for (int i = 0; i < variable.Columns.Length; i++)
            row[variable.Columns[i]] = variable.Encoding == VariableEncoding.Vector ? (float)variable.Vectors[index][i] : i == index ? 1 : 0;
    }

    private static int Index(ManifestVariable variable, Value value)
    {
        int index = variable.Values.BinarySearch(value);
        return index < 0 ? variable.Values.IndexOf(value) : index;
    }

    private static double Share(ManifestVariable variable, ManifestSum sum, int index) =>
        variable.Encoding == VariableEncoding.Linear ? sum.Shares[0] * variable.Codes[index] : sum.Shares[index];

    /// <summary>The index of the value whose vector is nearest to the columns.</summary>
    private static int Nearest(ManifestVariable variable, ReadOnlySpan<float> row)
    {
        int best = 0;
        double least = double.PositiveInfinity;
        for (int v = 0; v < variable.Vectors.Length; v++)
        {
            double distance = 0;
            for (int i = 0; i < variable.Columns.Length; i++)
            {
                double difference = variable.Vectors[v][i] - row[variable.Columns[i]];
                distance += difference * difference;
            }

            if (distance < least) (best, least) = (v, distance);
        }

        return best;
    }

    /// <summary>The index of the code nearest to <paramref name="reading"/>, by bisection: the codes ascend.</summary>
    private static int NearestAscending(ImmutableArray<double> codes, double reading)
    {
        int above = codes.BinarySearch(reading);
        if (above >= 0) return above;
        above = ~above;
        if (above == 0) return 0;
        if (above == codes.Length) return above - 1;
        return reading - codes[above - 1] <= codes[above] - reading ? above - 1 : above;
    }
}
