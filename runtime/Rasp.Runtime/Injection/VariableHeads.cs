using System.Collections.Immutable;
using Rasp.Format;
using Rasp.Runtime.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.Injection;

/// <summary>The heads of all of a program's variables, as they stand before training.</summary>
internal static class VariableHeads
{
    private const double Ridge = 0.01;

    // Least squares gives a choice's targets, 0 and 1, this much distance between logits.
    private const float LogitScale = 4;
    private const int Inputs = 256;

    /// <summary>
    /// One head a variable of the manifest, started where the untrained model already holds it best: by least squares on its
    /// own residual stream.
    /// </summary>
    public static ImmutableArray<VariableHead> Fit(LanguageModel model, Manifest program, Alignment alignment, ImmutableArray<TracedBatch> batches)
    {
        TracedInput[] inputs = [.. batches.SelectMany(batch => batch.Inputs)];
        TaughtVariable[] variables = [.. program.Variables.Select((v, i) => new TaughtVariable(i, v, alignment[v], inputs))];
        VariableHead?[] heads = new VariableHead?[variables.Length];
        foreach (IGrouping<HookPoint, TaughtVariable> place in variables.GroupBy(v => v.Point))
        {
            TaughtVariable[] here = [.. place];
            (float[] rows, float[] bias) = Fit(model, batches, place.Key, here);
            int width = model.Config.HiddenSize;
            for (int v = 0, first = 0; v < here.Length; first += here[v].Outputs, v++)
            {
                int outputs = here[v].Outputs;
                heads[here[v].Index] = new VariableHead(here[v], rows[(first * width)..((first + outputs) * width)], bias[first..(first + outputs)]);
            }
        }

        return [.. heads.OfType<VariableHead>()];
    }

    private static (float[] Rows, float[] Bias) Fit(LanguageModel model, ImmutableArray<TracedBatch> batches, HookPoint point, TaughtVariable[] variables)
    {
        int width = model.Config.HiddenSize;
        float[] target = new float[variables.Sum(v => v.Outputs)];
        LeastSquares regression = new(width, target.Length);
        int used = 0;
        foreach (TracedBatch batch in batches)
        {
            if (used >= Inputs) break;
            used += batch.Inputs.Length;
            using DisposeScope scope = NewDisposeScope();
            using IDisposable frozen = no_grad();
            ExchangingPass pass = new([point], [], null);
            pass.Run(model.forward, batch.Ids(), null);
            float[] residual = pass.Residual(point).contiguous().data<float>().ToArray();
            for (int row = 0; row < batch.Inputs.Length; row++)
            {
                for (int p = 1; p < batch.Length; p++)
                {
                    WriteTarget(variables, batch.Inputs[row], p - 1, target);
                    regression.Add(residual.AsSpan(((row * batch.Length) + p) * width, width), target);
                }
            }
        }

        return regression.Solve(Ridge);
    }

    private static void WriteTarget(TaughtVariable[] variables, TracedInput input, int position, float[] target)
    {
        int at = 0;
        foreach (TaughtVariable variable in variables)
        {
            int value = input.Values[variable.Index][position];
            if (variable.IsNumber) target[at] = variable.Standardised(value);
            else for (int c = 0; c < variable.Outputs; c++) target[at + c] = c == variable.Class(value) ? LogitScale : 0;
            at += variable.Outputs;
        }
    }
}
