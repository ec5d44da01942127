using System.Collections.Immutable;
using System.Globalization;
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

    /// <summary>Each says which limit, at which expression, and what would help.</summary>
    [Theory]
    [InlineData("n = aggregate(full_s, tokens_int); x = n * n * n;", 30, "1:5", "more than 20000 values at one position", "round or compare")]
    [InlineData("p = round(length * average(tokens_int)); q = 1 + round(average(tokens_int)); x = p % q;", 8, "3:5", "combinations of values at one position, more than 1000000", "round or compare the operands")]
    [InlineData("x = aggregate(select(tokens, tokens, ==), tokens_int * tokens_int * tokens_int);", 60, "1:5", "more than 250000 values", "fewer different values")]
    [InlineData("x = aggregate(full_s, 1 / (indices + 1));", 60, "1:5", "do not fit 64-bit fractions", "whole or smaller numbers")]
    [InlineData("x = selector_width(select(tokens, tokens, ==));", 100_000, "1:5", "pairs of positions, more than 1000000000", "smaller maximum length")]
    public void A_limit_is_named_at_its_expression(string text, int maxLength, string place, string limit, string help)
    {
        ImmutableArray<Value> vocabulary = [.. Enumerable.Range(0, 40).Select(i => (Value)(i * i))];
        (CompileResult result, _) = Compiled.Try(text.Replace("; ", ";\n", StringComparison.Ordinal), vocabulary, maxLength, causal: false);
        Assert.Null(result.Model);
        Diagnostics.Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal("RASP0110", diagnostic.Code);
        Assert.Contains(limit, diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains(help, diagnostic.Message, StringComparison.Ordinal);
        Assert.StartsWith(place, string.Create(CultureInfo.InvariantCulture, $"{diagnostic.Span.StartLine}:{diagnostic.Span.StartColumn}"), StringComparison.Ordinal);
        Assert.Equal("test.rasp", diagnostic.Span.Path);
    }

    /// <summary>Means of which some differ by a third of a millionth, beside others of 5.</summary>
    [Fact]
    public void Values_too_close_for_single_precision_are_a_limit()
    {
        ImmutableArray<Value> vocabulary = [.. new[] { (Rational)333_333 / 1_000_000, (Rational)333_334 / 1_000_000, 5 }.Select(Value.FromNumber)];
        (CompileResult result, _) = Compiled.Try("x = aggregate(full_s, tokens_float);", vocabulary, 3, causal: true);
        Diagnostics.Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal("RASP0110", diagnostic.Code);
        Assert.Contains("single precision", diagnostic.Message, StringComparison.Ordinal);
        Assert.Equal(1, diagnostic.Span.StartLine);
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
    [InlineData(2, "RASP0110", "single precision does not suffice (x: too close): for the input [\"a\", \"b\", \"a\"] the weights give 1; round")]
    public void A_mismatch_beyond_what_is_proved_is_a_limit(int proved, string code, string message)
    {
        Diagnostics.Diagnostic diagnostic = Diagnostics.CompileDiagnostics.Mismatch(
            Running.Compile("x = indices;").SOps[0].Span, "the weights give 1", ["a", "b", "a"], new ManifestCertificate("fp32", proved, 0, "x: too close"));
        Assert.Equal(code, diagnostic.Code);
        Assert.Contains(message, diagnostic.Message, StringComparison.Ordinal);
    }
}
