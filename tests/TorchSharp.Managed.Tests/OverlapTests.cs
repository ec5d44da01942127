using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests;

/// <summary>In-place updates whose operand shares memory with the target; the outcomes were read off PyTorch 1.13.</summary>
public class OverlapTests
{
    private static readonly Dictionary<string, Action<Tensor>> Refused = new(StringComparer.Ordinal)
    {
        ["sub_ row"] = static x => x.sub_(x[0]),
        ["add_ transposed"] = static x => x.add_(x.t()),
        ["add_ to transposed"] = static x => x.t().add_(x),
        ["add_ scaled"] = static x => x.add_(x.t(), 2),
        ["add_ next rows"] = static x => x[..2].add_(x[1..]),
        ["add_ one row of rank 2"] = static x => x[..1].add_(x[0]),
        ["mul_ element"] = static x => x.mul_(x[0, 0]),
        ["div_ transposed"] = static x => x.div_(x.t()),
        ["div_ floor"] = static x => x.div_(x.t(), RoundingMode.floor),
        ["pow_ row"] = static x => x.pow_(x[0]),
        ["addcmul_ transposed"] = static x => x.addcmul_(x.t(), ones(3, 3), 1),
        ["addcdiv_ transposed"] = static x => x.addcdiv_(ones(3, 3), x.t(), 1),
        ["lerp_ row"] = static x => x.lerp_(x.t(), x[0]),
        ["clamp_ rows"] = static x => x.clamp_(x[0], x[1]),
    };

    public static TheoryData<string> Names => [.. Refused.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_operand_in_another_part_or_layout_of_the_target_is_refused(string name)
    {
        using var scope = NewDisposeScope();
        var x = Nine();
        var message = Assert.Throws<ExternalException>(() => Refused[name](x)).Message;
        Assert.StartsWith(name.Split(' ')[0] + ":", message, StringComparison.Ordinal);
        Assert.Contains("single memory location", message, StringComparison.Ordinal);
        Assert.Contains("3]", message, StringComparison.Ordinal);
        Assert.Equal([0f, 1, 2, 3, 4, 5, 6, 7, 8], x.data<float>().ToArray());
    }

    [Fact]
    public void The_same_elements_in_the_same_layout_are_no_overlap()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([0f, 2, 4, 6, 8, 10, 12, 14, 16], Values(Nine(), static x => x.add_(x)));
        Assert.Equal([0f, 2, 4, 6, 8, 10, 12, 14, 16], Values(Nine(), static x => x.add_(x.view(1, 3, 3)[0])));
        Assert.Equal([0f, 2, 4, 6, 8, 10, 12, 14, 16], Values(Nine(), static x => x.t().add_(x.t())));
        Assert.Equal([0f, 2, 2, 6, 8, 5, 12, 14, 8], Values(Nine(), static x => x[.., ..2].add_(x[.., ..2])));
        Assert.Equal([0f, 0, 0, 0, 0, 0, 0, 0, 0], Values(Nine(), static x => x.sub_(x)));
    }

    [Fact]
    public void Other_elements_of_the_same_memory_are_no_overlap()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([3f, 5, 7, 3, 4, 5, 6, 7, 8], Values(Nine(), static x => x[0].add_(x[1])));
        Assert.Equal([3f, 5, 7, 3, 4, 5, 9, 11, 13], Values(Nine(), static x => x[TensorIndex.Slice(null, null, 2)].add_(x[1..2])));
    }

    [Fact]
    public void An_operand_with_gaps_is_read_before_the_target_is_written()
    {
        // libtorch does not look into these; where it overtakes itself its result depends on the order of the loop.
        using var scope = NewDisposeScope();
        Assert.Equal([0f, 1, 2, 0, 1, 2, 0, 1, 2], Values(Nine(), static x => x.sub_(x[.., ..1])));
        Assert.Equal([0f, 4, 8, 3, 4, 5, 6, 7, 8], Values(Nine(), static x => x[0].add_(x[.., 0])));
        Assert.Equal([1f, 3, 2, 7, 9, 5, 13, 15, 8], Values(Nine(), static x => x[.., ..2].add_(x[.., 1..])));
    }

    private static Tensor Nine() => arange(9, dtype: float32).view(3, 3);

    private static float[] Values(Tensor x, Action<Tensor> update)
    {
        update(x);
        return x.data<float>().ToArray();
    }
}
