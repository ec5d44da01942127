namespace TorchSharp;

/// <summary>What autograd knows of a tensor; shared by every handle to it.</summary>
internal sealed class Variable
{
    /// <summary>The operation that made the tensor; null for a leaf.</summary>
    internal Node? Source;

    /// <summary>Where a leaf's gradient is collected.</summary>
    internal Node? Leaf;

    internal bool RequiresGrad;

    internal bool RetainsGrad;

    /// <summary>True when the tensor is a view of another one in a graph.</summary>
    internal bool IsView;

    internal torch.Tensor? Gradient { get; private set; }

    /// <summary>Replaces the gradient, giving the old one's memory back.</summary>
    internal void SetGradient(torch.Tensor? gradient)
    {
        var old = Gradient;
        Gradient = gradient;
        old?.Dispose();
    }

    /// <summary>Adds a gradient that the caller owns and hands over.</summary>
    internal void Accumulate(torch.Tensor gradient)
    {
        if (Gradient is { } sum)
        {
            sum.AddInPlace(gradient);
            gradient.Dispose();
        }
        else if (gradient.IsSoleOwner) Gradient = gradient;
        else
        {
            Gradient = gradient.ContiguousCopy();
            gradient.Dispose();
        }
    }
}
