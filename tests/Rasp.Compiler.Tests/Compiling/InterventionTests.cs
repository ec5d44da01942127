using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Compiling;

public sealed class InterventionTests
{
    private const string Text = "h = selector_width(select(tokens, tokens, ==)); rare = h < 2; x = selector_width(select(rare, True, ==)) * 10 + length;";

    [Fact]
    public void What_follows_an_intervention_is_computed_from_the_new_values()
    {
        CompiledModel model = Compiled.Model(Text, "abc", 4);
        Assert.Equal([4, 4, 4, 4], model.Evaluate(Compiled.Tokens("aabb")).Select(v => v.Number.Numerator));
        CompiledRun patched = model.Run(Compiled.Tokens("aabb"), new Intervention("rare", [true, false, true, true]));
        Assert.Equal([34, 34, 34, 34], patched.Output.Select(v => v.Number.Numerator));
    }

    [Fact]
    public void The_trace_shows_the_values_of_the_intervention()
    {
        CompiledModel model = Compiled.Model(Text, "abc", 4);
        ImmutableArray<Value> values = [true, true, false, true];
        Assert.Equal(values, model.Run(Compiled.Tokens("aabb"), new Intervention("rare", values)).Variables["rare"]);
    }

    /// <summary>What reads h reads a column that sums h and a function of the position; h has a column of its own.</summary>
    [Fact]
    public void An_intervention_reaches_the_sums_that_a_variable_is_added_to()
    {
        CompiledModel model = Compiled.Model("h = selector_width(select(tokens, tokens, ==)); x = h > indices;", "abc", 4);
        Assert.NotEmpty(model.Manifest.Variables.Single(v => v.Name == "h").Sums);
        Assert.Equal([true, true, false, false], model.Evaluate(Compiled.Tokens("aabb")).Select(v => v.IsTrue));
        CompiledRun patched = model.Run(Compiled.Tokens("aabb"), new Intervention("h", [4, 1, 2, 4]));
        Assert.Equal([true, false, false, true], patched.Output.Select(v => v.IsTrue));
    }

    [Fact]
    public void A_wrong_name_a_wrong_length_and_a_wrong_value_are_refused()
    {
        CompiledModel model = Compiled.Model(Text, "abc", 4);
        ImmutableArray<Value> input = Compiled.Tokens("aabb");
        Assert.Contains("no resident variable 'rara'", Refused(new Intervention("rara", [true, true, true, true])), StringComparison.Ordinal);
        Assert.Contains("1 values for 4 tokens", Refused(new Intervention("rare", [true])), StringComparison.Ordinal);
        Assert.Contains("can't hold 7", Refused(new Intervention("rare", [7, 7, 7, 7])), StringComparison.Ordinal);
        string Refused(Intervention intervention) => Assert.Throws<RaspException>(() => model.Run(input, intervention)).Message;
    }
}
