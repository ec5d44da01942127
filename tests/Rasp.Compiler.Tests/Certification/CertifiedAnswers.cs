using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Compiler.Verification;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Certification;

/// <summary>Holds a model's certificates against answers computed in the formats' own arithmetic.</summary>
internal static class CertifiedAnswers
{
    /// <summary>
    /// The first wrong answer within a certified length, in any format and order of additions; null where there is none. Up to
    /// <paramref name="budget"/> positions a format and order are run: every input where they fit, else boundary and random ones.
    /// </summary>
    public static string? FirstWrong(CompiledModel model, RaspProgram program, bool causal, int budget)
    {
        Manifest manifest = model.Manifest;
        SOp[] exports = [.. manifest.Outputs.Select(o => program.SOp(o.Name))];
        EvaluationPlan plan = new Interpreter(causal).Prepare([.. exports]);
        foreach (ManifestCertificate certificate in manifest.Certificates.Where(c => c.MaxLength > 0))
        {
            RoundedTransformer[] passes =
                [.. Enum.GetValues<Summation>().Select(s => new RoundedTransformer(model, Arithmetic.Of(certificate.Format), s))];
            foreach (VerificationBatch batch in VerificationInputs.For(manifest.Vocabulary.Length, certificate.MaxLength, budget).Batches)
            {
                for (int input = 0; input < batch.Count; input++)
                {
                    int[] ids = batch.Ids[(input * batch.Length)..((input + 1) * batch.Length)];
                    ImmutableArray<Value> tokens = [.. ids.Select(id => manifest.Vocabulary[id])];
                    Assert.True(plan.TryEvaluate(tokens.AsSpan(), out _));
                    Value[][] expected = [.. exports.Select(e => plan[e])];
                    for (int s = 0; s < passes.Length; s++)
                    {
                        Value?[][] answers = passes[s].Run(ids);
                        for (int e = 0; e < exports.Length; e++)
                            for (int p = 0; p < ids.Length; p++)
                                if (answers[e][p] != expected[e][p])
                                    return $"{manifest.Outputs[e].Name}: {certificate.Format} is certified up to {certificate.MaxLength} with margin {certificate.Margin}, but {(Summation)s} gives {answers[e][p]?.ToString() ?? "nothing"} for {expected[e][p]} at {p} of {string.Concat(tokens)}";
                    }
                }
            }
        }

        return null;
    }

    /// <summary>What is true of every model's certificates, whatever the program.</summary>
    public static void AssertWellFormed(Manifest manifest)
    {
        Assert.Equal(["fp32", "fp16", "bf16"], manifest.Certificates.Select(c => c.Format));
        foreach (ManifestCertificate certificate in manifest.Certificates)
        {
            Assert.InRange(certificate.MaxLength, 0, manifest.MaxLength);
            Assert.Equal(certificate.MaxLength == manifest.MaxLength, certificate.Limit is null);
            Assert.InRange(certificate.Margin, certificate.MaxLength == 0 ? 0 : double.Epsilon, certificate.MaxLength == 0 ? 0 : 1);
        }
    }
}
