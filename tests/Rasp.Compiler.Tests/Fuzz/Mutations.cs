using System.Text.RegularExpressions;

namespace Rasp.Compiler.Tests.Fuzz;

/// <summary>Damages to real programs: characters and tokens dropped, doubled, moved or replaced, and pieces of other programs.</summary>
internal static partial class Mutations
{
    private const string Characters = "()[]{};,:=!<>+-*/%^.#\"\\'$@&|?~` \n\r\t\0az09_\u00e9\u2028\ufeff\ud83d";

    private static readonly string[] Words =
    [
        "def", "for", "in", "return", "if", "else", "and", "or", "not", "select", "load", "set", "example", "on", "(", ")", "[", "]", "{", "}",
        ";", ",", ":", "=", "==", "!=", "<", "-", "^", "\"", "#", "1", "99999999999999999999", "0.5", "\"x\"", "tokens", "range(1000000000)",
        "exit", "a", "aggregate(", "((((", "\n",
    ];

    public static string Mutate(string source, string other, Random random)
    {
        string text = source.Length > 4000 ? Piece(source, random, 4000) : source;
        for (int i = random.Next(1, 4); i > 0; i--) text = random.Next(2) == 0 ? MutateCharacters(text, random) : MutateTokens(text, other, random);
        return text;
    }

    private static string MutateCharacters(string text, Random random)
    {
        int at = random.Next(text.Length + 1);
        int count = Math.Min(random.Next(1, 6), text.Length - at);
        return random.Next(5) switch
        {
            0 => text.Remove(at, count),
            1 => text.Insert(at, Characters[random.Next(Characters.Length)].ToString()),
            2 => text.Insert(at, text.Substring(at, count)),
            3 => text[..at],
            _ => at < text.Length ? text.Remove(at, 1).Insert(at, Characters[random.Next(Characters.Length)].ToString()) : text,
        };
    }

    private static string MutateTokens(string text, string other, Random random)
    {
        List<string> tokens = [.. Token().Matches(text).Select(m => m.Value)];
        if (tokens.Count == 0) return Words[random.Next(Words.Length)];
        int at = random.Next(tokens.Count);
        switch (random.Next(6))
        {
            case 0:
                tokens.RemoveAt(at);
                break;
            case 1:
                tokens.Insert(at, " " + Words[random.Next(Words.Length)] + " ");
                break;
            case 2:
                tokens[at] = Words[random.Next(Words.Length)];
                break;
            case 3:
                int from = random.Next(tokens.Count);
                (tokens[at], tokens[from]) = (tokens[from], tokens[at]);
                break;
            case 4:
                tokens.RemoveRange(at, Math.Min(random.Next(1, 10), tokens.Count - at));
                break;
            default:
                tokens.Insert(at, Piece(other, random, 200));
                break;
        }

        return string.Concat(tokens);
    }

    private static string Piece(string text, Random random, int length)
    {
        int start = random.Next(Math.Max(1, text.Length - length));
        return text.Substring(start, Math.Min(length, text.Length - start));
    }

    [GeneratedRegex("#[^\r\n]*|\"[^\"\r\n]*\"|\\w+|\\s+|.", RegexOptions.Singleline)]
    private static partial Regex Token();
}
