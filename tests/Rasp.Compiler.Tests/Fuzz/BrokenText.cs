namespace Rasp.Compiler.Tests.Fuzz;

/// <summary>
/// Text that certainly is no program, found without a parser: a string or a bracket without its end, a character that
/// stands for nothing, an end inside a statement. What it says nothing about may be broken all the same.
/// </summary>
internal static class BrokenText
{
    /// <summary>Why the text is broken, or null.</summary>
    public static string? Reason(string text)
    {
        Stack<char> open = [];
        char last = ';';
        int lineStart = 0;
        int lastAt = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is ' ' or '\t' or '\uFEFF') continue;
            if (c is '\n' or '\r')
            {
                lineStart = i + 1;
                continue;
            }

            if (c == '#')
            {
                while (i + 1 < text.Length && text[i + 1] is not ('\n' or '\r')) i++;
                continue;
            }

            if (c == '"')
            {
                int end = text.IndexOfAny(['"', '\n', '\r'], i + 1);
                if (end < 0 || text[end] != '"') return "a string without an end";
                i = end;
            }
            else if (c is '(' or '[' or '{')
            {
                open.Push(c);
            }
            else if (c is ')' or ']' or '}')
            {
                if (!open.TryPop(out char opened) || (opened, c) is not (('(', ')') or ('[', ']') or ('{', '}'))) return $"'{c}' closes nothing";
            }
            else if (c == '!' && (i + 1 == text.Length || text[i + 1] != '='))
            {
                return "'!' without '='";
            }
            else if (!char.IsAsciiLetterOrDigit(c) && !";,:=!<>+-*/%^._".Contains(c, StringComparison.Ordinal))
            {
                return $"the character '{c}'";
            }

            last = c;
            lastAt = lineStart;
        }

        if (open.Count > 0) return $"'{open.Peek()}' is never closed";
        if (last is '(' or '[' or ',' or ':' or '=' or '!' or '<' or '>' or '+' or '-' or '*' or '/' or '%' or '^' or '.') return $"it ends with '{last}'";

        // The last line is no interactive form where it has none of their words.
        string[] interactive = ["example", "on", "off", "exit", "quit"];
        string lastLine = text[lastAt..];
        return last is ';' or '}' || interactive.Any(w => lastLine.Contains(w, StringComparison.Ordinal)) || text[..lastAt].Contains("example", StringComparison.Ordinal)
            ? null
            : "the last statement has no end";
    }
}
