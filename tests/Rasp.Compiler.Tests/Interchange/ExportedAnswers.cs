using System.Text.Json;

namespace Rasp.Compiler.Tests.Interchange;

/// <summary>Reads answers from logits by what an exported file's metadata say, and nothing else.</summary>
internal sealed class ExportedAnswers(IReadOnlyDictionary<string, string> metadata)
{
    private readonly JsonElement vocabulary = JsonDocument.Parse(metadata["vocabulary"]).RootElement;
    private readonly JsonElement outputs = JsonDocument.Parse(metadata["outputs"]).RootElement;

    /// <summary>The beginning-of-sequence token, then the ids of the tokens, given as JSON.</summary>
    public int[] Ids(IEnumerable<string> tokens)
    {
        List<string> texts = [.. vocabulary.EnumerateArray().Select(t => t.GetRawText())];
        return [int.Parse(metadata["beginning_of_sequence"], null), .. tokens.Select(t => texts.IndexOf(t))];
    }

    /// <summary>The JSON text of an output's value at each token, from logits [1 + tokens, width].</summary>
    public string[] Read(string output, float[][] logits)
    {
        JsonElement read = outputs.EnumerateArray().Single(o => o.GetProperty("name").GetString() == output);
        JsonElement[] values = [.. read.GetProperty("values").EnumerateArray()];
        double[] codes = [.. read.GetProperty("codes").EnumerateArray().Select(c => c.GetDouble())];
        int first = read.GetProperty("first").GetInt32();
        return [.. logits.Skip(1).Select(row => values[codes.Length == 0 ? Largest(row) : Nearest(row[first])].GetRawText())];

        int Largest(float[] row) => Enumerable.Range(0, values.Length).MaxBy(i => row[first + i]);
        int Nearest(float code) => Enumerable.Range(0, values.Length).MinBy(i => Math.Abs(codes[i] - code));
    }
}
