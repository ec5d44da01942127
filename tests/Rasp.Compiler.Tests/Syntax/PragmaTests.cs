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

    [Theory]
    [InlineData("#pragma disable RASP0085\na = 7 % 2 * 2;")]
    [InlineData("#pragma disable RASP0083, RASP0085\na = 7 % 2 * 2;\nb = -2^2;")]
    [InlineData("#pragma disable RASP0083 RASP0085\na = 7 % 2 * 2;\nb = -2^2;")]
    [InlineData("#pragma disable RASP0085\n#pragma restore RASP0085\na = «7 % 2 * 2»;", "RASP0085")]
    [InlineData("a = «7 % 2 * 2»;\n#pragma disable RASP0085\nb = 5 % 2 * 2;\n#pragma restore RASP0085\nc = «3 % 2 * 2»;", "RASP0085", "RASP0085")]
    [InlineData("#pragma disable RASP0084\na = «7 % 2 * 2»;", "RASP0085")]
    [InlineData("«#pragma disable»\na = 1;", "RASP0014")]
    [InlineData("#pragma disable RASP0085, «RASP9999»\na = 7 % 2 * 2;", "RASP0015")]
    [InlineData("#pragma restore «precedence»\na = 1;", "RASP0015")]
    [InlineData("#pragma disable «RASP0030»\na = «b»;", "RASP0016", "RASP0030")]
    public void Warnings_are_silent_from_disable_to_restore(string source, params string[] codes) => MarkedSource.Check(source, codes);

    [Fact]
    public void A_misspelt_pragma_gets_a_suggestion() =>
        Assert.EndsWith("did you mean 'export'?", Assert.Single(Compilation.Parse("#pragma exprot a\na = indices;", "test.rasp").Diagnostics).Message, StringComparison.Ordinal);

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
