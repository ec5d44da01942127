using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.MSBuild.Tests.Pages;

/// <summary>
/// A model by hand, of the tokens a and b: head 0 writes the share of a's among BOS and the tokens into column 2, the MLP clears
/// that column and writes into it whether there is an a; head 1 does nothing.
/// </summary>
internal static class TinyModel
{
    public static CompiledModel Create(bool causal = false, string name = "tiny", string variable = "has_a", string a = "a", string b = "b")
    {
        ManifestVariable tokens = new("tokens", SOpType.String, 0, 0, true, 0, ResidualSite.Pre, VariableEncoding.OneHot, [0, 1], [a, b]) { LastLayer = 0 };
        ImmutableArray<double> shares = [0, 1 / 3.0, 1 / 2.0, 2 / 3.0];
        ManifestVariable share = new(
            "share", SOpType.Float, 4, 1, true, 0, ResidualSite.Mid, VariableEncoding.Linear, [2], [0, Fraction(1, 3), Fraction(1, 2), Fraction(2, 3)])
        {
            Weights = [1], Codes = shares, LastLayer = 0, EndLine = 4, EndColumn = 40,
        };
        ManifestVariable hasA = new(variable, SOpType.Bool, 5, 1, true, 0, ResidualSite.Post, VariableEncoding.Vector, [2], [false, true])
        {
            Vectors = [[0], [1]], LastLayer = 1, EndLine = 6, EndColumn = 9,
        };
        Manifest manifest = new(
            "tiny.rasp", name, 1, 2, 3, 1, 3, 0, 0, [a, b], 2, causal,
            [new ManifestOutput(variable, SOpType.Bool, 0, [false, true], [])],
            [tokens, share, hasA],
            new ManifestVerification(true, 6, 10, 0, "fp32"))
        {
            Certificates =
            [
                new ManifestCertificate("fp32", 2, 0.9375, null),
                new ManifestCertificate("fp16", 1, 0.31, $"the mean of {variable} at 4,1"),
                new ManifestCertificate("bf16", 0, 0, "the mean at 4,1"),
            ],
            Passes =
            [
                new ManifestPass("fold constants", new ManifestSizes(9, 2, 3, 8, 4, 12, 1000), new ManifestSizes(7, 2, 3, 8, 4, 12, 1000)),
                new ManifestPass("share heads", new ManifestSizes(7, 2, 3, 8, 4, 12, 1000), new ManifestSizes(7, 2, 3, 8, 4, 12, 1000)),
                new ManifestPass("reuse columns", new ManifestSizes(7, 2, 3, 8, 4, 12, 1000), new ManifestSizes(7, 1, 1, 3, 1, 3, 90)),
                new ManifestPass("merge logits", new ManifestSizes(7, 1, 1, 3, 1, 3, 90), new ManifestSizes(7, 1, 1, 3, 1, 3, 90)),
            ],
        };
        Dictionary<string, WeightTensor> weights = CompiledWeights.Shapes(manifest).ToDictionary(s => s.Name, s => WeightTensor.Zeros(s.Shape.AsSpan()));
        Set(CompiledWeights.Embedding, (0, 1), (4, 1));
        Set(CompiledWeights.Attention(0, "W_V"), (0, 1));
        Set(CompiledWeights.Attention(0, "W_O"), (2, 1));
        Set(CompiledWeights.Mlp(0, "W_in"), (6, 1), (7, 6), (8, 6));
        Set(CompiledWeights.Mlp(0, "b_in"), (2, -1));
        Set(CompiledWeights.Mlp(0, "W_out"), (2, -1), (5, 1), (8, -1));
        Set(CompiledWeights.Unembedding, (4, -1), (5, 1));
        Set(CompiledWeights.UnembeddingBias, (0, 0.5f), (1, -0.5f));
        return new CompiledModel(
            manifest with
            {
                Parameters = weights.Values.Sum(w => w.Data.LongLength),
                Nonzeros = weights.Values.Sum(w => w.Data.LongCount(x => x != 0)),
            },
            weights);

        void Set(string tensor, params ReadOnlySpan<(int Place, float Value)> entries)
        {
            foreach ((int place, float value) in entries) weights[tensor].Data[place] = value;
        }
    }

    private static Value Fraction(int numerator, int denominator) => Value.FromNumber(Rational.Create(numerator, denominator));
}
