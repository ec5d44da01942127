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
        HookPoint[] points = [.. variables.Select(v => v.Point).Distinct()];
        VariableHead?[] heads = new VariableHead?[variables.Length];
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        TracedBatch[] sample = [.. batches.Take(Math.Max(1, Inputs / batches[0].Inputs.Length))];
        ExchangingPass[] passes = [.. sample.Select(_ => new ExchangingPass(points, [], null))];
        for (int i = 0; i < sample.Length; i++) passes[i].Run(model.forward, sample[i].Ids(), null);
        foreach (HookPoint point in points)
        {
            TaughtVariable[] here = [.. variables.Where(v => v.Point == point)];
            Tensor stream = cat([.. sample.Select((batch, i) => passes[i].Residual(point).narrow(1, 1, batch.Length - 1).reshape(-1, model.Config.HiddenSize))], 0);
            double scale = Math.Sqrt((stream * stream).mean().item<float>());
            Tensor targets = tensor([.. sample.SelectMany(batch => batch.Inputs).SelectMany(input => Targets(here, input))], [stream.shape[0], here.Sum(v => v.Outputs)]);
            (Tensor rows, Tensor bias) = LeastSquares.Solve(stream / scale, targets, Ridge);
            int first = 0;
            foreach (TaughtVariable variable in here)
            {
                heads[variable.Index] = new VariableHead(
                    variable, Numbers(rows.narrow(0, first, variable.Outputs)), Numbers(bias.narrow(0, first, variable.Outputs)), scale);
                first += variable.Outputs;
            }
        }

        return [.. heads.OfType<VariableHead>()];
    }

    private static float[] Numbers(Tensor tensor) => tensor.contiguous().data<float>().ToArray();

    /// <summary>The targets of every position of an input, [T − 1, outputs] flattened.</summary>
    private static IEnumerable<float> Targets(TaughtVariable[] variables, TracedInput input)
    {
        for (int p = 0; p < input.Prompt.Tokens.Length; p++)
        {
            foreach (TaughtVariable variable in variables)
            {
                int value = input.Values[variable.Index][p];
                if (variable.IsNumber) yield return variable.Standardised(value);
                else for (int c = 0; c < variable.Outputs; c++) yield return c == variable.Class(value) ? LogitScale : 0;
            }
        }
    }
}
