using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rasp.Format;

/// <summary>Reads an export's answers from the logits of a tile, as indices into its values.</summary>
internal sealed class OutputReader(ManifestOutput output)
{
    private readonly NearestCode? codes = output.Codes.IsEmpty ? null : new NearestCode(output.Codes);

    /// <summary>Writes the answers of the inputs of these lengths, one input after the other; the beginning of the sequence has none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Read(Tile tile, ImmutableArray<Row> logits, ReadOnlySpan<int> lengths, Span<int> answers)
    {
        Span<Vector512<float>> read = codes is null ? Largest(tile, logits) : tile[logits[output.First]];
        for (int b = 0; b < lengths.Length; b++)
        {
            Span<int> answer = answers[..lengths[b]];
            ReadOnlySpan<float> numbers = MemoryMarshal.Cast<Vector512<float>, float>(read.Slice(b * tile.Stride, tile.Stride))[1..];
            for (int p = 0; p < answer.Length; p++) answer[p] = codes is null ? (int)numbers[p] : codes.Find(numbers[p]);
            answers = answers[answer.Length..];
        }
    }

    /// <summary>The number of the largest logit, the first of several, at each position of each input.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Span<Vector512<float>> Largest(Tile tile, ImmutableArray<Row> logits)
    {
        Span<Vector512<float>> best = tile.Best;
        Span<Vector512<float>> largest = tile.Largest[..best.Length];
        best.Clear();
        tile[logits[output.First]].CopyTo(largest);
        for (int o = 1; o < output.Logits; o++)
        {
            ReadOnlySpan<Vector512<float>> logit = tile[logits[output.First + o]][..best.Length];
            Vector512<float> number = Vector512.Create((float)o);
            for (int i = 0; i < best.Length; i++)
            {
                Vector512<float> isLarger = Vector512.GreaterThan(logit[i], largest[i]);
                largest[i] = Vector512.ConditionalSelect(isLarger, logit[i], largest[i]);
                best[i] = Vector512.ConditionalSelect(isLarger, number, best[i]);
            }
        }

        return best;
    }
}
