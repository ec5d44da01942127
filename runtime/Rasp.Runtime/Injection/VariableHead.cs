using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Rasp.Runtime.Injection;

/// <summary>
/// The linear map, with bias, that reads one variable from the residual stream where it is taught: [.., d] → its classes'
/// logits or its standardised value.
/// </summary>
internal sealed class VariableHead
{
    private readonly int width;

    /// <param name="variable">What it reads.</param>
    /// <param name="rows">[outputs, d].</param>
    /// <param name="bias">[outputs].</param>
    public VariableHead(TaughtVariable variable, float[] rows, float[] bias)
    {
        width = rows.Length / variable.Outputs;
        Variable = variable;
        Weight = new Parameter(tensor(rows, [variable.Outputs, width]).DetachFromDisposeScope());
        Bias = new Parameter(tensor(bias, [variable.Outputs]).DetachFromDisposeScope());
    }

    public TaughtVariable Variable { get; }

    public Parameter Weight { get; }

    public Parameter Bias { get; }

    /// <summary>[.., d] → [.., outputs].</summary>
    public Tensor Read(Tensor residual) => functional.linear(residual, Weight, Bias);

    /// <summary>
    /// Cross-entropy of a choice, mean squared error of a number, over all positions but BOS; <paramref name="residual"/> is
    /// [B, T, d].
    /// </summary>
    public Tensor Loss(Tensor residual, TracedBatch batch)
    {
        Tensor outputs = Read(residual.narrow(1, 1, batch.Length - 1)).reshape(-1, Variable.Outputs);
        return Variable.IsNumber
            ? functional.mse_loss(outputs.squeeze(-1), batch.Numbers(Variable))
            : functional.cross_entropy(outputs, batch.Classes(Variable));
    }

    /// <summary>The directions that this head reads; what an exchange of the variable exchanges.</summary>
    public Subspace Span()
    {
        using Tensor rows = Weight.detach().cpu();
        return Subspace.Span(rows.data<float>().ToArray(), width, centred: !Variable.IsNumber);
    }
}
