using System.Collections.Immutable;
using System.Globalization;
using Rasp.Compiler.Diagnostics;

namespace Rasp.Compiler.Tests;

/// <summary>Source text in which « and » stand around the places of the expected diagnostics.</summary>
internal sealed record MarkedSource(string Text, ImmutableArray<string> Places)
{
    public static MarkedSource Parse(string marked)
    {
        List<(int Order, string Place)> places = [];
        System.Text.StringBuilder text = new();
        int line = 1, column = 1, order = 0;
        Stack<(int Order, int Line, int Column)> starts = [];
        foreach (char c in marked.ReplaceLineEndings("\n"))
        {
            switch (c)
            {
                case '«':
                    starts.Push((order++, line, column));
                    continue;
                case '»':
                    (int at, int startLine, int startColumn) = starts.Pop();
                    places.Add((at, Place(startLine, startColumn, line, column)));
                    continue;
                case '\n':
                    line++;
                    column = 1;
                    break;
                default:
                    column++;
                    break;
            }

            text.Append(c);
        }

        return new MarkedSource(text.ToString(), [.. places.OrderBy(p => p.Order).Select(p => p.Place)]);
    }

    /// <summary>Compiles the text and checks codes and places of all diagnostics, in order.</summary>
    public static ImmutableArray<Diagnostic> Check(string marked, params string[] codes)
    {
        MarkedSource source = Parse(marked);
        ImmutableArray<Diagnostic> diagnostics = Compilation.Parse(source.Text, "test.rasp").Diagnostics;
        string all = string.Join('\n', diagnostics);
        Assert.True(codes.SequenceEqual(diagnostics.Select(d => d.Code)), $"expected {string.Join(", ", codes)}, but got:\n{all}");
        Assert.True(
            source.Places.SequenceEqual(diagnostics.Select(d => Place(d.Span.StartLine, d.Span.StartColumn, d.Span.EndLine, d.Span.EndColumn))),
            $"expected {string.Join(" ", source.Places)}, but got:\n{all}");
        return diagnostics;
    }

    private static string Place(int startLine, int startColumn, int endLine, int endColumn) =>
        string.Create(CultureInfo.InvariantCulture, $"({startLine},{startColumn},{endLine},{endColumn})");
}
