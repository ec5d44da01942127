using System.Collections.Immutable;
using Rasp.Runtime.Injection;
using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.Verification;

/// <summary>How often a model gave one of the answers where it was right.</summary>
public sealed record AnswerAccuracy(string Answer, int Inputs, int Correct)
{
    public double Accuracy => Inputs == 0 ? double.NaN : (double)Correct / Inputs;
}

/// <summary>
/// A model's accuracy on a set of inputs, with that on each answer beside it: a model that always says one thing is right
/// whenever that is the answer.
/// </summary>
public sealed record TaskAccuracy(ImmutableArray<AnswerAccuracy> Answers)
{
    public int Inputs => Answers.Sum(a => a.Inputs);

    public double Accuracy => (double)Answers.Sum(a => a.Correct) / Inputs;

    /// <summary>The answer is the largest of all logits, not only of the answers' own.</summary>
    internal static TaskAccuracy Measure(HookedForward model, IEnumerable<TracedBatch> batches, InjectionTask task, TokenTranslator translator)
    {
        int[] inputs = new int[task.Answers.Length];
        int[] correct = new int[task.Answers.Length];
        foreach (TracedBatch batch in batches)
        {
            long[] said = ModelAnswers.Said(model, batch.Ids());
            for (int i = 0; i < said.Length; i++)
            {
                int answer = batch.Inputs[i].Answer;
                inputs[answer]++;
                if (said[i] == translator.AnswerIds[answer]) correct[answer]++;
            }
        }

        return new TaskAccuracy([.. task.Answers.Select((a, i) => new AnswerAccuracy(a.Text, inputs[i], correct[i]))]);
    }
}
