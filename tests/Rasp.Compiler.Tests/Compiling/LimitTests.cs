using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Emission;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Optimisation;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Compiling;

/// <summary>What cannot be compiled says at its expression which limit it passes, by how much, and what would help.</summary>
public sealed class LimitTests
{
    private const string Squares = "0 1 4 9 16 25 36 49 64 81 100 121 144 169 196 225 256 289 324 361 400 441 484 529 576 625 676 729 784 841 900 961 1024 1089 1156 1225 1296 1369 1444 1521";

    private const string Digits = "0 1 2 3 4 5 6 7 8 9";

    /// <summary>A program a limit, a statement a line. The message has the limit, how much there is (N), and what would help.</summary>
    [Theory]
    [InlineData("n = aggregate(full_s, tokens_int); x = n * n * n;", Squares, 30, false, "1:5", "more than 20,000 values at one position", "round or compare it")]
    [InlineData("p = round(length * average(tokens_int)); q = 1 + round(average(tokens_int)); x = p % q;", Squares, 8, false, "3:5", "can take N combinations of values at one position, more than 1,000,000", "round or compare the operands")]
    [InlineData("x = aggregate(select(tokens, tokens, ==), tokens_int * tokens_int * tokens_int);", Squares, 60, false, "1:5", "more than 250,000 pairs of a count and a sum", "fewer different values")]
    [InlineData("x = aggregate(full_s, 1 / (indices + 1));", Squares, 60, false, "1:5", "beyond 64 bits (9,223,372,036,854,775,807)", "whole or smaller numbers")]
    [InlineData("p = average(tokens_int); q = average(tokens_int + 1); u = p + q; v = p - q; w = q - p; x = u if indices > 2 else v if indices > 1 else w;", Squares, 6, false, "5:5", "more than 30,000,000 steps", "round or compare numbers earlier")]
    [InlineData("x = selector_width(select(tokens, tokens, ==));", Squares, 100_000, false, "1:5", "have N pairs of positions, more than 1,000,000,000", "'#pragma causal'")]
    [InlineData("m = aggregate(select(indices, indices, <=), tokens_int); x = m % 2;", Digits, 60, false, "1:5", "can take N values, and one MLP can write 8,000", "round, compare or shorten it")]
    [InlineData("x = selector_width(select(tokens, tokens, ==)) % (1 + count(tokens, \"a\"));", "abc", 125, false, "1:5", "depends on at least N combinations of values, and one MLP can tell 12,000 apart", "round or compare what it depends on")]
    [InlineData("x = selector_width(select(tokens, tokens, ==)) * 7 % (7 + count(tokens, \"a\"));", "abc", 105, false, "1:5", "takes N steps of an MLP, more than 8,000", "round or compare what it depends on")]
    [InlineData("p = aggregate(select(indices, indices - 1, ==), tokens_int); q = aggregate(select(indices, indices + 1, ==), tokens_int); x = p % (1 + q);", "0 1 3000", 6, false, "3:5", "takes 1 part in N to tell its values apart, and single precision has 1 in 1,048,576", "round or compare what it depends on")]
    [InlineData("x = selector_width(select(tokens, tokens, ==)) ^ 2 % (7 + count(tokens, \"a\"));", "abc", 105, false, "1:5", "single precision has to within N, and to tell its values apart it takes N", "round or compare what it depends on")]
    [InlineData("m = aggregate(select(indices, indices, <=), tokens_int); x = selector_width(select(m, m, <));", Digits, 40, false, "1:5", "compares N values of keys with N of queries, N pairs, more than 10,000,000", "round what it compares")]
    [InlineData("a = count(tokens, \"a\"); x = aggregate(select(indices, indices - 1, ==), 4000000000 + a if a > 2 else count(tokens, \"b\"));", "abc", 5, false, "2:49", "single precision does not tell its N values apart: it computes them to within N, and it takes N", "round it or what it depends on")]
    [InlineData("x = aggregate(full_s, tokens_float);", "3333333/10000000 3333334/10000000 5", 3, true, "1:1", "single precision is proved to suffice for inputs of up to 0 tokens only (x: 3333333/10000000 is off by up to N, and another value lies N away), and for the input [3333333/10000000,", "round numbers earlier")]
    public void A_limit_is_named_at_its_expression(string text, string vocabulary, int maxLength, bool causal, string place, string limit, string help)
    {
        (CompileResult result, _) = Compiled.Try(text.Replace("; ", ";\n", StringComparison.Ordinal), Vocabulary(vocabulary), maxLength, causal);
        Assert.Null(result.Model);
        Diagnostics.Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal("RASP0110", diagnostic.Code);
        Assert.Matches(Regex.Escape(limit).Replace("N", "[0-9][0-9.,E+-]*", StringComparison.Ordinal) + ".*; .*" + Regex.Escape(help), diagnostic.Message);
        Assert.StartsWith(place, string.Create(CultureInfo.InvariantCulture, $"{diagnostic.Span.StartLine}:{diagnostic.Span.StartColumn}"), StringComparison.Ordinal);
        Assert.Equal("test.rasp", diagnostic.Span.Path);
    }

    /// <summary>Of several tries the one that came furthest is told, of equals the one that lacks least.</summary>
    [Fact]
    public void The_nearest_of_several_obstacles_is_told()
    {
        StaircaseObstacle factor = new(StaircaseLimit.Factor, CompileLimits.PackingFactor, CompileLimits.PackingFactor);
        StaircaseObstacle far = new(StaircaseLimit.Error, 4, 0.25);
        StaircaseObstacle near = new(StaircaseLimit.Error, 0.5, 0.25);
        Assert.Equal(near, new[] { far, factor, near, far }.Aggregate((StaircaseObstacle?)null, StaircaseObstacle.Nearer));
        SOp sop = Running.Compile("x = indices;").SOps[0].SOp;
        Assert.Contains("a factor of more than 1,073,741,824", factor.Of(sop, 3).Message, StringComparison.Ordinal);
        Assert.Contains("to within 0.5", near.Of(sop, 3).Message, StringComparison.Ordinal);
    }

    /// <summary>A model of more parameters would take minutes: what is said of it is asked of a small one.</summary>
    [Fact]
    public void A_large_model_names_the_expression_with_the_most_columns_and_units()
    {
        RaspProgram program = Running.Compile("a = count(tokens, \"a\"); b = 2 if a > 3 else 1; x = a ^ 2 % 5 + b;");
        CompilationPlan plan = CompilationPlan.Of(program, [program.SOps[^1]], Compiled.Tokens("ab"), 6, causal: false, Passes.All);
        Manifest sizes = ManifestBuilder.Sized(plan) with { Parameters = 100_000_001, DModel = 1234, DHead = 56, DMlp = 7890 };
        DomainLimitException limit = CompileLimits.TooManyParameters(sizes, plan.Schedule);
        Assert.Matches("has 100,000,001 parameters, more than 100,000,000, with 1,234 columns, heads of 56 dimensions and 7,890 hidden units a layer, of which [0-9]+ columns? and [1-9][0-9]* hidden units", limit.Message);
        Assert.Equal((1, 52), (limit.SOp.Span.StartLine, limit.SOp.Span.StartColumn));
    }

    /// <summary>The table of <c>docs/compiler.md</c> and the page of the diagnostic have the limits that the compiler has.</summary>
    [Theory]
    [InlineData("docs/compiler.md")]
    [InlineData("docs/diagnostics/RASP0110.md")]
    public void The_documents_list_every_limit(string page)
    {
        string text = File.ReadAllText(Path.Combine(Rasp.Testing.Repository.Root, page));
        foreach (FieldInfo limit in typeof(CompileLimits).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            if (limit.Name == nameof(CompileLimits.SumsPerStep)) continue;
            Assert.Contains($"| {string.Create(CultureInfo.InvariantCulture, $"{Convert.ToInt64(limit.GetRawConstantValue(), CultureInfo.InvariantCulture):N0}")} ", text, StringComparison.Ordinal);
        }
    }

    private static ImmutableArray<Value> Vocabulary(string list) => char.IsLetter(list[0])
        ? Compiled.Tokens(list)
        : [.. list.Split(' ').Select(n => n.Split('/').Select(p => (Rational)int.Parse(p, CultureInfo.InvariantCulture)).Aggregate((a, b) => a / b)).Select(Value.FromNumber)];
}
