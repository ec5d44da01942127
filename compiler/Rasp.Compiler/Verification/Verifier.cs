using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Rasp.Compiler.Verification;

/// <summary>What the run found: the verification for the manifest, or the first input on which there is none.</summary>
internal sealed record VerificationOutcome(
    ManifestVerification Verification, ImmutableArray<Value> FailedInput, EvaluationError? Error, NamedSOp? Failed, string? Difference);

/// <summary>Runs the weights against the interpreter, input by input, and stops at the first that differs.</summary>
internal static class Verifier
{
    /// <summary><paramref name="causal"/> is what the program means, not the mask of the model; the budget is in positions.</summary>
    public static VerificationOutcome Verify(CompiledModel model, ImmutableArray<NamedSOp> exports, bool causal, int budget)
    {
        Manifest manifest = model.Manifest;
        VerificationInputs inputs = VerificationInputs.For(manifest.Vocabulary, manifest.MaxLength, budget);
        EvaluationPlan plan = new Interpreter(causal).Prepare([.. exports.Select(e => e.SOp)]);
        int count = 0;
        int positions = 0;
        foreach (ImmutableArray<Value> input in inputs.Inputs)
        {
            count++;
            positions += input.Length;
            if (!plan.TryEvaluate(input.AsSpan(), out EvaluationError? error))
                return new VerificationOutcome(Report(0), input, error, null, null);
            foreach (NamedSOp export in exports)
                if (Difference(plan[export.SOp], model.Evaluate(input, export.Name)) is string difference)
                    return new VerificationOutcome(Report(1), input, null, export, difference);
        }

        return new VerificationOutcome(Report(0), [], null, null, null);

        ManifestVerification Report(int mismatches) => new(inputs.Exhaustive, count, positions, mismatches, "fp32");
    }

    private static string? Difference(ReadOnlySpan<Value> expected, ImmutableArray<Value> actual)
    {
        for (int i = 0; i < expected.Length; i++)
            if (expected[i] != actual[i]) return $"the weights give {actual[i]} at position {i}, the program {expected[i]}";
        return null;
    }
}
