using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Syntax;

public class PragmaTests
{
    [Fact]
    public void Pragmas_give_compile_settings()
    {
        CompileSettings settings = Settings("#pragma export a, b\n#pragma vocab abc\n#pragma max-length 12\n#pragma causal\na = indices; b = tokens;");
        Assert.Equal(["a", "b"], settings.Exports ?? []);
        Assert.Equal([(Value)"a", "b", "c"], settings.Vocabulary ?? []);
        Assert.Equal(12, settings.MaxLength);
        Assert.True(settings.Causal);
    }

    [Fact]
    public void What_is_not_said_is_null() => Assert.Equal(CompileSettings.None, Settings("# pragmatic\n#pragmas\na = indices;"));

    [Theory]
    [InlineData("[\"the\", \"cat\"]", "the|cat")]
    [InlineData("[0, 1, 2.5]", "0|1|5/2")]
    [InlineData("()[]<>x", "(|)|[|]|<|>|x")]
    [InlineData("[]", "[|]")]
    [InlineData("[x]", "[|x|]")]
    public void A_vocabulary_is_characters_or_a_list(string text, string tokens) =>
        Assert.Equal(tokens.Split('|'), (Settings($"#pragma vocab {text}").Vocabulary ?? []).Select(t => t.ToString()));

    [Fact]
    public void Numbers_in_a_vocabulary_are_numbers() =>
        Assert.All(Settings("#pragma vocab [0, 1]").Vocabulary ?? [], t => Assert.Equal(ValueKind.Number, t.Kind));

    private static CompileSettings Settings(string source)
    {
        Compilation compilation = Compilation.Parse(source, "test.rasp");
        Assert.Empty(compilation.Diagnostics);
        Assert.NotNull(compilation.Program);
        return compilation.Program.Settings;
    }
}
