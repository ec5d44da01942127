using System.Collections.Immutable;
using Antlr4.Runtime;
using Rasp.Compiler.Diagnostics;
using Rasp.Grammar;

namespace Rasp.Compiler.Syntax;

/// <summary>Whether a syntax error comes from a misspelt keyword: <c>slect(a, b, ==)</c>, <c>retrun x;</c>, <c>a adn b</c>.</summary>
internal static class Keywords
{
    private static readonly ImmutableArray<string> Starting = ["def", "for", "return", "load"];

    private static readonly ImmutableArray<string> Inside = ["if", "else", "and", "or", "in", "not"];

    /// <summary>The word and the keyword that was probably meant; null where none is near.</summary>
    /// <param name="start">The index of the statement's first token.</param>
    /// <param name="offending">The token that the grammar has no place for.</param>
    /// <param name="open">The innermost bracket that is open there.</param>
    /// <param name="tokens">All tokens.</param>
    public static (IToken Word, string Keyword)? Misspelt(int start, IToken offending, IToken? open, ITokenStream tokens)
    {
        // Only select takes a comparison as an argument.
        if (offending.Type is >= RaspParser.EQUAL and <= RaspParser.GREATER && open?.Type == RaspParser.OPEN_PARENTHESIS)
            return Before(open, start, tokens) is { } function ? Match(function, ["select"]) : null;
        IToken? previous = Before(offending, start, tokens);
        return (previous is null ? null : Match(previous, previous.TokenIndex == start ? [.. Starting, .. Inside] : Inside))
            ?? (offending.TokenIndex == start ? null : Match(offending, Inside));
    }

    private static (IToken Word, string Keyword)? Match(IToken word, ImmutableArray<string> keywords) =>
        word.Type == RaspParser.NAME && Spelling.Nearest(word.Text, keywords) is { } keyword && IsLike(word.Text, keyword) ? (word, keyword) : null;

    // Two letters are like two others when they are the same: fi is if, op is not or.
    private static bool IsLike(string word, string keyword) => word.Length > 2 || word.Order().SequenceEqual(keyword.Order());

    private static IToken? Before(IToken token, int start, ITokenStream tokens)
    {
        for (int i = token.TokenIndex - 1; i >= start; i--)
        {
            if (tokens.Get(i) is { Channel: TokenConstants.DefaultChannel } previous) return previous;
        }

        return null;
    }
}
