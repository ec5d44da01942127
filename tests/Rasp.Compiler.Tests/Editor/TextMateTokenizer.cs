using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rasp.Compiler.Tests.Editor;

/// <summary>A stretch of one line with its scopes, the outermost first.</summary>
internal sealed record ScopedText(int Line, string Text, string Scopes);

/// <summary>
/// TextMate's rules as far as the grammar uses them: at each place the pattern that matches earliest wins, of those the
/// first one listed; <c>begin</c> … <c>end</c> last over lines; captures scope a part of a match.
/// </summary>
internal sealed class TextMateTokenizer
{
    private readonly JsonElement grammar;
    private readonly Dictionary<string, Regex> regexes = [];

    public TextMateTokenizer(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        grammar = document.RootElement.Clone();
    }

    public List<ScopedText> Tokenize(string text)
    {
        List<ScopedText> result = [];
        JsonElement? open = null;
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        for (int number = 0; number < lines.Length; number++)
        {
            int at = 0;
            while (at <= lines[number].Length)
            {
                List<JsonElement> rules = [.. Rules(open is { } block ? block.GetProperty("patterns") : grammar.GetProperty("patterns"))];
                (JsonElement Rule, Match Match)? best = null;
                if (open is { } begun && Regex(begun.GetProperty("end")).Match(lines[number], at) is { Success: true } end) best = (begun, end);
                foreach (JsonElement rule in rules)
                {
                    Match match = Regex(rule.TryGetProperty("match", out JsonElement pattern) ? pattern : rule.GetProperty("begin")).Match(lines[number], at);
                    if (match.Success && (best is null || match.Index < best.Value.Match.Index)) best = (rule, match);
                }

                if (best is not var (chosen, found)) break;
                bool isEnd = open is { } o && chosen.Equals(o);
                bool isBegin = !isEnd && chosen.TryGetProperty("begin", out _);
                string captures = isEnd ? "endCaptures" : isBegin ? "beginCaptures" : "captures";
                Add(result, number, chosen, found, captures);
                if (isEnd) open = null;
                else if (isBegin) open = chosen;
                at = found.Index + Math.Max(1, found.Length);
            }
        }

        return result;
    }

    /// <summary>Every pattern in the grammar with its scope name, or one a capture.</summary>
    public IEnumerable<(string Pattern, string Scope)> Patterns()
    {
        foreach (JsonElement rule in Rules(grammar.GetProperty("patterns")))
        {
            string pattern = (rule.TryGetProperty("match", out JsonElement match) ? match : rule.GetProperty("begin")).GetString() ?? string.Empty;
            if (rule.TryGetProperty("name", out JsonElement name)) yield return (pattern, name.GetString() ?? string.Empty);
            foreach (string captures in new[] { "captures", "beginCaptures" })
            {
                if (!rule.TryGetProperty(captures, out JsonElement named)) continue;
                foreach (JsonProperty capture in named.EnumerateObject())
                    yield return (pattern, capture.Value.GetProperty("name").GetString() ?? string.Empty);
            }
        }
    }

    private static void Add(List<ScopedText> result, int line, JsonElement rule, Match match, string captures)
    {
        string whole = rule.TryGetProperty("name", out JsonElement name) ? name.GetString() ?? string.Empty : string.Empty;
        int at = match.Index;
        if (rule.TryGetProperty(captures, out JsonElement named))
        {
            foreach (JsonProperty capture in named.EnumerateObject())
            {
                Group group = match.Groups[capture.Name];
                if (!group.Success || group.Length == 0) continue;
                Push(at, group.Index, whole);
                Push(group.Index, group.Index + group.Length, $"{whole} {capture.Value.GetProperty("name").GetString()}".Trim());
                at = group.Index + group.Length;
            }
        }

        Push(at, match.Index + match.Length, whole);

        void Push(int from, int to, string scopes)
        {
            string text = match.Value[(from - match.Index)..(to - match.Index)];
            if (text.Trim().Length > 0) result.Add(new ScopedText(line + 1, text.Trim(), scopes));
        }
    }

    private IEnumerable<JsonElement> Rules(JsonElement patterns)
    {
        foreach (JsonElement pattern in patterns.EnumerateArray())
        {
            JsonElement rule = pattern.TryGetProperty("include", out JsonElement include)
                ? grammar.GetProperty("repository").GetProperty((include.GetString() ?? string.Empty)[1..])
                : pattern;
            bool isGroup = !rule.TryGetProperty("match", out _) && !rule.TryGetProperty("begin", out _);
            foreach (JsonElement inner in isGroup ? Rules(rule.GetProperty("patterns")) : [rule]) yield return inner;
        }
    }

    private Regex Regex(JsonElement pattern)
    {
        string text = pattern.GetString() ?? string.Empty;
        if (!regexes.TryGetValue(text, out Regex? regex)) regexes.Add(text, regex = new Regex(text, RegexOptions.CultureInvariant));
        return regex;
    }
}
