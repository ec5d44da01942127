using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Tests.Compiling;
using Rasp.Compiler.Tests.Programs;
using Rasp.Format;
using Rasp.Testing.RandomPrograms;

namespace Rasp.Compiler.Tests.Certification;

/// <summary>Within the length that a certificate states, no arithmetic that it speaks of gives a wrong answer.</summary>
public sealed class CertificateTests
{
    private const int MaxLength = 5;
    private const int RandomPrograms = 80;
    private const int RandomBudget = 500;

    public static TheoryData<string> Examples => ExampleProgramTests.Names;

    [Theory]
    [MemberData(nameof(ProgramTable.NamesInBothModes), MemberType = typeof(ProgramTable))]
    public void Short_inputs_are_right_in_every_certified_format(string name, bool causal)
    {
        (string vocabulary, string text) = ProgramTable.Programs[name];
        AssertRight(text, vocabulary, MaxLength, causal, budget: int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Examples_are_right_in_every_certified_format(string name)
    {
        RaspProgram program = Running.LoadExample(name);
        foreach (bool causal in new[] { false, true })
        {
            CompileResult result = ProgramCompiler.Compile(program, [.. program.Settings.Exports ?? []], new CompileSettings { Causal = causal }, CompileOptions.Default);
            CompiledModel model = Assert.IsType<CompiledModel>(result.Model);
            CertifiedAnswers.AssertWellFormed(model.Manifest);
            Assert.Null(CertifiedAnswers.FirstWrong(model, program, causal, budget: 500));
        }
    }

    /// <summary>Lengths at which several formats are certified for shorter inputs only.</summary>
    [Theory]
    [InlineData("length", 50)]
    [InlineData("reverse", 50)]
    [InlineData("histogram", 50)]
    [InlineData("sort", 40)]
    [InlineData("sort by frequency", 30)]
    [InlineData("pair balance with products", 30)]
    [InlineData("fraction of previous", 40)]
    [InlineData("overlapping or", 40)]
    [InlineData("sort", 100)]
    [InlineData("product of two counts", 30)]
    [InlineData("nested brackets", 24)]
    [InlineData("signs of two means", 40)]
    [InlineData("histogram", 300)]
    [InlineData("any of several", 50)]
    [InlineData("most frequent", 50)]
    public void Long_inputs_are_right_up_to_the_certified_length(string name, int maxLength)
    {
        (string vocabulary, string text) = ProgramTable.Programs[name];
        AssertRight(text, vocabulary, maxLength, causal: false, budget: 1500);
    }

    [Theory]
    [InlineData("reverse", 50, "fp32 fp16 bf16")]
    [InlineData("histogram", 50, "fp32 fp16 bf16")]
    [InlineData("histogram", 256, "fp32 fp16 bf16")]
    [InlineData("histogram", 512, "fp32 fp16")]
    [InlineData("sort", 50, "fp32 fp16 bf16")]
    [InlineData("sort", 100, "fp32 fp16")]
    [InlineData("sort by frequency", 30, "fp32 fp16 bf16")]
    [InlineData("most frequent", 50, "fp32 fp16 bf16")]
    [InlineData("any of several", 50, "fp32 fp16 bf16")]
    [InlineData("nested brackets", 20, "fp32 fp16 bf16")]
    [InlineData("signs of two means", 20, "fp32 fp16")]
    [InlineData("fraction of previous", 30, "fp32 fp16")]
    [InlineData("fraction of previous", 8, "fp32 fp16 bf16")]
    [InlineData("product of two counts", 20, "fp32")]
    public void Formats_that_hold_the_numbers_are_certified_for_every_input(string name, int maxLength, string formats)
    {
        (string vocabulary, string text) = ProgramTable.Programs[name];
        ImmutableArray<ManifestCertificate> certificates = Compiled.Model(text, vocabulary, maxLength).Manifest.Certificates;
        foreach (string format in formats.Split(' ')) Assert.Equal(maxLength, certificates.Single(c => c.Format == format).MaxLength);
    }

    /// <summary>Numbers that fp16 has no room for: its largest is 65,504.</summary>
    [Theory]
    [InlineData("x = 2 ^ indices;", 18)]
    [InlineData("n = count(tokens, \"a\"); x = 120000 if n > 1 else (60000 if n > 0 else 0);", 6)]
    [InlineData("n = count(tokens, \"a\"); m = count(tokens, \"b\"); x = 50000 * n + 50000 * m;", 6)]
    public void A_number_that_overflows_is_not_certified(string text, int maxLength)
    {
        ImmutableArray<ManifestCertificate> certificates = Compiled.Model(text, "ab", maxLength).Manifest.Certificates;
        Assert.Equal(maxLength, certificates[0].MaxLength);
        Assert.InRange(certificates[1].MaxLength, 0, 1);
        Assert.Contains("largest", certificates[1].Limit, StringComparison.Ordinal);
        AssertRight(text, "ab", maxLength, causal: false, budget: 1000);
    }

    /// <summary>The rounded arithmetic tells formats apart: beyond a certified length there are wrong answers, in bf16 soon.</summary>
    [Fact]
    public void Beyond_the_certified_length_answers_can_be_wrong()
    {
        (string vocabulary, string text) = ProgramTable.Programs["fraction of previous"];
        (CompileResult result, RaspProgram program) = Compiled.Try(text, Compiled.Tokens(vocabulary), 20, false);
        CompiledModel model = Assert.IsType<CompiledModel>(result.Model);
        ManifestCertificate coarse = model.Manifest.Certificates[2];
        Assert.InRange(coarse.MaxLength, 1, 19);
        ManifestCertificate tooFar = coarse with { MaxLength = 20 };
        Assert.NotNull(CertifiedAnswers.FirstWrong(model.With(model.Manifest with { Certificates = [tooFar] }), program, false, budget: 1000));
    }

    /// <summary>Programs that nobody chose, at lengths up to 21, at which some numbers no longer fit formats of few bits.</summary>
    [Fact]
    public void Random_programs_are_right_in_every_certified_format() =>
        Parallel.For(0, RandomPrograms, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            RandomProgram random = RandomProgram.Make(seed) with { MaxLength = 4 + (seed % 18) };
            RaspProgram program = Running.Compile(random.Text);
            CompileSettings settings = new() { Vocabulary = random.Vocabulary, MaxLength = random.MaxLength, Causal = random.Causal };
            ImmutableArray<string> exports = [.. random.Exports.Where(e => program.Find(e) is not null)];
            if (exports.IsEmpty || ProgramCompiler.Compile(program, exports, settings, CompileOptions.Default).Model is not CompiledModel model) return;
            CertifiedAnswers.AssertWellFormed(model.Manifest);
            string? wrong = CertifiedAnswers.FirstWrong(model, program, random.Causal, RandomBudget);
            Assert.True(wrong is null, $"seed {seed}: {wrong}\n{random}");
        });

    private static void AssertRight(string text, string vocabulary, int maxLength, bool causal, int budget)
    {
        (CompileResult result, RaspProgram program) = Compiled.Try(text, Compiled.Tokens(vocabulary), maxLength, causal);
        CompiledModel model = Assert.IsType<CompiledModel>(result.Model);
        CertifiedAnswers.AssertWellFormed(model.Manifest);
        Assert.Null(CertifiedAnswers.FirstWrong(model, program, causal, budget));
    }
}
