using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Compiler.Tests.Compiling;
using Rasp.Format;
using Rasp.Testing.RandomPrograms;

namespace Rasp.Compiler.Tests.Optimisation;

/// <summary>
/// A pass changes sizes and no answer: without it every program gives on every input what the interpreter gives, which is what it
/// gives with all passes. Without a pass a program may be too large, and nothing else.
/// </summary>
public sealed class PassAgreementTests
{
    private const int MaxLength = 4;
    private const int RandomPrograms = 150;
    private const string TooLarge = "RASP0110";

    public static TheoryData<string> Properties => [.. EachPass.Properties];

    [Theory]
    [MemberData(nameof(Properties))]
    public void Programs_mean_the_same_without_a_pass(string pass)
    {
        CompileOptions without = EachPass.Without(pass);
        (string Name, bool Causal)[] rows = [.. ProgramTable.Programs.Keys.Order(StringComparer.Ordinal).SelectMany(n => new[] { (n, false), (n, true) })];
        Parallel.ForEach(rows, new ParallelOptions { MaxDegreeOfParallelism = 2 }, row =>
        {
            (string vocabulary, string text) = ProgramTable.Programs[row.Name];
            RaspProgram program = Running.Compile(text + "\n");
            NamedSOp export = program.SOps[^1];
            ImmutableArray<Value> tokens = Compiled.Tokens(vocabulary);
            CompileSettings settings = new() { Vocabulary = tokens, MaxLength = MaxLength, Causal = row.Causal };
            CompiledModel all = Assert.IsType<CompiledModel>(ProgramCompiler.Compile(program, export.Name, settings).Model);
            CompileResult result = ProgramCompiler.Compile(program, [export.Name], settings, without);
            if (result.Model is not CompiledModel model)
            {
                Assert.Equal([TooLarge], result.Diagnostics.Select(d => d.Code));
                return;
            }

            Assert.Equal(0, model.Manifest.Verification.Mismatches);
            EvaluationPlan plan = new Interpreter(row.Causal).Prepare([export.SOp]);
            foreach (ImmutableArray<Value> input in CompiledProgramsTests.AllInputs(tokens, MaxLength))
            {
                Assert.True(plan.TryEvaluate(input.AsSpan(), out _));
                Assert.Equal(plan[export.SOp], model.Evaluate(input));
                Assert.Equal(plan[export.SOp], all.Evaluate(input));
            }
        });
    }

    [Theory]
    [MemberData(nameof(Properties))]
    public void Random_programs_mean_the_same_without_a_pass(string pass)
    {
        CompileOptions without = EachPass.Without(pass);
        Parallel.For(0, RandomPrograms, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            RandomProgram program = RandomProgram.Make(seed);
            Agreement agreement = Agreement.Of(program, without);
            Assert.True(agreement.Problem is null, $"seed {seed} without {pass}: {agreement.Problem}\n{program}");
        });
    }
}
