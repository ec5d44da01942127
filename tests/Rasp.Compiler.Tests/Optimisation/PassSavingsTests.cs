using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Optimisation;
using Rasp.Compiler.Tests.Compiling;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Optimisation;

/// <summary>What each pass saves, on a program small enough to count along; and that the manifest says it.</summary>
public sealed class PassSavingsTests
{
    private const int MaxLength = 8;

    [Fact]
    public void Every_pass_is_measured()
    {
        Assert.Equal(EachPass.Properties.Order(StringComparer.Ordinal), EachPass.Names.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(PassSavings.Names.Order(StringComparer.Ordinal), EachPass.Names.Values.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("reverse")]
    [InlineData("sort by frequency")]
    [InlineData("pair balance with products")]
    [InlineData("or in an aggregate")]
    [InlineData("first of its kind")]
    [InlineData("larger and smaller")]
    [InlineData("tokens alone")]
    public void The_manifest_says_what_a_pass_saves(string name)
    {
        (string vocabulary, string text) = ProgramTable.Programs[name];
        Manifest all = Compile(text, vocabulary, CompileOptions.Default with { MeasurePasses = true });
        Assert.Equal(PassSavings.Names, all.Passes.Select(p => p.Name));
        foreach ((string property, string pass) in EachPass.Names)
        {
            ManifestPass measured = all.Passes.Single(p => p.Name == pass);
            AssertSizes(all, measured.After);
            AssertSizes(Compile(text, vocabulary, EachPass.Without(property)), measured.Before);
        }
    }

    [Fact]
    public void Nothing_is_measured_unless_asked_for() => Assert.Empty(Compile("x = length;", "ab", CompileOptions.Default).Passes);

    private static void AssertSizes(Manifest manifest, ManifestSizes sizes) => Assert.Equal(
        (manifest.Layers, manifest.DModel, manifest.DHead, manifest.DMlp, manifest.Parameters),
        (sizes.Layers, sizes.DModel, sizes.DHead, sizes.DMlp, sizes.Parameters));

    private static Manifest Compile(string text, string vocabulary, CompileOptions options)
    {
        RaspProgram program = Running.Compile(text + "\n");
        CompileSettings settings = new() { Vocabulary = Compiled.Tokens(vocabulary), MaxLength = MaxLength, Causal = false };
        CompileResult result = ProgramCompiler.Compile(program, [program.SOps[^1].Name], settings, options with { VerifyBudget = 2000 });
        Assert.Empty(result.Diagnostics.Select(d => d.ToString()));
        return Assert.IsType<CompiledModel>(result.Model).Manifest;
    }
}
