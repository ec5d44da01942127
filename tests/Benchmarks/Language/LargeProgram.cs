using System.Globalization;
using System.Text;

namespace Benchmarks.Language;

/// <summary>The text of a long program that both interpreters accept: dictionaries of words, string s-ops, selectors, counts, all of which the s-op <c>total</c> reads.</summary>
internal static class LargeProgram
{
    internal static readonly string[] Categories = ["noun", "verb", "name", "digit", "stop", "other"];

    internal static string Word(int index) => string.Create(CultureInfo.InvariantCulture, $"w{index}");

    /// <summary>Without dictionaries the tokens themselves take their place.</summary>
    internal static string Text(int blocks, int dictionaries, int words)
    {
        StringBuilder text = new();
        for (int d = 0; d < dictionaries; d++)
        {
            int multiplier = 2 * d + 1;
            IEnumerable<string> entries = Enumerable.Range(0, words).Select(w => $"\"{Word(w)}\": \"{Categories[w * multiplier % 97 % Categories.Length]}\"");
            text.Append(CultureInfo.InvariantCulture, $"kinds{d} = {{{string.Join(", ", entries)}}};\n");
        }

        text.Append("total = indices;\n");
        for (int b = 0; b < blocks; b++) Block(text, b, dictionaries);
        return text.ToString();
    }

    private static void Block(StringBuilder text, int b, int dictionaries)
    {
        string category = Categories[b % Categories.Length];
        string word = $"aggregate(select(indices, indices - {b % 5}, ==), tokens, \"{Word(b)}\")";
        string kind = dictionaries == 0 ? word : $"kinds{b % dictionaries}[{word}]";
        text.Append(CultureInfo.InvariantCulture, $"""
            kind{b} = {kind};
            is{b} = kind{b} == "{category}" and tokens == "{Word(b)}";
            seen{b} = selector_width(select(kind{b}, "{category}", ==) and select(indices, indices, <=));
            label{b} = kind{b} if is{b} else "{category}{b}";
            pair{b} = label{b} + "/" + kind{b};
            same{b} = aggregate(select(pair{b}, label{b} + "/{category}", ==), indices + {b}, 0);
            total = (total + seen{b} + indicator(is{b}) + same{b} * 2) % 1009;

            """);
    }
}
