using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Rasp.Compiler.Verification;

/// <summary>What the run found: the verification for the manifest, or the first input on which there is none.</summary>
internal sealed record VerificationOutcome(
    ManifestVerification Verification, ImmutableArray<Value> FailedInput, EvaluationError? Error, string? Difference);

/// <summary>Runs the weights against the interpreter, input by input, and stops at the first that differs.</summary>
internal static class Verifier
{
    public static VerificationOutcome Verify(CompiledModel model, SOp export)
    {
        Manifest manifest = model.Manifest;
        VerificationInputs inputs = VerificationInputs.For(manifest.Vocabulary, manifest.MaxLength);
        EvaluationPlan plan = new Interpreter(manifest.Causal).Prepare([export]);
        int count = 0;
        int positions = 0;
        foreach (ImmutableArray<Value> input in inputs.Inputs)
        {
            count++;
            positions += input.Length;
            if (!plan.TryEvaluate(input.AsSpan(), out EvaluationError? error))
                return new VerificationOutcome(Report(0), input, error, null);
            if (Difference(plan[export], model.Evaluate(input)) is string difference)
                return new VerificationOutcome(Report(1), input, null, difference);
        }

        return new VerificationOutcome(Report(0), [], null, null);

        ManifestVerification Report(int mismatches) => new(inputs.Exhaustive, count, positions, mismatches, "fp32");
    }

    private static string? Difference(ReadOnlySpan<Value> expected, ImmutableArray<Value> actual)
    {
        for (int i = 0; i < expected.Length; i++)
            if (expected[i] != actual[i]) return $"the weights give {actual[i]} at position {i}, the program {expected[i]}";
        return null;
    }
}
