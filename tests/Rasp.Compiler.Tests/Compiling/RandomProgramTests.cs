using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Compiling;

/// <summary>Properties over random programs: whatever compiles is exact, in both modes; most compile.</summary>
public sealed class RandomProgramTests
{
    private const int Programs = 300;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_compiles_equals_the_interpreter(bool causal)
    {
        int compiled = 0;
        for (int seed = 0; seed < Programs; seed++)
        {
            string text = $"x = {new RandomProgram(new Random(seed)).Number(3)};";
            (CompileResult result, _) = Compiled.Try(text, Compiled.Tokens("ab1"), 4, causal);
            if (result.Model is CompiledModel model)
            {
                compiled++;
                Assert.True(model.Manifest.Verification.Exhaustive);
                Assert.Equal(0, model.Manifest.Verification.Mismatches);
            }
            else
            {
                // Undefined for an input, or past a limit; never a difference (RASP0121).
                string code = Assert.Single(result.Diagnostics).Code;
                Assert.True(code is "RASP0110" or "RASP0120", $"seed {seed}: {text}\n{result.Diagnostics[0]}");
            }
        }

        Assert.True(compiled > Programs * 3 / 4, $"only {compiled} of {Programs} compiled");
    }

    /// <summary>Random expressions by type; every one is well typed.</summary>
    private sealed class RandomProgram(Random random)
    {
        public string Number(int depth) => depth == 0 ? Pick("indices", "length", "2", "indicator(tokens == \"a\")") : Pick(
            () => $"({Number(depth - 1)} {Pick("+", "-", "*")} {Number(depth - 1)})",
            () => $"indicator({Truth(depth - 1)})",
            () => $"round({Number(depth - 1)} / {Pick("2", "3", "(indices + 1)")})",
            () => $"({Number(depth - 1)} % {Pick("2", "3")})",
            () => $"({Number(depth - 1)} if {Truth(depth - 1)} else {Number(depth - 1)})",
            () => $"selector_width({Selector(depth - 1)})",
            () => $"aggregate({Selector(depth - 1)}, {Number(depth - 1)}{Pick(string.Empty, ", 1", ", 0.5")})");

        private string Truth(int depth) => depth == 0 ? Pick("tokens == \"b\"", "tokens == \"1\"", "indices < 2") : Pick(
            () => $"({Number(depth - 1)} {Pick("==", "<", ">=")} {Number(depth - 1)})",
            () => $"({Truth(depth - 1)} {Pick("and", "or")} {Truth(depth - 1)})",
            () => $"(not {Truth(depth - 1)})");

        private string Selector(int depth) => depth == 0
            ? $"select(tokens, tokens, {Comparison()})"
            : Pick(
                () => $"select({Number(depth - 1)}, {Number(depth - 1)}, {Comparison()})",
                () => $"select(indices, indices, {Comparison()})",
                () => $"({Selector(depth - 1)} {Pick("and", "or")} {Selector(depth - 1)})",
                () => $"(not {Selector(depth - 1)})");

        private string Comparison() => Pick("==", "!=", "<", "<=", ">", ">=");

        private string Pick(params string[] choices) => choices[random.Next(choices.Length)];

        private string Pick(params Func<string>[] choices) => choices[random.Next(choices.Length)]();
    }
}
