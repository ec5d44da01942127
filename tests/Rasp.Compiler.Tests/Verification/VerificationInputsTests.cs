using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Verification;
using Rasp.Compiler.Tests.Compiling;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Verification;

/// <summary>What is run under a budget: everything, or boundary inputs and samples of all lengths.</summary>
public sealed class VerificationInputsTests
{
    [Theory]
    [InlineData(2, 3, 2 + 8 + 24, true)]
    [InlineData(2, 3, 2 + 8 + 24 - 1, false)]
    [InlineData(1, 9, 45, true)]
    [InlineData(10, 50, 200_000, false)]
    public void All_inputs_of_all_lengths_are_run_where_they_fit(int vocabulary, int maxLength, int budget, bool exhaustive)
    {
        VerificationInputs inputs = VerificationInputs.For(vocabulary, maxLength, budget);
        Assert.Equal(exhaustive, inputs.Exhaustive);
        string[] all = All(inputs);
        if (exhaustive)
        {
            Assert.Equal(all.Length, all.Distinct().Count());
            Assert.Equal(Enumerable.Range(1, maxLength).Sum(l => Math.Pow(vocabulary, l)), all.Length);
        }

        Assert.InRange(Positions(inputs), 1, budget);
    }

    [Theory]
    [InlineData(10, 50, 1)]
    [InlineData(4, 50, 1)]
    [InlineData(10, 512, 16)]
    [InlineData(2, 2000, 250)]
    [InlineData(100, 40, 1)]
    public void Samples_stay_within_the_budget_and_are_spread_over_the_lengths(int vocabulary, int maxLength, int widestGap)
    {
        const int budget = 200_000;
        VerificationInputs inputs = VerificationInputs.For(vocabulary, maxLength, budget);
        Assert.InRange(Positions(inputs), budget / 20, budget);
        Assert.InRange(inputs.Batches.Sum(b => (long)b.Count * b.Length * b.Length), 1, 256L * budget);
        int[] lengths = [.. inputs.Batches.Select(b => b.Length).Distinct().Order()];
        Assert.Equal(maxLength, lengths[^1]);
        for (int i = 0; i < lengths.Length; i++) Assert.InRange(lengths[i] - (i == 0 ? 0 : lengths[i - 1]), 1, widestGap);
    }

    [Fact]
    public void The_boundary_inputs_are_among_them()
    {
        HashSet<string> all = [.. All(VerificationInputs.For(3, 14, 200_000))];
        for (int length = 1; length <= 14; length++)
        {
            Assert.Contains(new string('1', length), all);
            Assert.Contains(string.Concat(Enumerable.Range(0, length).Select(i => i % 2 == 0 ? '2' : '0')), all);
            Assert.Contains(string.Concat(Enumerable.Range(0, length).Select(i => (char)('0' + (i % 3)))), all);
            Assert.Contains(string.Concat(Enumerable.Range(0, length).Select(i => (char)('2' - (i % 3)))), all);
            Assert.Contains("1" + new string('0', length - 1), all);
            Assert.Contains(new string('0', length - 1) + "1", all);
        }
    }

    [Fact]
    public void The_same_inputs_come_every_time() =>
        Assert.Equal(All(VerificationInputs.For(10, 30, 20_000)), All(VerificationInputs.For(10, 30, 20_000)));

    [Fact]
    public void A_larger_budget_runs_more()
    {
        Assert.True(Positions(VerificationInputs.For(10, 30, 400_000)) > 1.5 * Positions(VerificationInputs.For(10, 30, 200_000)));
        Assert.Equal(30, Positions(VerificationInputs.For(10, 30, 1)));
    }

    [Fact]
    public void The_manifest_says_what_was_run()
    {
        RaspProgram program = Running.Compile("h = selector_width(select(tokens, tokens, ==)); r = aggregate(select(indices, length - indices - 1, ==), tokens);");
        CompileSettings settings = new() { Vocabulary = Compiled.Tokens("abc"), MaxLength = 8 };
        foreach (int budget in new[] { 100, 5_000, 100_000 })
        {
            CompileResult result = ProgramCompiler.Compile(program, ["h", "r"], settings, new CompileOptions { VerifyBudget = budget });
            ManifestVerification said = Assert.IsType<CompiledModel>(result.Model).Manifest.Verification;
            VerificationInputs inputs = VerificationInputs.For(3, 8, budget);
            Assert.Equal(new ManifestVerification(budget == 100_000, inputs.Batches.Sum(b => b.Count), (int)Positions(inputs), 0, "fp32"), said);
        }
    }

    /// <summary>The answers of one program held against another's: the first input on which they differ, and where.</summary>
    [Fact]
    public void The_shortest_input_that_differs_is_reported()
    {
        RaspProgram program = Running.Compile("a = indices; b = indices + indicator(indices == 2 and tokens == \"b\");");
        CompileSettings settings = new() { Vocabulary = Compiled.Tokens("ab"), MaxLength = 5 };
        CompiledModel model = Assert.IsType<CompiledModel>(ProgramCompiler.Compile(program, "a", settings).Model);
        NamedSOp other = Assert.IsType<NamedSOp>(program.Find("b"));
        VerificationOutcome outcome = Verifier.Verify(model, [other], causal: false, budget: 10_000);
        Assert.Equal(Compiled.Tokens("aab"), outcome.FailedInput);
        Assert.Equal("the weights give 2 at position 2, the program 3", outcome.Difference);
        Assert.Equal(1, outcome.Verification.Mismatches);
    }

    private static long Positions(VerificationInputs inputs) => inputs.Batches.Sum(b => (long)b.Ids.Length);

    /// <summary>Each input as a text of digits.</summary>
    private static string[] All(VerificationInputs inputs) =>
        [.. inputs.Batches.SelectMany(b => b.Ids.Chunk(b.Length)).Select(i => string.Concat(i.Select(id => (char)('0' + id))))];
}
