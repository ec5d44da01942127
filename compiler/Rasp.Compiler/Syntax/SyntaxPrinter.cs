using System.Text;
using Rasp.Compiler.Diagnostics;

namespace Rasp.Compiler.Syntax;

/// <summary>
/// A tree as text in one style: a statement a line, blocks indented by four, lines of at most 100 characters where a word
/// allows it, blank lines between statements kept as single ones, comments in their places. Reading the text again gives
/// the same tree, and printing that the same text. Only for trees of text without syntax errors.
/// </summary>
internal sealed class SyntaxPrinter
{
    private const int LineLength = 100;
    private const int IndentSize = 4;

    private readonly StringBuilder text = new();
    private readonly Queue<CommentSyntax> comments;
    private int lastLine;

    private SyntaxPrinter(SyntaxTree tree) => comments = new Queue<CommentSyntax>(tree.Comments);

    public static string Print(SyntaxTree tree)
    {
        SyntaxPrinter printer = new(tree);
        printer.PrintStatements(tree.Statements, 0, (int.MaxValue, 0));
        return printer.text.ToString();
    }

    private static (int Line, int Column) Start(SourceSpan span) => (span.StartLine, span.StartColumn);

    /// <summary>Statements one below the other, with the comments that stand before <paramref name="end"/>.</summary>
    private void PrintStatements(IReadOnlyList<StatementSyntax> statements, int indent, (int Line, int Column) end)
    {
        bool isFirst = true;
        for (int i = 0; i < statements.Count; i++)
        {
            StatementSyntax statement = statements[i];
            PrintComments(Start(statement.Span), indent, ref isFirst);
            BeginLine(statement.Span, isFirst);
            isFirst = false;
            (int Line, int Column) next = i + 1 < statements.Count ? Start(statements[i + 1].Span) : end;
            Print(statement, indent);
            if (statement is InteractiveSyntax && i + 1 < statements.Count && CouldContinue(statements[i + 1])) text.Append(';');
            PrintTrailingComment(statement.Span.EndLine, next);
            text.Append('\n');
            lastLine = statement.Span.EndLine;
        }

        PrintComments(end, indent, ref isFirst);
    }

    private void Print(StatementSyntax statement, int indent)
    {
        bool isOneLine = PrintWords(SyntaxWords.Of(statement), indent);
        IReadOnlyList<StatementSyntax>? body = statement switch { FunctionSyntax s => s.Body, ForSyntax s => s.Body, _ => null };
        if (body is null) return;
        text.Append(" {");
        (int Line, int Column) end = (statement.Span.EndLine, statement.Span.EndColumn - 1);
        if (isOneLine) PrintTrailingComment(statement.Span.StartLine, body.Count > 0 ? Start(body[0].Span) : end);
        text.Append('\n');
        PrintStatements(body, indent + IndentSize, end);
        text.Append(' ', indent).Append('}');
    }

    // Interactive statements have no ';' unless what follows could be taken for a part of them: exit ⏎ (a);
    private static bool CouldContinue(StatementSyntax next) =>
        next is ExpressionStatementSyntax && SyntaxWords.Of(next)[0][0] is '(' or '[' or '-' or '+';

    /// <summary>True where they fit one line.</summary>
    private bool PrintWords(IReadOnlyList<string> words, int indent)
    {
        text.Append(' ', indent);
        int column = indent;
        bool isOneLine = true;
        for (int i = 0; i < words.Count; i++)
        {
            if (i > 0 && column + 1 + words[i].Length > LineLength)
            {
                column = indent + IndentSize;
                isOneLine = false;
                text.Append('\n').Append(' ', column);
            }
            else if (i > 0)
            {
                text.Append(' ');
                column++;
            }

            text.Append(words[i]);
            column += words[i].Length;
        }

        return isOneLine;
    }

    /// <summary>Comments before a place, each on its own line.</summary>
    private void PrintComments((int Line, int Column) end, int indent, ref bool isFirst)
    {
        while (comments.TryPeek(out CommentSyntax? comment) && Start(comment.Span).CompareTo(end) < 0)
        {
            comments.Dequeue();
            BeginLine(comment.Span, isFirst);
            isFirst = false;
            text.Append(' ', indent).Append(comment.Text).Append('\n');
            lastLine = comment.Span.EndLine;
        }
    }

    private void PrintTrailingComment(int line, (int Line, int Column) end)
    {
        if (!comments.TryPeek(out CommentSyntax? comment) || comment.Span.StartLine != line || Start(comment.Span).CompareTo(end) >= 0) return;
        comments.Dequeue();
        text.Append(' ').Append(comment.Text);
        lastLine = line;
    }

    private void BeginLine(SourceSpan span, bool isFirst)
    {
        if (!isFirst && span.StartLine > lastLine + 1) text.Append('\n');
    }
}
