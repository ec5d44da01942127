using System.Collections.Immutable;
using Rasp.Runtime.Injection;
using Rasp.Runtime.LanguageModels;
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
    /// <summary>One accuracy for each head.</summary>
    internal static ImmutableArray<DecodingAccuracy> Measure(HookedForward model, IReadOnlyCollection<TracedBatch> batches, IReadOnlyList<VariableHead> heads)
    {
        Count[] counts = [.. heads.Select(_ => new Count())];
        HookPoint[] points = [.. heads.Select(h => h.Variable.Point).Distinct()];
        foreach (TracedBatch batch in batches)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable frozen = no_grad();
            ExchangingPass pass = new(points, [], null);
            pass.Run(model, batch.Ids(), null);
            for (int i = 0; i < heads.Count; i++)
            {
                Tensor residual = pass.Residual(heads[i].Variable.Point).narrow(1, 1, batch.Length - 1);
                counts[i].Add(batch, heads[i].Variable, heads[i].Read(residual).contiguous().data<float>().ToArray());
            }
        }

        int inputs = batches.Sum(b => b.Inputs.Length);
        return [.. counts.Select(count => new DecodingAccuracy(inputs, count.Positions, (double)count.Correct / count.Positions, (double)count.Majority / count.Positions))];
    }

    private sealed class Count
    {
        private readonly Dictionary<(int Position, int Value), int> seen = [];

        public int Correct { get; private set; }

        public int Positions { get; private set; }

        public int Majority => seen.GroupBy(s => s.Key.Position).Sum(g => g.Max(s => s.Value));

        /// <param name="batch">Traced inputs.</param>
        /// <param name="variable">What is read.</param>
        /// <param name="outputs">The head's outputs, [B, T − 1, outputs] flattened.</param>
        public void Add(TracedBatch batch, TaughtVariable variable, float[] outputs)
        {
            int width = variable.Outputs;
            int length = batch.Length - 1;
            for (int row = 0; row < batch.Inputs.Length; row++)
            {
                int[] values = batch.Inputs[row].Values[variable.Index];
                for (int p = 0; p < length; p++)
                {
                    if (variable.Decode(outputs.AsSpan(((row * length) + p) * width, width), p) == values[p]) Correct++;
                    seen[(p, values[p])] = seen.GetValueOrDefault((p, values[p])) + 1;
                }
            }

            Positions += batch.Inputs.Length * length;
        }
    }
}
