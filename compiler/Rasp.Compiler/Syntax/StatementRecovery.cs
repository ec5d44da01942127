using Antlr4.Runtime;
using Rasp.Compiler.Diagnostics;
using Rasp.Grammar;

namespace Rasp.Compiler.Syntax;

/// <summary>
/// What the parser does about a syntax error: report it once, give up the innermost statement, and go on with the next.
/// A missing <c>;</c> is supplied, so that the statement before it still counts.
/// </summary>
internal sealed class StatementRecovery(ITokenStream tokens, string path, DiagnosticBag diagnostics) : IAntlrErrorStrategy
{
    private RecognitionException? reported;

    public void Reset(Parser recognizer) => reported = null;

    public bool InErrorRecoveryMode(Parser recognizer) => false;

    public void ReportMatch(Parser recognizer) { }

    public void Sync(Parser recognizer) { }

    public IToken RecoverInline(Parser recognizer)
    {
        IToken offending = recognizer.CurrentToken;
        if (recognizer.Context is RaspParser.StatementContext statement && EndsWithoutSemicolon(statement, offending))
        {
            diagnostics.MissingSemicolon(TokenSpans.After(Previous(offending), path));
            return new CommonToken(RaspParser.SEMICOLON, ";") { TokenIndex = -1 };
        }

        throw new InputMismatchException(recognizer);
    }

    public void ReportError(Parser recognizer, RecognitionException e)
    {
        if (ReferenceEquals(e, reported)) return;
        reported = e;
        RaspParser.StatementContext? statement = Innermost(recognizer.Context);
        if (statement is not null) Report(statement, e);
    }

    /// <summary>Passes the error outwards until it reaches a statement, then skips to where the next one begins.</summary>
    public void Recover(Parser recognizer, RecognitionException e)
    {
        if (recognizer.Context is not RaspParser.StatementContext statement) throw e;
        bool hasBlock = statement.Start.Type is RaspParser.DEF or RaspParser.FOR;
        int braces = OpenBrackets(statement, tokens.Index).Count(t => t.Type == RaspParser.OPEN_BRACE);
        while (true)
        {
            IToken token = tokens.LT(1);
            if (token.Type == TokenConstants.EOF) return;
            bool hasMoved = token.TokenIndex > statement.Start.TokenIndex;
            if (hasMoved && braces == 0 && (token.Type == RaspParser.CLOSE_BRACE || BeginsStatement(token))) return;
            recognizer.Consume();
            if (token.Type == RaspParser.OPEN_BRACE) braces++;
            if (token.Type == RaspParser.SEMICOLON && (braces == 0 || !hasBlock)) return;
            if (token.Type == RaspParser.CLOSE_BRACE && (braces == 0 || --braces == 0) && (hasBlock || !hasMoved)) return;
        }
    }

    private static RaspParser.StatementContext? Innermost(RuleContext? context)
    {
        while (context is not null and not RaspParser.StatementContext) context = context.Parent;
        return (RaspParser.StatementContext?)context;
    }

    private void Report(RaspParser.StatementContext statement, RecognitionException e)
    {
        IToken offending = e.OffendingToken;
        SourceSpan span = offending.Span(path);
        IToken? open = OpenBrackets(statement, offending.TokenIndex).LastOrDefault();
        if (offending.Type == RaspParser.UNTERMINATED_STRING) diagnostics.UnterminatedString(span);
        else if (offending.Type == RaspParser.UNKNOWN_CHARACTER) diagnostics.UnknownCharacter(span, offending.Text);
        else if (EndsWithoutSemicolon(statement, offending)) diagnostics.MissingSemicolon(TokenSpans.After(Previous(offending), path));
        else if (open is not null && (offending.Type == TokenConstants.EOF || BeginsStatement(offending) || ClosesAnother(open, offending)))
            diagnostics.UnclosedBracket(open.Span(path), open.Text);
        else if (offending.Type == TokenConstants.EOF) diagnostics.MissingSemicolon(TokenSpans.After(Previous(offending), path));
        else if (open is null && offending.Type is RaspParser.CLOSE_BRACE or RaspParser.CLOSE_BRACKET or RaspParser.CLOSE_PARENTHESIS)
            diagnostics.UnmatchedBracket(span, offending.Text);
        else if (offending.Type == RaspParser.NOT_EQUAL) diagnostics.NotEqualOutsideSelect(span);
        else if (offending.Type == RaspParser.ASSIGN) diagnostics.AssignmentInExpression(span);
        else if (Keywords.Misspelt(statement.Start.TokenIndex, offending, open, tokens) is (var word, var keyword))
            diagnostics.MisspeltKeyword(word.Span(path), word.Text, keyword);
        else diagnostics.UnexpectedToken(span, offending.Text, Expected(e));
    }

    private static bool ClosesAnother(IToken open, IToken offending) => offending.Type switch
    {
        RaspParser.CLOSE_PARENTHESIS => open.Type != RaspParser.OPEN_PARENTHESIS,
        RaspParser.CLOSE_BRACKET => open.Type != RaspParser.OPEN_BRACKET,
        RaspParser.CLOSE_BRACE => open.Type != RaspParser.OPEN_BRACE,
        RaspParser.SEMICOLON => true,
        _ => false,
    };

    private static string? Expected(RecognitionException e)
    {
        if (e is not InputMismatchException) return null;
        IList<int> expected = e.GetExpectedTokens().ToList();
        return expected.Count == 1 ? RaspParser.DefaultVocabulary.GetDisplayName(expected[0]) : null;
    }

    /// <summary>Whether the statement is complete but for its <c>;</c> and the token after it stands on a new line or ends the block.</summary>
    private bool EndsWithoutSemicolon(RaspParser.StatementContext statement, IToken offending)
    {
        if (offending.TokenIndex <= statement.Start.TokenIndex) return false;
        IToken previous = Previous(offending);
        return EndsExpression(previous) && OpenBrackets(statement, offending.TokenIndex).Count == 0 &&
            (offending.Type is TokenConstants.EOF or RaspParser.CLOSE_BRACE || BeginsStatement(offending));
    }

    private static bool EndsExpression(IToken token) =>
        token.Type is RaspParser.NAME or RaspParser.INTEGER or RaspParser.FLOAT or RaspParser.STRING or RaspParser.CLOSE_PARENTHESIS
            or RaspParser.CLOSE_BRACKET or RaspParser.CLOSE_BRACE || IsWord(token);

    // A word of an interactive statement can be a name.
    private static bool IsWord(IToken token) => token.Type is >= RaspParser.LOAD and <= RaspParser.QUIT;

    /// <summary>Whether the token is the first of its line and a statement can begin with it.</summary>
    private bool BeginsStatement(IToken token)
    {
        if (token.TokenIndex > 0 && Previous(token).Line == token.Line) return false;
        if (token.Type is RaspParser.DEF or RaspParser.RETURN or RaspParser.LOAD or RaspParser.SET or RaspParser.SHOW) return true;
        if (token.Type == RaspParser.FOR) return true;
        return token.Type == RaspParser.NAME || IsWord(token);
    }

    private List<IToken> OpenBrackets(RaspParser.StatementContext statement, int end)
    {
        List<IToken> open = [];
        for (int i = statement.Start.TokenIndex; i < end; i++)
        {
            IToken token = tokens.Get(i);
            switch (token.Type)
            {
                case RaspParser.OPEN_PARENTHESIS or RaspParser.OPEN_BRACKET or RaspParser.OPEN_BRACE:
                    open.Add(token);
                    break;
                case RaspParser.CLOSE_PARENTHESIS or RaspParser.CLOSE_BRACKET or RaspParser.CLOSE_BRACE when open.Count > 0:
                    open.RemoveAt(open.Count - 1);
                    break;
            }
        }

        return open;
    }

    /// <summary>The token before, without comments; the token itself where there is none.</summary>
    private IToken Previous(IToken token)
    {
        for (int i = token.TokenIndex - 1; i >= 0; i--)
        {
            IToken previous = tokens.Get(i);
            if (previous.Channel == TokenConstants.DefaultChannel) return previous;
        }

        return token;
    }
}
