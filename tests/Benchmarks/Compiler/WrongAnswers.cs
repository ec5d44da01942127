using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Benchmarks.Compiler;

/// <summary>The compiled model against the interpreter on every length: random inputs and those at the boundaries.</summary>
internal static class WrongAnswers
{
    /// <summary>On how many inputs an answer is wrong at some position, and how many inputs there were.</summary>
    internal static (int Wrong, int Inputs) Count(CompiledModel model, NamedSOp export, int maxLength, int perLength)
    {
        EvaluationPlan plan = new Interpreter(causal: false).Prepare([export.SOp]);
        Random random = new(1);
        (int wrong, int inputs) = (0, 0);
        for (int length = 1; length <= maxLength; length++)
        {
            foreach (ImmutableArray<Value> input in Inputs(model.Manifest.Vocabulary, length, perLength, random))
            {
                if (!plan.TryEvaluate(input.AsSpan(), out EvaluationError? error)) throw new InvalidOperationException($"{export.Name}: {error?.Message}");
                inputs++;
                if (!model.Evaluate(input, export.Name).SequenceEqual(plan[export.SOp])) wrong++;
            }
        }

        return (wrong, inputs);
    }

    private static IEnumerable<ImmutableArray<Value>> Inputs(ImmutableArray<Value> vocabulary, int length, int count, Random random)
    {
        // All alike, in turn forwards and backwards, one that differs at either end.
        yield return [.. Enumerable.Repeat(vocabulary[0], length)];
        yield return [.. Enumerable.Repeat(vocabulary[^1], length)];
        yield return [.. Enumerable.Range(0, length).Select(i => vocabulary[i % vocabulary.Length])];
        yield return [.. Enumerable.Range(0, length).Select(i => vocabulary[^(1 + (i % vocabulary.Length))])];
        yield return [.. Enumerable.Range(0, length).Select(i => vocabulary[i == 0 ? 1 : 0])];
        yield return [.. Enumerable.Range(0, length).Select(i => vocabulary[i == length - 1 ? 1 : 0])];
        for (int i = 0; i < count; i++) yield return [.. random.GetItems(vocabulary.AsSpan(), length)];
    }
}
