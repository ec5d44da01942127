using System.Collections.Immutable;
using System.Text;
using Antlr4.Runtime;
using Antlr4.Runtime.Misc;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Syntax;
using Rasp.Grammar;

namespace Rasp.Compiler.Interactive;

/// <summary>
/// Collects lines until they hold whole statements: text that only stops too early is continued by the next line, text
/// with any other mistake is given back at once.
/// </summary>
internal sealed class StatementReader(string path, DiagnosticBag diagnostics)
{
    private readonly StringBuilder text = new();
    private int firstLine = 1;
    private int lines;

    /// <summary>Whether lines are waiting for more.</summary>
    public bool IsContinued => lines > 0;

    /// <summary>How many functions the waiting lines have begun.</summary>
    public int Functions => text.ToString().Split((char[]?)null).Count(w => w == "def");

    /// <summary>Takes a line; returns the statements when they are complete, else null. Problems are among the diagnostics.</summary>
    public ImmutableArray<StatementSyntax>? Add(string line)
    {
        // A line that is a comment ends nothing and may stand inside a statement.
        text.Append(line.TrimStart().StartsWith('#') ? string.Empty : line).Append('\n');
        lines++;
        return IsUnfinished(text.ToString()) ? null : Take();
    }

    /// <summary>Gives back what still waits: nothing, or a statement without its end.</summary>
    public ImmutableArray<StatementSyntax> Take()
    {
        // Diagnostics count lines from the beginning of the input.
        string placed = new string('\n', firstLine - 1) + text;
        firstLine += lines;
        lines = 0;
        text.Clear();
        return SyntaxReader.Read(placed, path, diagnostics).Statements;
    }

    private static bool IsUnfinished(string text)
    {
        WatchedTokens tokens = new(new RaspLexer(new AntlrInputStream(text)));
        if (tokens.LA(1) == TokenConstants.EOF) return true;
        BoundedParser parser = new(tokens) { ErrorHandler = new BailErrorStrategy() };
        parser.RemoveErrorListeners();
        try
        {
            while (tokens.LA(1) != TokenConstants.EOF) parser.statement();
            return false;
        }
        catch (ParseCanceledException)
        {
            return tokens.HasShownEnd;
        }
        catch (NestingException)
        {
            return false;
        }
    }

    /// <summary>
    /// Knows whether the parser has looked at the end of the text. A mistake that it finds before is none of the missing
    /// lines; one that it finds knowing the end may be, wherever it then puts it.
    /// </summary>
    private sealed class WatchedTokens(ITokenSource source) : CommonTokenStream(source)
    {
        public bool HasShownEnd { get; private set; }

        public override int LA(int i)
        {
            int type = base.LA(i);
            HasShownEnd |= type == TokenConstants.EOF;
            return type;
        }
    }
}
