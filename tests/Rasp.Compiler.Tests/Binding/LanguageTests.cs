using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Binding;

/// <summary>Each construct of the language, by the values it gives.</summary>
public class LanguageTests
{
    [Theory]
    [InlineData("indices", "0 1 2 3 4")]
    [InlineData("tokens", "h e l l o")]
    [InlineData("tokens + \"!\"", "h! e! l! l! o!")]
    [InlineData("indices + 0.5", "1/2 3/2 5/2 7/2 9/2")]
    [InlineData("indices / 2", "0 1/2 1 3/2 2")]
    [InlineData("indices % 3", "0 1 2 0 1")]
    [InlineData("2 ^ indices", "1 2 4 8 16")]
    [InlineData("-indices + 4", "4 3 2 1 0")]
    [InlineData("round(indices / 2)", "0 0 1 2 2")]
    [InlineData("indicator(tokens == \"l\")", "0 0 1 1 0")]
    [InlineData("tokens == \"l\" or indices == 0", "True False True True False")]
    [InlineData("not (tokens == \"l\")", "True True False False True")]
    [InlineData("not indices", "True False False False False")]
    [InlineData("tokens if indices > 2 else \"-\"", "- - - l o")]
    [InlineData("1 / indices if indices > 0 else 0", "0 1 1/2 1/3 1/4")]
    [InlineData("tokens in [\"l\", \"h\"]", "True False True True False")]
    [InlineData("tokens in {\"e\": 1}", "False True False False False")]
    [InlineData("[10, 20, 30, 40, 50][indices]", "10 20 30 40 50")]
    [InlineData("[10, 20][-1 - indices % 2]", "20 10 20 10 20")]
    [InlineData("\"abcde\"[4 - indices]", "e d c b a")]
    [InlineData("{\"h\": 1, \"e\": 2, \"l\": 3, \"o\": 4}[tokens]", "1 2 3 3 4")]
    [InlineData("tokens[1]", "e e e e e")]
    [InlineData("tokens[-1]", "o o o o o")]
    [InlineData("indices[-2]", "3 3 3 3 3")]
    [InlineData("tokens[7]", "error: position 0 selects nothing; give aggregate a default")]
    [InlineData("1 / indices", "error: division by zero")]
    [InlineData("aggregate(select(tokens, tokens, ==), tokens)", "error: position 2 selects 2 values, but only numbers have a mean; select one")]
    [InlineData("1 if \"l\" in tokens else 0", "1 1 1 1 1")]
    [InlineData("indicator(9 in indices)", "0 0 0 0 0")]
    [InlineData("{\"h\": 1}[tokens]", "error: there is no entry for e")]
    [InlineData("tokens_int + 1", "error: the token 'h' is not an int")]
    public void An_expression_has_the_values_it_should(string expression, string values) =>
        Assert.Equal(values, Running.Show(expression));

    [Theory]
    [InlineData("==", "1 1 1 1 1")]
    [InlineData("!=", "4 4 4 4 4")]
    [InlineData("<", "0 1 2 3 4")]
    [InlineData("<=", "1 2 3 4 5")]
    [InlineData(">", "4 3 2 1 0")]
    [InlineData(">=", "5 4 3 2 1")]
    public void Select_compares_key_to_query(string comparison, string widths) =>
        Assert.Equal(widths, Running.Show($"selector_width(select(indices, indices, {comparison}))"));

    [Theory]
    [InlineData("select(indices, 1, >) and select(indices, indices, <=)", "0 0 1 2 3")]
    [InlineData("select(indices, 0, ==) or select(indices, indices, ==)", "1 2 2 2 2")]
    [InlineData("not select(indices, indices, <=)", "4 3 2 1 0")]
    public void Selectors_combine(string selector, string widths) =>
        Assert.Equal(widths, Running.Show($"selector_width({selector})"));

    [Theory]
    [InlineData("a, b = 1, 2;\nresult = indices * a + b;", "2 3 4")]
    [InlineData("a, b = [3, 4];\nresult = indices * a + b;", "4 7 10")]
    [InlineData("def f(x, y) { z = x + y; return z, x; }\na, b = f(indices, 1);\nresult = a * b;", "0 2 6")]
    [InlineData("result = 0;\nfor i in range(4) { result = result + indices * i; }", "0 6 12")]
    [InlineData("result = 0;\nfor a, b in zip([1, 2], [10, 20]) { result = result + indices * a * b; }", "0 50 100")]
    [InlineData("result = 0;\nfor k in {\"a\": 1, \"b\": 2} { result = result + indicator(tokens == k) * (indices + 1); }", "1 2 0")]
    [InlineData("for i in range(2, 9, 3) { x = i; }\nresult = indices + i + x;", "16 17 18")]
    [InlineData("result = [x * indices for x in [1, 2, 3]][2];", "0 3 6")]
    [InlineData("d = {k: indices + i for k, i in zip([\"p\", \"q\"], range(2))};\nresult = d[\"q\"];", "1 2 3")]
    [InlineData("result = indices + len([1, 2]) + len(\"abc\") + len({1: 2});", "6 7 8")]
    [InlineData("result = indices if 2 in [1, 2] else tokens;", "0 1 2")]
    [InlineData("def f(n) { return indices if n == 0 else f(n - 1) + 1; }\nresult = f(5);", "5 6 7")]
    [InlineData("y = 1;\ndef f(x) { y = x; return y; }\nz = f(5);\nresult = indices + y;", "1 2 3")]
    [InlineData("def f() { return later; }\nlater = indices;\nresult = f();", "0 1 2")]
    [InlineData("x = indices;\ny = x;\nx = x + 1;\nresult = x + y;", "1 3 5")]
    [InlineData("old = tokens;\ntokens = tokens_asis;\nresult = old + tokens;", "aa bb cc")]
    [InlineData("def f(max) { return max; }\nresult = f(indices);", "0 1 2")]
    [InlineData("x = [1, [2, 3]];\nresult = indices + x[1][0];", "2 3 4")]
    public void Statements_unroll_to_the_values_they_should(string source, string values) =>
        Assert.Equal(values, Running.Show(Running.Compile(source).SOp("result"), Running.Characters("abc")));

    [Theory]
    [InlineData("indices", SOpType.Int)]
    [InlineData("tokens", SOpType.String)]
    [InlineData("tokens_float", SOpType.Float)]
    [InlineData("tokens_bool", SOpType.Bool)]
    [InlineData("length", SOpType.Int)]
    [InlineData("indices / 2", SOpType.Float)]
    [InlineData("indices + 0.5", SOpType.Float)]
    [InlineData("round(indices / 2)", SOpType.Int)]
    [InlineData("indicator(tokens == \"a\")", SOpType.Int)]
    [InlineData("indices ^ 2", SOpType.Int)]
    [InlineData("indices ^ (0 - indices)", SOpType.Float)]
    [InlineData("1 if indices == 0 else 0.5", SOpType.Float)]
    [InlineData("aggregate(full_s, indices)", SOpType.Float)]
    [InlineData("aggregate(select(indices, 1, ==), indices)", SOpType.Int)]
    [InlineData("aggregate(select(tokens, tokens, ==), tokens)", SOpType.String)]
    [InlineData("shift(indices, 1, 0)", SOpType.Int)]
    [InlineData("shift(indices, 1, 0.5)", SOpType.Float)]
    [InlineData("sort(indices, tokens)", SOpType.Int)]
    [InlineData("tokens in [\"a\"]", SOpType.Bool)]
    public void Types_are_inferred(string expression, SOpType type) =>
        Assert.Equal(type, Running.Compile($"result = {expression};").SOp("result").Type);

    [Fact]
    public void Equal_expressions_are_one_node()
    {
        RaspProgram program = Running.Compile("a = indices + 1;\nb = indices + 1;\nc = not (not (tokens == \"a\"));\nd = tokens == \"a\";\ne = indices * 1 + 0;");
        Assert.Same(program.SOp("a"), program.SOp("b"));
        Assert.Same(program.SOp("c"), program.SOp("d"));
        Assert.IsType<IndicesSOp>(program.SOp("e"));
    }

    [Fact]
    public void Names_are_in_order_of_their_last_definition()
    {
        RaspProgram program = Running.Compile("a = indices;\nb = tokens;\nn = 3;\na = b;");
        Assert.Equal(["b", "a"], program.SOps.Select(s => s.Name));
        Assert.Equal(4, program.SOps[1].Span.StartLine);
    }
}
