using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Rasp.Format;

/// <summary>Reads an export's answers from the logits of a tile, as indices into its values.</summary>
internal sealed class OutputReader(ManifestOutput output)
{
    private readonly NearestCode? codes = output.Codes.IsEmpty ? null : new NearestCode(output.Codes);

    /// <summary>Writes the answers [input, position]; the beginning of the sequence has none.</summary>
    public void Read(Tile tile, ImmutableArray<Row> logits, int inputs, Span<int> answers)
    {
        int length = tile.Positions - 1;
        Span<float> found = stackalloc float[Vector<float>.Count];
        for (int p = 0; p < length; p++)
        {
            for (int v = 0; v < tile.Width; v++)
            {
                int at = ((p + 1) * tile.Width) + v;
                (codes is null ? Largest(tile, logits, at) : tile[logits[output.First]][at]).CopyTo(found);
                int first = v * found.Length;
                for (int b = first; b < Math.Min(first + found.Length, inputs); b++)
                    answers[(b * length) + p] = codes is null ? (int)found[b - first] : codes.Find(found[b - first]);
            }
        }
    }

    /// <summary>The number of the largest logit in each lane, the first of several.</summary>
    private Vector<float> Largest(Tile tile, ImmutableArray<Row> logits, int at)
    {
        Vector<float> largest = tile[logits[output.First]][at];
        Vector<float> best = default;
        for (int o = 1; o < output.Logits; o++)
        {
            Vector<float> logit = tile[logits[output.First + o]][at];
            Vector<int> isLarger = Vector.GreaterThan(logit, largest);
            largest = Vector.ConditionalSelect(isLarger, logit, largest);
            best = Vector.ConditionalSelect(isLarger, new Vector<float>(o), best);
        }

        return best;
    }
}
