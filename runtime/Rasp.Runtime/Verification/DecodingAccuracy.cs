using Rasp.Runtime.Injection;
using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.Verification;

/// <summary>
/// How often a variable's value is read right from the residual stream, over all positions of all inputs but BOS.
/// </summary>
/// <param name="Inputs">Held-out inputs.</param>
/// <param name="Positions">Their positions.</param>
/// <param name="Accuracy">The share of positions at which the head gives the program's value.</param>
/// <param name="Majority">The same for a reader that sees only the position, and says what is most frequent there.</param>
public sealed record DecodingAccuracy(int Inputs, int Positions, double Accuracy, double Majority)
{
    internal static DecodingAccuracy Measure(HookedForward model, IReadOnlyCollection<TracedBatch> batches, VariableHead head)
    {
        int correct = 0;
        int positions = 0;
        Dictionary<(int Position, int Value), int> seen = [];
        foreach (TracedBatch batch in batches)
        {
            float[] outputs = Outputs(model, batch, head);
            int width = head.Variable.Outputs;
            int length = batch.Length - 1;
            for (int row = 0; row < batch.Inputs.Length; row++)
            {
                int[] values = batch.Inputs[row].Values[head.Variable.Index];
                for (int p = 0; p < length; p++, positions++)
                {
                    if (head.Variable.Decode(outputs.AsSpan(((row * length) + p) * width, width), p) == values[p]) correct++;
                    seen[(p, values[p])] = seen.GetValueOrDefault((p, values[p])) + 1;
                }
            }
        }

        int majority = seen.GroupBy(s => s.Key.Position).Sum(g => g.Max(s => s.Value));
        return new DecodingAccuracy(batches.Sum(b => b.Inputs.Length), positions, (double)correct / positions, (double)majority / positions);
    }

    /// <summary>The head's outputs, [B, T − 1, outputs] flattened.</summary>
    private static float[] Outputs(HookedForward model, TracedBatch batch, VariableHead head)
    {
        using DisposeScope scope = NewDisposeScope();
        using (no_grad())
        {
            ExchangingPass pass = new([head.Variable.Point], [], null);
            pass.Run(model, batch.Ids(), null);
            return head.Read(pass.Residual(head.Variable.Point).narrow(1, 1, batch.Length - 1)).contiguous().data<float>().ToArray();
        }
    }
}
