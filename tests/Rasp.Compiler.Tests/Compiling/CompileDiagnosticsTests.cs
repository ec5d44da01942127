using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Compiling;

public sealed class CompileDiagnosticsTests
{
    [Theory]
    [InlineData("RASP0100", "did you mean 'total'", "totl", "ab", 3)]
    [InlineData("RASP0101", "#pragma vocab", "total", "", 3)]
    [InlineData("RASP0102", "'a' twice", "total", "aba", 3)]
    [InlineData("RASP0104", "at least 1", "total", "ab", 0)]
    public void Settings_that_do_not_fit_are_named(string code, string message, string export, string vocabulary, int maxLength)
    {
        RaspProgram program = Assert.IsType<RaspProgram>(Compilation.Parse("total = length;\n", "test.rasp").Program);
        CompileResult result = ProgramCompiler.Compile(
            program, export, new CompileSettings { Vocabulary = Compiled.Tokens(vocabulary), MaxLength = maxLength });
        Assert.Null(result.Model);
        Assert.Equal(code, Assert.Single(result.Diagnostics).Code);
        Assert.Contains(message, result.Diagnostics[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_maximum_length_is_named()
    {
        RaspProgram program = Assert.IsType<RaspProgram>(Compilation.Parse("total = length;\n", "test.rasp").Program);
        CompileResult result = ProgramCompiler.Compile(program, "total", new CompileSettings { Vocabulary = Compiled.Tokens("ab") });
        Assert.Equal("RASP0103", Assert.Single(result.Diagnostics).Code);
    }

    [Theory]
    [InlineData("x = 1 / (indices - 1);", "division by zero")]
    [InlineData("x = aggregate(select(tokens, tokens, ==), tokens);", "position")]
    [InlineData("x = tokens_int;", "the token 'a' is not an int")]
    [InlineData("x = aggregate(full_s, tokens_int + 1);", "the token 'a' is not an int")]
    [InlineData("x = sort(tokens_int, tokens_int);", "the token 'a' is not an int")]
    [InlineData("x = selector_width(select(tokens_int, indices, <));", "the token 'a' is not an int")]
    [InlineData("x = 1 / (indices * 0);", "division by zero")]
    [InlineData("x = aggregate(full_s, 1 / (indices * 0)) if length > 1 else indices;", "division by zero")]
    [InlineData("x = {\"q\": 1}[tokens] * 2;", "there is no entry for a")]
    [InlineData("t = 5 if tokens == \"a\" else 5; x = {1: 2}[t];", "there is no entry for 5")]
    public void An_input_without_a_value_is_shown_with_its_place(string text, string message)
    {
        (CompileResult result, _) = Compiled.Try(text, Compiled.Tokens("ab"), 3, causal: false);
        Assert.Null(result.Model);
        Diagnostics.Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal("RASP0120", diagnostic.Code);
        Assert.Contains("for the input [", diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains(message, diagnostic.Message, StringComparison.Ordinal);
        Assert.Equal(("test.rasp", 1), (diagnostic.Span.Path, diagnostic.Span.StartLine));
    }

    /// <summary>What no input asks for needs no value: neither a branch that is never chosen nor a position that is never selected.</summary>
    [Theory]
    [InlineData("t = 5 if tokens == \"a\" else 5; x = {1: 10}[t] if t in [1] else 9;", 9)]
    [InlineData("t = 0 if tokens == \"a\" else 0; x = 1 / t + 7 % t if t > 0 else -1;", -1)]
    [InlineData("x = aggregate(not full_s, 1 / (indices * 0), 3);", 3)]
    [InlineData("u = 1 / (indices * 0); x = 3 if indices >= 0 else u + count(tokens, \"a\");", 3)]
    public void An_expression_that_no_input_needs_may_have_no_value(string text, int value)
    {
        (CompileResult result, _) = Compiled.Try(text, Compiled.Tokens("ab"), 3, causal: false);
        CompiledModel model = Assert.IsType<CompiledModel>(result.Model);
        Assert.Equal([value, value], model.Evaluate(Compiled.Tokens("ab")));
    }

    /// <summary>A place in the library would be a line of another file.</summary>
    [Fact]
    public void A_limit_is_reported_in_the_program_and_not_in_the_library()
    {
        (CompileResult result, _) = Compiled.Try("a = 1;\nx = length + indices;", Compiled.Tokens("ab"), 1_000_000_000, causal: false);
        Diagnostics.Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal(("RASP0110", "test.rasp", 2), (diagnostic.Code, diagnostic.Span.Path, diagnostic.Span.StartLine));
    }

    [Theory]
    [InlineData(6, "a", "[\"a\", \"a\", \"a\", \"a\", \"a\", \"a\"]")]
    [InlineData(99, "a", "[\"a\" 99 times]")]
    [InlineData(99, "aab", "\"a\" 2 times, \"b\", and 39 more]")]
    public void A_long_input_is_shown_shortly(int length, string repeated, string shown)
    {
        ImmutableArray<Value> input = [.. Enumerable.Range(0, length).Select(i => (Value)repeated[i % repeated.Length].ToString())];
        NamedSOp export = Assert.Single(Running.Compile("x = indices;").SOps);
        EvaluationError error = new(export.SOp, 0, "no value");
        Assert.Contains(shown, CompileDiagnostics.Undefined(error, input, [export]).Message, StringComparison.Ordinal);
    }

    /// <summary>Numbers of one variable that single precision does not tell apart are named by the digits of their ranks.</summary>
    [Fact]
    public void Numbers_too_close_for_single_precision_are_answered_by_rank()
    {
        ImmutableArray<Value> vocabulary = [4_000_000_000, 4_000_000_001, 2];
        (CompileResult result, _) = Compiled.Try("x = tokens_int;", vocabulary, 3, causal: true);
        Assert.Equal(vocabulary, Assert.IsType<CompiledModel>(result.Model).Evaluate(vocabulary));
    }

    /// <summary>A wrong answer is the compiler's fault only on inputs of the lengths for which fp32 is proved to suffice.</summary>
    [Theory]
    [InlineData(3, "RASP0121", "defect of the compiler")]
    [InlineData(2, "RASP0110", "single precision is proved to suffice for inputs of up to 2 tokens only (x: too close), and for the input [\"a\", \"b\", \"a\"] the weights give 1; round")]
    public void A_mismatch_beyond_what_is_proved_is_a_limit(int proved, string code, string message)
    {
        Diagnostics.Diagnostic diagnostic = Diagnostics.CompileDiagnostics.Mismatch(
            Running.Compile("x = indices;").SOps[0].Span, "the weights give 1", ["a", "b", "a"], new ManifestCertificate("fp32", proved, 0, "x: too close"));
        Assert.Equal(code, diagnostic.Code);
        Assert.Contains(message, diagnostic.Message, StringComparison.Ordinal);
    }
}
