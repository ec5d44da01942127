using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests;

/// <summary>How a tensor's values lie in memory.</summary>
internal enum Layout
{
    Contiguous,
    Transposed,
    Strided,
    Offset,
}

internal static class Layouts
{
    /// <summary>The same values seen through other strides: backwards dimensions, gaps between elements, or a start inside a larger block.</summary>
    internal static Tensor Arrange(this Layout layout, Tensor x) => layout switch
    {
        Layout.Transposed when x.ndim >= 2 => x.transpose(0, -1).contiguous().transpose(0, -1),
        Layout.Strided when x.ndim >= 1 => stack([x, x.roll(1)], -1).select(-1, 0),
        Layout.Offset when x.ndim >= 1 => cat([x, x, x], 0).narrow(0, x.shape[0], x.shape[0]),
        _ => x,
    };
}
