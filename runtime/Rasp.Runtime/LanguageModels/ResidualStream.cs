using TorchSharp;

namespace Rasp.Runtime.LanguageModels;

/// <summary>Where in a layer the residual stream is seen; TransformerLens's resid_pre, resid_mid and resid_post.</summary>
public enum ResidualSite
{
    /// <summary>Before attention.</summary>
    Pre,

    /// <summary>After attention, before the MLP.</summary>
    Mid,

    /// <summary>After the MLP: what the next layer sees as <see cref="Pre"/>.</summary>
    Post,
}

/// <summary>A place in the residual stream; layers count from 0.</summary>
public readonly record struct HookPoint(int Layer, ResidualSite Site);

/// <summary>
/// Sees the residual stream, [B, T, d], at every point in the order of the computation, and returns what the model goes
/// on with: <paramref name="residual"/> itself, or a replacement of the same shape.
/// </summary>
public delegate torch.Tensor ResidualHook(HookPoint point, torch.Tensor residual);
