using Antlr4.Runtime;
using Rasp.Compiler.Diagnostics;

namespace Rasp.Compiler.Syntax;

/// <summary>Places in a source file. No token spans lines, so a token's end is its start plus its length.</summary>
internal static class TokenSpans
{
    public static SourceSpan Span(this IToken token, string path) => Span(token, token, path);

    public static SourceSpan Span(IToken first, IToken last, string path) =>
        new(path, first.Line, first.Column + 1, last.Line, EndColumn(last));

    /// <summary>The empty place right after a token.</summary>
    public static SourceSpan After(IToken token, string path) =>
        new(path, token.Line, EndColumn(token), token.Line, EndColumn(token));

    private static int EndColumn(IToken token) =>
        token.Column + 1 + (token.Type == TokenConstants.EOF ? 0 : token.StopIndex - token.StartIndex + 1);
}
