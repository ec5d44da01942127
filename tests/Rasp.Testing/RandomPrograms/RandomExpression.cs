using System.Collections.Immutable;
using System.Text;

namespace Rasp.Testing.RandomPrograms;

/// <summary>
/// An expression of a kind (<c>int</c>, <c>float</c>, <c>bool</c>, <c>text</c>, <c>selector</c>): a pattern whose
/// <c>{kind}</c> holes are filled by <see cref="Children"/>, in order.
/// </summary>
public sealed record RandomExpression(string Kind, string Pattern, ImmutableArray<RandomExpression> Children)
{
    public bool Mentions(string name) => (Children.IsEmpty && Pattern == name) || Children.Any(c => c.Mentions(name));

    /// <summary>The kinds of a pattern's holes.</summary>
    public static IEnumerable<string> Holes(string pattern)
    {
        for (int open = pattern.IndexOf('{', StringComparison.Ordinal); open >= 0; open = pattern.IndexOf('{', open + 1))
            yield return pattern[(open + 1)..pattern.IndexOf('}', open)];
    }

    /// <summary>What is left when one part is replaced by a part of its own, or by something plain of its kind.</summary>
    public IEnumerable<RandomExpression> Smaller()
    {
        foreach (RandomExpression part in Parts().Where(p => p.Kind == Kind)) yield return part;
        if (!Children.IsEmpty) yield return new RandomExpression(Kind, RandomGrammar.Plain(Kind), []);
        for (int c = 0; c < Children.Length; c++)
            foreach (RandomExpression smaller in Children[c].Smaller()) yield return this with { Children = Children.SetItem(c, smaller) };
    }

    public override string ToString()
    {
        StringBuilder text = new();
        int at = 0;
        foreach (RandomExpression child in Children)
        {
            int open = Pattern.IndexOf('{', at);
            text.Append(Pattern, at, open - at).Append(child);
            at = Pattern.IndexOf('}', open) + 1;
        }

        return text.Append(Pattern, at, Pattern.Length - at).ToString();
    }

    private IEnumerable<RandomExpression> Parts() => Children.SelectMany(c => c.Parts().Prepend(c));
}
