using System.Collections.Immutable;
using Antlr4.Runtime;
using Antlr4.Runtime.Atn;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Grammar;

namespace Rasp.Compiler.Syntax;

/// <summary>Text to tree. Bad text gives diagnostics and <see cref="BrokenSyntax"/>, never an exception.</summary>
internal static class SyntaxReader
{
    public static SyntaxTree Read(string text, string path, DiagnosticBag diagnostics)
    {
        CommonTokenStream tokens = new(new RaspLexer(new AntlrInputStream(text)));
        tokens.Fill();
        if (TooDeep(tokens) is { } bracket)
        {
            diagnostics.NestedTooDeeply(bracket.Span(path));
            return new SyntaxTree(path, [], CompileSettings.None, []);
        }

        ImmutableArray<StatementSyntax> statements =
            ReadStatements(tokens, path, PredictionMode.SLL, new DiagnosticBag(), out bool isClean);

        // SLL prediction is several times faster and right whenever it succeeds; LL finds the place of an error exactly.
        if (!isClean) statements = ReadStatements(tokens, path, PredictionMode.LL, diagnostics, out _);
        PragmaReader pragmas = new(path, diagnostics);
        ImmutableArray<CommentSyntax>.Builder comments = ImmutableArray.CreateBuilder<CommentSyntax>();
        foreach (IToken comment in tokens.GetTokens().Where(t => t.Type == RaspLexer.COMMENT))
        {
            pragmas.Read(comment);
            comments.Add(new CommentSyntax(comment.Span(path), comment.Text.TrimEnd()));
        }

        return new SyntaxTree(path, statements, pragmas.Settings, [.. pragmas.Exports]) { Comments = comments.DrainToImmutable() };
    }

    /// <summary>
    /// The bracket that stands inside more others than the parser follows. Its look-ahead reads to the end of a bracket,
    /// which would cost the square of the depth before the parser got there.
    /// </summary>
    private static IToken? TooDeep(CommonTokenStream tokens)
    {
        Stack<int> open = [];
        foreach (IToken token in tokens.GetTokens())
        {
            switch (token.Type)
            {
                case RaspLexer.OPEN_PARENTHESIS or RaspLexer.OPEN_BRACKET or RaspLexer.OPEN_BRACE:
                    open.Push(token.Type);
                    if (open.Count > BoundedParser.MaxDepth) return token;
                    break;
                case RaspLexer.CLOSE_PARENTHESIS or RaspLexer.CLOSE_BRACKET or RaspLexer.CLOSE_BRACE:
                    open.TryPop(out _);
                    break;

                // Brackets that a broken statement left open end with it, blocks go on.
                case RaspLexer.SEMICOLON:
                    while (open.TryPeek(out int type) && type != RaspLexer.OPEN_BRACE) open.Pop();
                    break;
            }
        }

        return null;
    }

    private static ImmutableArray<StatementSyntax> ReadStatements(
        CommonTokenStream tokens, string path, PredictionMode mode, DiagnosticBag diagnostics, out bool isClean)
    {
        tokens.Seek(0);
        BoundedParser parser = new(tokens) { ErrorHandler = new StatementRecovery(tokens, path, diagnostics) };
        parser.RemoveErrorListeners();
        parser.Interpreter.PredictionMode = mode;
        TreeBuilder builder = new(tokens, path, diagnostics);
        ImmutableArray<StatementSyntax>.Builder statements = ImmutableArray.CreateBuilder<StatementSyntax>();
        try
        {
            while (tokens.LA(1) != TokenConstants.EOF) statements.Add(builder.Statement(parser.statement()));
        }
        catch (NestingException e)
        {
            diagnostics.NestedTooDeeply(e.Token.Span(path));
        }

        isClean = diagnostics.Count == 0;
        return statements.DrainToImmutable();
    }
}
