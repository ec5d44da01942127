using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.Injection;

/// <summary>
/// Ridge regression of targets Y, [n, t], on inputs X, [n, d]. With X' = X − x̄ and C = X'ᵀX':
/// <code>
/// Wᵀ = (C + λ·tr(C)/d·I)⁻¹ X'ᵀ(Y − ȳ),  b = ȳ − W·x̄
/// </code>
/// </summary>
internal static class LeastSquares
{
    /// <summary>W as rows, [t, d], and b, [t].</summary>
    public static (Tensor Rows, Tensor Bias) Solve(Tensor inputs, Tensor targets, double ridge)
    {
        long width = inputs.shape[1];
        Tensor inputMean = inputs.mean([0]);
        Tensor targetMean = targets.mean([0]);
        Tensor centred = inputs - inputMean;
        Tensor covariance = centred.t().matmul(centred);
        Tensor variance = (centred * centred).sum() / width;
        Tensor rows = linalg.solve(covariance + (eye(width) * variance * ridge), centred.t().matmul(targets - targetMean)).t();
        return (rows, targetMean - rows.matmul(inputMean));
    }
}
