using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>Errors as TorchSharp raises them: what libtorch rejects arrives as an <see cref="ExternalException"/>.</summary>
internal static class Errors
{
    internal static ExternalException Torch(string message) => new(message);

    internal static ExternalException Shapes2(string operation, ReadOnlySpan<long> left, ReadOnlySpan<long> right, string why, Exception? cause = null) =>
        new($"{operation}: {why}: {Shapes.Text(left)} and {Shapes.Text(right)}", cause);

    /// <summary>What TorchSharp itself checks, before libtorch sees it.</summary>
    internal static ArgumentException Argument(string operation, string why, ReadOnlySpan<long> left, ReadOnlySpan<long> right) =>
        new($"{operation}: {why}: {Shapes.Text(left)} and {Shapes.Text(right)}");

    internal static ExternalException Type(string operation, torch.ScalarType type) => new($"{operation}: not implemented for {type}");
}
