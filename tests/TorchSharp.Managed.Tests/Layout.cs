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

    /// <summary>The first line of the first dimension repeated with stride 0: not the same values.</summary>
    Expanded,
}

internal static class Layouts
{
    internal static IEnumerable<Layout> SameValues => Enum.GetValues<Layout>().Where(static layout => layout != Layout.Expanded);

    /// <summary>The tensor seen through other strides: backwards dimensions, gaps between elements, a start inside a larger block, or repeated.</summary>
    internal static Tensor Arrange(this Layout layout, Tensor x) => layout switch
    {
        Layout.Transposed when x.ndim >= 2 => x.transpose(0, -1).contiguous().transpose(0, -1),
        Layout.Strided when x.ndim >= 1 => stack([x, x.roll(1)], -1).select(-1, 0),
        Layout.Offset when x.ndim >= 1 => cat([x, x, x], 0).narrow(0, x.shape[0], x.shape[0]),
        Layout.Expanded when x.ndim >= 1 && x.shape[0] > 1 => x.narrow(0, 0, 1).expand(x.shape),
        _ => x,
    };
}
