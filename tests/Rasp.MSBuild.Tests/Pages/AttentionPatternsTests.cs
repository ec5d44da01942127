using System.Collections.Immutable;
using Rasp.Compiler;
using Rasp.Compiler.Graph;
using Rasp.Format;
using Rasp.Tool.Pages;

namespace Rasp.MSBuild.Tests.Pages;

public sealed class AttentionPatternsTests
{
    /// <summary>Single precision: a weight of at most 1 is a quotient of two roundings of 2^-24 each.</summary>
    private const float Rounding = 1e-6f;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Scores_without_a_difference_give_equal_weights_to_what_is_visible(bool causal)
    {
        float[,,] pattern = Assert.Single(AttentionPatterns.Of(TinyModel.Create(causal), ["a", "b"]));

        Assert.Equal((2, 3, 3), (pattern.GetLength(0), pattern.GetLength(1), pattern.GetLength(2)));
        for (int query = 0; query < 3; query++)
        {
            int visible = causal ? query + 1 : 3;
            for (int key = 0; key < 3; key++) Assert.Equal(key < visible ? 1f / visible : 0, pattern[0, query, key], Rounding);
        }
    }

    [Theory]
    [InlineData("gfedbcaabh")]
    [InlineData("badge")]
    [InlineData("a")]
    public void The_heads_of_programs_attend_to_what_their_selectors_select(string text)
    {
        ImmutableArray<Value> tokens = [.. text.Select(c => (Value)c.ToString())];
        foreach (string program in (string[])["reverse", "sort"])
        {
            CompiledModel model = Compile($"programs/{program}.rasp");
            ImmutableArray<Value> output = model.Evaluate(tokens);
            float[,,] pattern = AttentionPatterns.Of(model, tokens)[^1];
            for (int query = 1; query <= tokens.Length; query++)
            {
                // The last head moves one token to each position: that of the output.
                int[] attended = [.. Enumerable.Range(0, tokens.Length + 1).Where(key => pattern[0, query, key] > 0.5f)];
                Assert.Equal(output[query - 1], tokens[Assert.Single(attended) - 1]);
                Assert.Equal(1, pattern[0, query, attended[0]], Rounding);
                if (program == "reverse") Assert.Equal(tokens.Length - query + 1, attended[0]);
            }
        }
    }

    private static CompiledModel Compile(string path)
    {
        RaspProgram program = Compilation.Load(path).Program ?? throw new InvalidOperationException(path);
        CompileResult result = ProgramCompiler.Compile(program, [.. program.Settings.Exports ?? []], CompileSettings.None, CompileOptions.Default with { VerifyBudget = 100 });
        return result.Model ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
    }
}
