using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Rasp.Compiler.Verification;

/// <summary>What the run found: the verification for the manifest, or the first input on which the weights differ.</summary>
internal sealed record VerificationOutcome(ManifestVerification Verification, ImmutableArray<Value> FailedInput, NamedSOp? Failed, string? Difference);

/// <summary>An export has no value at a position of this input.</summary>
internal sealed class UndefinedException(EvaluationError error, ImmutableArray<Value> input) : Exception(error.Message)
{
    public EvaluationError Error { get; } = error;

    public ImmutableArray<Value> Input { get; } = input;
}

/// <summary>Runs the weights against the interpreter, some batches at a time, and stops at the first input that differs.</summary>
internal static class Verifier
{
    private const int FewPositions = 10_000;

    // The weights are run for so many batches at once: of long inputs, a batch has few of one length.
    private const int BatchesTogether = 64;

    /// <summary>
    /// <paramref name="exports"/> are the model's outputs, in their order; <paramref name="causal"/> is what the program means, not the
    /// mask of the model; the budget is in positions.
    /// </summary>
    /// <exception cref="UndefinedException">The program has no value on one of the inputs.</exception>
    public static VerificationOutcome Verify(CompiledModel model, ImmutableArray<NamedSOp> exports, bool causal, int budget)
    {
        Manifest manifest = model.Manifest;
        VerificationInputs inputs = VerificationInputs.For(manifest.Vocabulary.Length, manifest.MaxLength, budget);
        EvaluationPlan plan = new Interpreter(causal).Prepare([.. exports.Select(e => e.SOp)]);
        int count = 0;
        int positions = 0;
        foreach (VerificationBatch[] batches in inputs.Batches.Chunk(BatchesTogether))
        {
            int[] ids = [.. batches.SelectMany(b => b.Ids)];
            int[] answers = new int[exports.Length * ids.Length];
            model.Answer(ids, [.. batches.SelectMany(b => Enumerable.Repeat(b.Length, b.Count))], answers);
            int answered = 0;
            foreach (VerificationBatch batch in batches)
            {
                Value[] tokens = Array.ConvertAll(batch.Ids, id => manifest.Vocabulary[id]);
                plan.Evaluate(tokens, batch.Count);
                Value[][] expected = [.. exports.Select(e => plan[e.SOp])];
                for (int input = 0; input < batch.Count; input++)
                {
                    count++;
                    positions += batch.Length;
                    Range range = (input * batch.Length)..((input + 1) * batch.Length);
                    if (plan.Error(input) is EvaluationError error) throw new UndefinedException(error, [.. tokens[range]]);
                    for (int e = 0; e < exports.Length; e++)
                    {
                        ReadOnlySpan<int> given = answers.AsSpan((e * ids.Length) + answered, batch.Length);
                        if (Difference(expected[e].AsSpan(range), given, manifest.Outputs[e].Values) is string difference)
                            return new VerificationOutcome(Report(1), [.. tokens[range]], exports[e], difference);
                    }

                    answered += batch.Length;
                }
            }
        }

        return new VerificationOutcome(Report(0), [], null, null);

        ManifestVerification Report(int mismatches) => new(inputs.Exhaustive, count, positions, mismatches, "fp32");
    }

    /// <summary>Runs the interpreter alone, on few inputs: for programs that can hardly have a value.</summary>
    /// <exception cref="UndefinedException">The program has no value on one of the inputs.</exception>
    public static void ThrowIfUndefined(ImmutableArray<NamedSOp> exports, ImmutableArray<Value> vocabulary, int maxLength, bool causal)
    {
        EvaluationPlan plan = new Interpreter(causal).Prepare([.. exports.Select(e => e.SOp)]);
        foreach (VerificationBatch batch in VerificationInputs.For(vocabulary.Length, maxLength, FewPositions).Batches)
        {
            Value[] tokens = Array.ConvertAll(batch.Ids, id => vocabulary[id]);
            plan.Evaluate(tokens, batch.Count);
            for (int input = 0; input < batch.Count; input++)
            {
                if (plan.Error(input) is EvaluationError error)
                    throw new UndefinedException(error, [.. tokens.AsSpan(input * batch.Length, batch.Length)]);
            }
        }
    }

    private static string? Difference(ReadOnlySpan<Value> expected, ReadOnlySpan<int> answers, ImmutableArray<Value> values)
    {
        for (int i = 0; i < expected.Length; i++)
            if (expected[i] != values[answers[i]]) return $"the weights give {values[answers[i]]} at position {i}, the program {expected[i]}";
        return null;
    }
}
