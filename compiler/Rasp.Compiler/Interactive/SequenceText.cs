using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Rasp.Format;

namespace Rasp.Compiler.Interactive;

/// <summary>The values of s-ops, in one line or below their input, and the grids of selectors.</summary>
internal static class SequenceText
{
    /// <summary>What a full display says where one line is enough.</summary>
    public const string Skipped = "[skipped full display: identical values]";

    /// <summary><c>[0, 1, 2] (ints)</c>, or <c>[5]*3 (ints)</c> where all positions agree.</summary>
    public static string Short(SequenceValues sequence)
    {
        int count = sequence.Values.Length;
        string values = count > 1 && sequence.IsUniform
            ? string.Create(CultureInfo.InvariantCulture, $"[{Entry(sequence, 0)}]*{count}")
            : $"[{string.Join(", ", Enumerable.Range(0, count).Select(i => Entry(sequence, i)))}]";
        return $"{values} ({sequence.TypeName})";
    }

    /// <summary>Input and output below each other, right-aligned; the rarer of true and false is shown, the other left blank.</summary>
    public static string Full(InputSequence input, SequenceValues sequence, string indent)
    {
        ImmutableArray<string> inputs = Letters(input.Values, i => ValueNotation.Plain(input.Tokens[i]));
        ImmutableArray<string> outputs = Letters(sequence.Values, i => ValueNotation.Plain(sequence.Values[i], sequence.IsFloat[i]));
        int width = inputs.Concat(outputs).Max(Width);
        return $"{indent} \t\tinput:   {Aligned(inputs, width)} \t (strings)\n{indent} \t\toutput:  {Aligned(outputs, width)} \t ({sequence.TypeName})\n";
    }

    /// <summary>A row for every query with a 1 below each key that it selects.</summary>
    public static string Grid(InputSequence input, ImmutableArray<bool> cells, string indent)
    {
        int n = input.Tokens.Length;
        ImmutableArray<string> tokens = [.. input.Tokens.Select(ValueNotation.Plain)];
        StringBuilder text = new();
        text.Append(indent).Append(" \t\t\t     ").AppendJoin(' ', tokens).Append('\n');
        for (int q = 0; q < n; q++)
        {
            IEnumerable<char> row = Enumerable.Range(q * n, n).Select(i => cells[i] ? '1' : ' ');
            text.Append(indent).Append(" \t\t\t ").Append(tokens[q]).Append(" | ").AppendJoin(' ', row).Append('\n');
        }

        return text.ToString();
    }

    private static string Entry(SequenceValues sequence, int i) => ValueNotation.InSequence(sequence.Values[i], sequence.IsFloat[i]);

    private static ImmutableArray<string> Letters(ImmutableArray<Value> values, Func<int, string> notation)
    {
        if (values[0].Kind != ValueKind.Boolean) return [.. Enumerable.Range(0, values.Length).Select(notation)];
        int difference = values.Count(v => v.IsTrue) - values.Count(v => !v.IsTrue);
        return [.. values.Select(v => v.IsTrue ? (difference <= 0 ? "T" : string.Empty) : (difference >= 0 ? "F" : string.Empty))];
    }

    private static string Aligned(ImmutableArray<string> entries, int width) =>
        string.Join(' ', entries.Select(e => new string(' ', width - Width(e)) + e));

    private static int Width(string text) => text.EnumerateRunes().Count();
}
