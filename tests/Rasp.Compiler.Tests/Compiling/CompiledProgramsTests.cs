using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Compiling;

public sealed class CompiledProgramsTests
{
    private const int MaxLength = 5;

    /// <summary>The compiler verifies itself; this runs every input again, outside of it, on the reloaded weights.</summary>
    [Theory]
    [MemberData(nameof(ProgramTable.NamesInBothModes), MemberType = typeof(ProgramTable))]
    public void Weights_and_interpreter_agree_on_every_input(string name, bool causal)
    {
        (string vocabulary, string text) = ProgramTable.Programs[name];
        (CompileResult result, RaspProgram program) = Compiled.Try(text, Compiled.Tokens(vocabulary), MaxLength, causal);
        Assert.Empty(result.Diagnostics.Select(d => d.ToString()));
        CompiledModel model = Assert.IsType<CompiledModel>(result.Model);
        Assert.True(model.Manifest.Verification.Exhaustive);
        SOp export = program.SOps[^1].SOp;
        EvaluationPlan plan = new Interpreter(causal).Prepare([export]);
        int inputs = 0;
        foreach (ImmutableArray<Value> input in AllInputs(Compiled.Tokens(vocabulary), MaxLength))
        {
            inputs++;
            Assert.True(plan.TryEvaluate(input.AsSpan(), out _));
            Assert.Equal(plan[export], model.Evaluate(input));
        }

        Assert.Equal(inputs, model.Manifest.Verification.Inputs);
    }

    /// <summary>93 fractions: those of counts up to 12.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ratios_of_counts_are_exact(bool causal)
    {
        CompiledModel model = Compiled.Model("a = count(tokens, \"a\"); b = count(tokens, \"b\"); x = a / b if b > 0 else -1;", "abc", 12, causal);
        Assert.Equal(93, model.Manifest.Outputs[0].Values.Length);
        Assert.Equal(0, model.Manifest.Verification.Mismatches);
    }

    /// <summary>Where two keys give the text it has no value, which the answer there does not ask for.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_text_without_a_value_that_no_one_asks_for_changes_no_answer(bool causal)
    {
        const string Text = """
            before = shift(tokens, 1, "_");
            moved = aggregate(select(tokens, "a", ==), before, "none");
            x = (before == moved) if (selector_width(select(tokens, "a", ==)) < 2 and indices < 2) else False;
            """;
        (CompileResult result, RaspProgram program) = Compiled.Try(Text, Compiled.Tokens("abc"), MaxLength, causal);
        CompiledModel model = Assert.IsType<CompiledModel>(result.Model);
        SOp export = program.SOps[^1].SOp;
        EvaluationPlan plan = new Interpreter(causal).Prepare([export]);
        foreach (ImmutableArray<Value> input in AllInputs(Compiled.Tokens("abc"), MaxLength))
        {
            Assert.True(plan.TryEvaluate(input.AsSpan(), out _));
            Assert.Equal(plan[export], model.Evaluate(input));
        }
    }

    /// <summary>13,310 texts, from four variables of 10 or 11 tokens: no MLP writes them, and every format holds their digits.</summary>
    [Theory]
    [InlineData("x = shift(tokens, 1, \"_\") + tokens;")]
    [InlineData("x = shift(tokens, 1, \"_\") + shift(tokens, 2, \"_\") + shift(tokens, 3, \"_\") + tokens;")]
    public void Joined_texts_need_no_hidden_unit(string text)
    {
        Manifest manifest = Compiled.Model(text, "abcdefghij", 10).Manifest;
        Assert.Equal((1, 0), (manifest.Layers, manifest.DMlp));
        Assert.Equal([10, 10, 10], manifest.Certificates.Select(c => c.MaxLength));
    }

    [Theory]
    [MemberData(nameof(ProgramTable.NamesInBothModes), MemberType = typeof(ProgramTable))]
    public void Every_traced_variable_has_the_interpreters_value(string name, bool causal)
    {
        (string vocabulary, string text) = ProgramTable.Programs[name];
        (CompileResult result, RaspProgram program) = Compiled.Try(text, Compiled.Tokens(vocabulary), MaxLength, causal);
        CompiledModel model = Assert.IsType<CompiledModel>(result.Model);
        ImmutableArray<NamedSOp> named = [.. program.SOps.Where(s => model.Manifest.Variables.Any(v => v.Name == s.Name))];
        EvaluationPlan plan = new Interpreter(causal).Prepare([.. named.Select(n => n.SOp)]);
        foreach (ImmutableArray<Value> input in AllInputs(Compiled.Tokens(vocabulary), 4))
        {
            CompiledRun run = model.Run(input);
            plan.TryEvaluate(input.AsSpan(), out _);
            foreach (NamedSOp sop in named) Assert.Equal(plan[sop.SOp], run.Variables[sop.Name]);
        }
    }

    [Theory]
    [InlineData("reverse", 2)]
    [InlineData("histogram", 1)]
    [InlineData("fraction of previous", 1)]
    [InlineData("sort", 2)]
    [InlineData("sort by frequency", 3)]
    [InlineData("tokens alone", 0)]
    public void Depth_is_the_attention_depth(string name, int layers)
    {
        (string vocabulary, string text) = ProgramTable.Programs[name];
        Assert.Equal(layers, Compiled.Model(text, vocabulary, MaxLength).Manifest.Layers);
    }

    /// <summary>Lengths at which the anchor's fixed sharpness fails; sampled and boundary inputs.</summary>
    [Theory]
    [InlineData("length", 50)]
    [InlineData("reverse", 20)]
    [InlineData("histogram", 50)]
    [InlineData("fraction of previous", 50)]
    [InlineData("sort", 20)]
    public void Long_inputs_are_exact(string name, int maxLength)
    {
        (string vocabulary, string text) = ProgramTable.Programs[name];
        ManifestVerification verification = Compiled.Model(text, vocabulary, maxLength).Manifest.Verification;
        Assert.Equal(0, verification.Mismatches);
        Assert.True(verification.Inputs > 2000);
    }

    internal static IEnumerable<ImmutableArray<Value>> AllInputs(ImmutableArray<Value> vocabulary, int maxLength)
    {
        IEnumerable<ImmutableArray<Value>> ofLength = [[]];
        for (int length = 1; length <= maxLength; length++)
        {
            ofLength = [.. ofLength.SelectMany(input => vocabulary.Select(input.Add))];
            foreach (ImmutableArray<Value> input in ofLength) yield return input;
        }
    }
}
