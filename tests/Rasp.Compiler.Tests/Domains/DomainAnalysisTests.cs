using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Tests.Compiling;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Domains;

/// <summary>What the analysis knows of single expressions; the values are worked out by hand.</summary>
public sealed class DomainAnalysisTests
{
    [Theory]
    [InlineData("length - indices - 1", "0 1 2")]
    [InlineData("selector_width(select(tokens, tokens, ==))", "1 2 3")]
    [InlineData("aggregate(full_s, indicator(tokens == \"a\"))", "0 1/3 1/2 2/3 1")]
    [InlineData("aggregate(select(indices, indices, <=), indices)", "0 1/2 1")]
    [InlineData("aggregate(select(tokens, \"a\", ==), indices, -1)", "-1 0 1/2 1 3/2 2")]
    [InlineData("round(aggregate(full_s, indices) * 10)", "0 5 10")]
    [InlineData("sort(tokens, tokens)", "a b")]
    [InlineData("shift(tokens, 1, \"-\")", "- a b")]
    [InlineData("1 / indices if indices > 0 else 7", "1/2 1 7")]
    public void Every_value_and_no_other_is_found(string expression, string values) => Assert.Equal(values, Everywhere(expression));

    /// <summary>Operands that depend on the same things are not taken as independent.</summary>
    [Theory]
    [InlineData("length - length", "0")]
    [InlineData("h * h", "1 4 9")]
    [InlineData("(h if h > 1 else 5) - h", "0 4")]
    [InlineData("indicator(tokens == \"a\") + indicator(tokens == \"b\")", "1")]
    [InlineData("h == h", "True")]
    [InlineData("selector_width(select(h - h, 0, ==)) - length", "0")]
    public void Correlated_operands_are_followed(string expression, string values) =>
        Assert.Equal(values, Everywhere(expression, "h = selector_width(select(tokens, tokens, ==));"));

    [Theory]
    [InlineData("select(tokens, tokens, ==)", true)]
    [InlineData("select(indices, indices, <)", false)]
    [InlineData("select(indices, 0, ==)", true)]
    [InlineData("select(indices, length - 1, ==)", true)]
    [InlineData("select(indices, length - indices - 1, ==)", true)]
    [InlineData("select(indices, indices + 1, ==)", false)]
    [InlineData("select(rank, indices, ==)", true)]
    [InlineData("select(indices, rank, ==)", true)]
    [InlineData("select(rank + 1, indices, ==)", false)]
    [InlineData("select(indices, indices, <) or select(rank, indices, ==)", true)]
    [InlineData("select(tokens, \"a\", ==)", false)]
    [InlineData("select(tokens, \"a\", ==) or select(tokens, \"a\", !=)", false)]
    public void A_selector_that_always_selects_something_is_known(string selector, bool isNeverEmpty)
    {
        (DomainAnalysis domains, SOp width) = Analysed($"selector_width({selector})", Rank);
        Assert.Equal(isNeverEmpty, width is not SelectorWidthSOp w || domains.Selectors.IsNeverEmpty(w.Selector));
    }

    [Theory]
    [InlineData("select(indices, indices, ==)", true)]
    [InlineData("select(rank, indices, ==)", true)]
    [InlineData("select(2 * indices, rank, ==)", true)]
    [InlineData("select(length - indices, rank, ==)", true)]
    [InlineData("select(tokens, tokens, ==) and select(indices, indices - 1, ==)", true)]
    [InlineData("select(tokens, tokens, ==)", false)]
    [InlineData("select(indices, indices, <=)", false)]
    public void A_selector_that_never_selects_two_is_known(string selector, bool atMostOne)
    {
        (DomainAnalysis domains, SOp width) = Analysed($"selector_width({selector})", Rank);
        Assert.Equal(atMostOne, domains.Selectors.SelectsAtMostOne(Assert.IsType<SelectorWidthSOp>(width).Selector));
    }

    [Theory]
    [InlineData("indices * indices", "0 1 4")]
    [InlineData("aggregate(select(indices, indices, <=), indices)", "0 1/2 1")]
    [InlineData("length", null)]
    [InlineData("tokens", null)]
    public void What_only_the_position_decides_is_known(string expression, string? values)
    {
        (DomainAnalysis domains, SOp sop) = Analysed(expression);
        Assert.Equal(values is not null, domains.IsFunctionOfPosition(sop, out ImmutableArray<Value> found));
        Assert.Equal(values ?? string.Empty, string.Join(' ', found));
    }

    [Fact]
    public void Shorter_inputs_have_fewer_values()
    {
        (DomainAnalysis domains, SOp length) = Analysed("length");
        Assert.Equal([1, 2], domains.Everywhere(length, 2));
        Assert.Equal(2, domains.Selectors.LargestWidth(Assert.IsType<SelectorWidthSOp>(length).Selector, 2));
        Assert.Equal(3, domains.Selectors.LargestWidth(Assert.IsType<SelectorWidthSOp>(length).Selector, 3));
    }

    /// <summary>A guard: this once grew with the cube of the length.</summary>
    [Fact]
    public void Long_inputs_are_analysed()
    {
        (DomainAnalysis domains, SOp sop) = Analysed("aggregate(select(indices, indices, <=), indicator(tokens == \"a\"))", maxLength: 200);
        Assert.Equal(200 + 1, domains.Of(sop, domains.Space.Context(200, 199)).Count);
    }

    private const string Rank = "rank = selector_width(select(tokens, tokens, <) or (select(tokens, tokens, ==) and select(indices, indices, <)));";

    private static string Everywhere(string expression, string before = "")
    {
        (DomainAnalysis domains, SOp sop) = Analysed(expression, before);
        return string.Join(' ', domains.Everywhere(sop));
    }

    private static (DomainAnalysis Domains, SOp SOp) Analysed(string expression, string before = "", int maxLength = 3) =>
        (new DomainAnalysis(Compiled.Tokens("ab"), new ContextSpace(maxLength, causal: false)), Running.Compile($"{before} result = {expression};").SOp("result"));
}
