using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Rasp.Runtime.Injection;

/// <summary>
/// The linear map, with bias, that reads one variable from the residual stream where it is taught: [.., d] → its classes'
/// logits or its standardised value. The stream is divided by its own size there before training, so that one learning rate
/// suits every place of every model: residual streams differ in size by orders of magnitude.
/// </summary>
internal sealed class VariableHead
{
    private readonly int width;
    private readonly double scale;

    /// <param name="variable">What it reads.</param>
    /// <param name="rows">[outputs, d], for the stream divided by <paramref name="scale"/>.</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="scale">The root mean square of the stream.</param>
    public VariableHead(TaughtVariable variable, float[] rows, float[] bias, double scale = 1)
    {
        width = rows.Length / variable.Outputs;
        this.scale = scale;
        Variable = variable;
        Weight = new Parameter(tensor(rows, [variable.Outputs, width]).DetachFromDisposeScope());
        Bias = new Parameter(tensor(bias, [variable.Outputs]).DetachFromDisposeScope());
    }

    public TaughtVariable Variable { get; }

    public Parameter Weight { get; }

    public Parameter Bias { get; }

    /// <summary>[.., d] → [.., outputs].</summary>
    public Tensor Read(Tensor residual) => functional.linear(residual / scale, Weight, Bias);

    /// <summary>The weight for the stream as it is, [outputs, d] flattened.</summary>
    public float[] Rows()
    {
        using Tensor rows = (Weight.detach() / scale).cpu();
        return rows.data<float>().ToArray();
    }

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
    public Subspace Span() => Subspace.Span(Rows(), width, centred: !Variable.IsNumber);
}
