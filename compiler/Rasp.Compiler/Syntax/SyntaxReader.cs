using System.Collections.Immutable;
using Antlr4.Runtime;
using Antlr4.Runtime.Atn;
using Rasp.Compiler.Diagnostics;
using Rasp.Grammar;

namespace Rasp.Compiler.Syntax;

/// <summary>Text to tree. Bad text gives diagnostics and <see cref="BrokenSyntax"/>, never an exception.</summary>
internal static class SyntaxReader
{
    public static SyntaxTree Read(string text, string path, DiagnosticBag diagnostics)
    {
        CommonTokenStream tokens = new(new RaspLexer(new AntlrInputStream(text)));
        tokens.Fill();
        ImmutableArray<StatementSyntax> statements =
            ReadStatements(tokens, path, PredictionMode.SLL, new DiagnosticBag(), out bool isClean);

        // SLL prediction is several times faster and right whenever it succeeds; LL finds the place of an error exactly.
        if (!isClean) statements = ReadStatements(tokens, path, PredictionMode.LL, diagnostics, out _);
        PragmaReader pragmas = new(path, diagnostics);
        foreach (IToken comment in tokens.GetTokens().Where(t => t.Type == RaspLexer.COMMENT)) pragmas.Read(comment);
        return new SyntaxTree(path, statements, pragmas.Settings, [.. pragmas.Exports]);
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
