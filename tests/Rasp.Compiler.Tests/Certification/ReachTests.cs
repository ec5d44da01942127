using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Tests.Compiling;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Certification;

/// <summary>
/// How far fp32 is proved, at least, for programs whose numbers need many of its bits; and up to there the arithmetic itself is right,
/// added up in every order that the tests know.
/// </summary>
public sealed class ReachTests
{
    [Theory]
    [InlineData("x = count(tokens, \"a\") / length;", 128, 128)]
    [InlineData("x = (count(tokens, \"a\") * 2) / length;", 60, 60)]
    [InlineData("x = (3 * count(tokens, \"a\") - 2 * count(tokens, \"b\") + length) / length;", 60, 60)]
    [InlineData("x = count(tokens, \"a\") * count(tokens, \"b\");", 60, 60)]
    [InlineData("x = indices * count(tokens, \"a\");", 60, 60)]
    [InlineData("x = min(count(tokens, \"a\"), count(tokens, \"b\"));", 128, 128)]
    [InlineData("x = min(min(count(tokens, \"a\"), count(tokens, \"b\")), max(count(tokens, \"c\"), count(tokens, \"d\")));", 60, 60)]
    [InlineData("d = count(tokens, \"a\") - count(tokens, \"b\"); x = d if d > 0 else 3 - 2 * d;", 60, 60)]
    [InlineData("x = aggregate(select(indices, min(count(tokens, \"a\"), count(tokens, \"b\")), ==), tokens, \"-\");", 40, 40)]
    [InlineData("x = aggregate(select(indices, indices, <=), indicator(tokens == \"a\"));", 250, 250)]
    [InlineData("x = aggregate(select(indices, indices, <=), indicator(tokens == \"a\"));", 512, 512)]
    [InlineData("x = aggregate(select(indices, indices, <=), indicator(tokens == \"a\") - indicator(tokens == \"b\"));", 512, 512)]
    [InlineData("x = count(tokens, \"a\") / length;", 512, 512)]
    [InlineData("x = (3 * count(tokens, \"a\") + 2 * count(tokens, \"b\")) / length;", 128, 128)]
    [InlineData("m = aggregate(select(indices, indices, <=), indicator(tokens == \"a\")); x = aggregate(select(indices, indices, <=), round(4 * m));", 60, 60)]
    [InlineData("x = count(tokens, \"a\") * count(tokens, \"b\");", 128, 128)]
    [InlineData("x = 3 * count(tokens, \"a\") + 2 * count(tokens, \"b\") - 5 * count(tokens, \"c\") + 7 * count(tokens, \"d\");", 60, 60)]
    [InlineData("x = round(100 * count(tokens, \"a\") / length);", 60, 60)]
    [InlineData("x = round(10 * aggregate(select(indices, indices, <=), indicator(tokens == \"a\")));", 128, 128)]
    public void Fp32_is_proved_up_to(string text, int maxLength, int proved)
    {
        (CompileResult result, RaspProgram program) = Compiled.Try(text, Compiled.Tokens("abcd"), maxLength, causal: false);
        CompiledModel model = Assert.IsType<CompiledModel>(result.Model);
        ManifestCertificate certificate = model.Manifest.Certificates[0];
        Assert.InRange(certificate.MaxLength, proved, maxLength);
        CompiledModel only = model.With(model.Manifest with { Certificates = [certificate] });
        Assert.Null(CertifiedAnswers.FirstWrong(only, program, model.Manifest.Causal, budget: Math.Min(4 * maxLength, 1000)));
    }

    /// <summary>A comparison of two numbers chooses between them by their difference, not by their pair.</summary>
    [Theory]
    [InlineData("x = max(count(tokens, \"a\"), indices);", 1)]
    [InlineData("x = min(min(count(tokens, \"a\"), count(tokens, \"b\")), min(count(tokens, \"c\"), count(tokens, \"d\")));", 2)]
    public void The_smaller_and_the_larger_are_chosen_by_the_difference(string text, int layers)
    {
        const int MaxLength = 30;
        Manifest manifest = Compiled.Model(text, "abcd", MaxLength).Manifest;
        Assert.Equal(layers, manifest.Layers);
        Assert.InRange(manifest.DMlp, 1, 4 * MaxLength);
    }

    /// <summary>A quotient by the length is one head, without an MLP, named as the program names it.</summary>
    [Theory]
    [InlineData("x = count(tokens, \"a\") / length;", false)]
    [InlineData("x = selector_width(select(tokens, \"a\", ==) or select(tokens, \"b\", ==)) / length;", false)]
    [InlineData("x = (length - count(tokens, \"a\")) / length;", false)]
    [InlineData("x = count(tokens, \"a\") / (indices + 1);", true)]
    public void Counts_over_the_length_are_means(string text, bool causal)
    {
        (CompileResult result, _) = Compiled.Try(text, Compiled.Tokens("abc"), 20, causal);
        Manifest manifest = Assert.IsType<CompiledModel>(result.Model).Manifest;
        Assert.Equal((1, 1, 0), (manifest.Layers, manifest.HeadsPerLayer, manifest.DMlp));
        Assert.Contains("x", manifest.Variables.Select(v => v.Name));
    }

    /// <summary>Without a causal mask a position is not the length.</summary>
    [Theory]
    [InlineData("x = count(tokens, \"a\") / (indices + 1);")]
    [InlineData("x = (count(tokens, \"a\") + 1) / length;")]
    [InlineData("x = selector_width(select(tokens, tokens, ==)) / length;")]
    public void Other_quotients_are_no_means(string text)
    {
        (CompileResult result, _) = Compiled.Try(text, Compiled.Tokens("abc"), 6, causal: false);
        Assert.NotEqual(0, Assert.IsType<CompiledModel>(result.Model).Manifest.DMlp);
    }
}
