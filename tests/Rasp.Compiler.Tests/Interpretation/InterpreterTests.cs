using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Interpretation;

public class InterpreterTests
{
    [Theory]
    [InlineData("length", "1 2 3")]
    [InlineData("selector_width(select(indices, indices, >))", "0 0 0")]
    [InlineData("selector_width(not select(indices, indices, ==))", "0 1 2")]
    [InlineData("selector_width(not select(indices, indices, >))", "1 2 3")]
    [InlineData("selector_width(select(indices, indices, >) or select(indices, indices, ==))", "1 1 1")]
    [InlineData("aggregate(full_s, indices)", "0 1/2 1")]
    [InlineData("aggregate(select(indices, indices, >), tokens)", "  ")]
    [InlineData("aggregate(select(indices, indices, >), tokens == \"a\")", "False False False")]
    [InlineData("aggregate(select(indices, indices, >), indices, 7)", "7 7 7")]
    public void In_causal_mode_a_position_sees_itself_and_earlier_ones(string expression, string values) =>
        Assert.Equal(values, Running.Show(expression, "abc", causal: true));

    [Theory]
    [InlineData("indices + tokens_int", "error: the token 'x' is not an int")]
    [InlineData("0 if tokens == \"x\" else tokens_int", "1 0 2")]
    [InlineData("aggregate(select(tokens, \"2\", ==), tokens_int)", "2 2 2")]
    [InlineData("aggregate(select(tokens, \"x\", ==), tokens_int)", "error: the token 'x' is not an int")]
    [InlineData("aggregate(select(tokens_int, 1, ==), indices)", "error: the token 'x' is not an int")]
    [InlineData("0 if tokens == \"x\" else aggregate(select(indices, tokens_int, ==), indices)", "1 0 2")]
    public void An_undefined_value_is_an_error_only_where_it_is_read(string expression, string values) =>
        Assert.Equal(values, Running.Show(expression, "1x2"));

    [Fact]
    public void An_error_names_its_place_and_position()
    {
        RaspProgram program = Running.Compile("a = 1;\nb = 1 / (indices - 2);\nc = b + 1;");
        Evaluation evaluation = new Interpreter(causal: false).Evaluate(Running.Characters("abcd"), [program.SOp("c")]);
        Assert.Equal(new EvaluationError(program.SOp("b"), 2, "division by zero"), evaluation.Error);
        Assert.Equal((2, 5), (program.SOp("b").Span.StartLine, program.SOp("b").Span.StartColumn));
    }

    [Fact]
    public void Number_tokens_and_text_tokens_are_converted()
    {
        ImmutableArray<Value> numbers = [1, 2, 3];
        ImmutableArray<Value> words = ["1", "2.5", "-3"];
        Assert.Equal("1! 2! 3!", Running.Show(Running.Compile("a = tokens + \"!\";").SOp("a"), numbers));
        Assert.Equal("2 3 4", Running.Show(Running.Compile("a = tokens_int + 1;").SOp("a"), numbers));
        Assert.Equal("2 7/2 -2", Running.Show(Running.Compile("a = tokens_float + 1;").SOp("a"), words));
        Assert.Equal("error: the token '2.5' is not an int", Running.Show(Running.Compile("a = tokens_int;").SOp("a"), words));
        Assert.Equal("0 1 1 0", Running.Show(Running.Compile("a = indicator(tokens_bool);").SOp("a"), [0, 2, "x", ""]));
    }

    [Fact]
    public void A_number_that_grows_beyond_64_bits_is_an_error()
    {
        string source = "x = indices + 2;\n" + string.Concat(Enumerable.Repeat("x = x * x;\n", 7)) + "y = x;";
        Assert.Equal("error: the result does not fit a 64-bit fraction", Running.Show(Running.Compile(source).SOp("y"), Running.Characters("a")));
    }

    [Fact]
    public void A_text_that_doubles_without_end_is_an_error()
    {
        string source = "x = tokens;\n" + string.Concat(Enumerable.Repeat("x = x + x;\n", 40)) + "y = x;";
        Assert.Equal("error: the text is longer than 100000 characters", Running.Show(Running.Compile(source).SOp("y"), Running.Characters("a")));
    }

    [Fact]
    public void A_plan_gives_the_same_as_a_fresh_evaluation_whatever_came_before()
    {
        SOp sop = Running.Compile("a = sort(tokens, tokens) + shift(tokens, 1, \"-\");\nb = a if length > 2 else tokens;").SOp("b");
        Interpreter interpreter = new(causal: false);
        EvaluationPlan plan = interpreter.Prepare([sop]);
        foreach (string input in new[] { "cab", "b", "abcab", "", "ba", "cba" })
        {
            ImmutableArray<Value> tokens = Running.Characters(input);
            Assert.True(plan.TryEvaluate(tokens.AsSpan(), out _));
            Assert.Equal(interpreter.Evaluate(tokens, [sop]).Values[sop], plan[sop]);
        }
    }

    [Fact]
    public void The_cells_of_a_selector_are_query_by_key()
    {
        RaspProgram program = Running.Compile("a = selector_width(select(indices, indices, <));");
        EvaluationPlan plan = new Interpreter(causal: false).Prepare([program.SOp("a")]);
        Assert.True(plan.TryEvaluate(Running.Characters("abc").AsSpan(), out _));
        Selector selector = Assert.IsType<SelectorWidthSOp>(program.SOp("a")).Selector;
        Assert.Equal([false, false, false, true, false, false, true, true, false], plan[selector]);
    }
}
