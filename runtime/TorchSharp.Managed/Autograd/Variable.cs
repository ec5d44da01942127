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

    private int handles;

    // The version of this gradient's memory when it was made all zeros; −1 when it never was. Another gradient starts anew: its
    // memory may have any version.
    private int zeroVersion = -1;

    internal void AddHandle() => Interlocked.Increment(ref handles);

    /// <summary>The last tensor that shows a gradient takes it with it.</summary>
    internal void ReleaseHandle()
    {
        if (Interlocked.Decrement(ref handles) == 0) SetGradient(null);
    }

    /// <summary>Replaces the gradient, giving the old one's memory back.</summary>
    internal void SetGradient(torch.Tensor? gradient)
    {
        var old = Gradient;
        Gradient = gradient;
        zeroVersion = -1;
        old?.Dispose();
    }

    /// <summary>Makes the gradient, if there is one, zero.</summary>
    internal void ClearGradient()
    {
        if (Gradient is not { } gradient) return;
        gradient.Fill(0);
        zeroVersion = gradient.Storage.Version;
    }

    /// <summary>Adds a gradient that the caller owns and hands over.</summary>
    internal void Accumulate(torch.Tensor gradient)
    {
        // Zeros that nobody else sees need not be added to.
        if (Gradient is { IsSoleOwner: true } zeros && zeros.Storage.Version == zeroVersion) SetGradient(null);
        if (Gradient is { } sum)
        {
            sum.AddInPlace(gradient);
            gradient.Dispose();
        }
        else if (gradient.IsSoleOwner) SetGradient(gradient);
        else
        {
            SetGradient(gradient.ContiguousCopy());
            gradient.Dispose();
        }
    }
}
