using TorchSharp.Signatures;

namespace TorchSharp.Managed.Tests.Parity;

/// <summary>What the engine shows is declared by TorchSharp, letter for letter.</summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void Every_type_and_member_is_declared_by_TorchSharp_in_the_same_way()
    {
        var signatures = new TorchSharpSignatures();
        var lines = PublicSurface.Types(typeof(torch).Assembly).SelectMany(PublicSurface.Lines).ToArray();
        var differences = lines.Select(signatures.Difference).OfType<string>().ToArray();
        Assert.True(differences.Length == 0, $"TorchSharp lacks or declares differently:{Environment.NewLine}{string.Join(Environment.NewLine, differences)}");
        Assert.InRange(lines.Length, 1000, signatures.Count);
    }

    [Fact]
    public void A_difference_names_what_TorchSharp_declares_instead()
    {
        var signatures = new TorchSharpSignatures();
        Assert.Null(signatures.Difference("torch.no_grad: public static IDisposable no_grad()"));
        var other = signatures.Difference("torch.Tensor.softmax: public torch.Tensor softmax(int dim)");
        Assert.Contains("TorchSharp: torch.Tensor.softmax: public torch.Tensor softmax(long dim, torch.ScalarType? dtype = null)", other, StringComparison.Ordinal);
        Assert.Contains("nothing of that name", signatures.Difference("torch.Tensor.soft: public void soft()"), StringComparison.Ordinal);
    }
}
