using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests;

/// <summary>Functions, modules and files whose results are known by hand.</summary>
public sealed class FunctionTests
{
    private sealed record Row(string Name, Func<Tensor> Apply, double[] Values, long[] Shape);

    private static readonly Row[] Rows =
    [
        new("prod", static () => tensor(new double[] { 2, 3, 5, 7, 11 }).prod(), [2310], []),
        new("prod of integers", static () => tensor(new int[,] { { 2, 3 }, { 5, 7 } }).prod(1, keepdim: true), [6, 35], [2, 1]),
        new("prod of nothing", static () => zeros(0, 2).prod(0L), [1, 1], [2]),
        new("cumprod", static () => tensor(new double[] { 1, 2, 3, 4, 5 }).cumprod(0), [1, 2, 6, 24, 120], [5]),
        new("trace", static () => tensor(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }).trace(), [6], []),
        new("baddbmm", static () => ones(1, 1, 1).baddbmm(full(1, 1, 2, 3f), full(1, 2, 1, 4f), beta: 2, alpha: 0.5f), [14], [1, 1, 1]),
        new("hstack of vectors", static () => hstack(ones(2), zeros(1)), [1, 1, 0], [3]),
        new("hstack of matrices", static () => hstack(ones(2, 1), zeros(2, 1)), [1, 0, 1, 0], [2, 2]),
        new("vstack", static () => vstack([ones(2), zeros(2)]), [1, 1, 0, 0], [2, 2]),
        new("movedim", static () => movedim(arange(6, dtype: float64).reshape(1, 2, 3), 2, 0), [0, 3, 1, 4, 2, 5], [3, 1, 2]),
        new("roll of two dimensions", static () => arange(4, dtype: float64).reshape(2, 2).roll((1, 1), (0, 1)), [3, 2, 1, 0], [2, 2]),
        new("count_nonzero", static () => tensor(new double[,] { { 1, 0 }, { 2, 3 } }).count_nonzero([1]), [1, 2], [2]),
        new("isclose", static () => tensor(new[] { 1, double.PositiveInfinity, double.NaN, 2 }).isclose(tensor(new[] { 1 + 1e-9, double.PositiveInfinity, double.NaN, 2.1 })), [1, 1, 0, 0], [4]),
        new("isclose, NaN", static () => tensor(new[] { double.NaN, double.PositiveInfinity }).isclose(tensor(new[] { double.NaN, 1 }), nanEqual: true), [1, 0], [2]),
        new("where", static () => cat(torch.where(tensor(new[,] { { false, true }, { true, false } })), 0), [0, 1, 1, 0], [4]),
        new("var of two dimensions", static () => tensor(new double[,,] { { { 1, 2 }, { 3, 4 } } }).var((1, 2), unbiased: false), [1.25], [1]),
        new("std", static () => std(tensor(new double[,] { { 1, 3 }, { 2, 6 } }), 1, unbiased: false), [1, 2], [2]),
        new("lerp_", static () => zeros(2, float64).lerp_(ones(2, float64), full(2, 0.25, float64)), [0.25, 0.25], [2]),
        new("pow_", static () => full(2, 3.0, float64).pow_(tensor(new double[] { 2, 3 })), [9, 27], [2]),
        new("six indices", static () => arange(64, dtype: float64).reshape(2, 2, 2, 2, 2, 2)[1, 0, 1, 0, 1, 1], [43], []),
        new("new_zeros", static () => ones(1, int64).new_zeros(1, 2), [0, 0], [1, 2]),
        new("Sequential", static () => nn.Sequential(nn.Identity(), nn.ReLU(), nn.Softmax(0)).call(tensor(new double[] { -1, 0 })), [0.5, 0.5], [2]),
        new("LogSoftmax", static () => nn.LogSoftmax(0).call(zeros(2, float64)), [-Math.Log(2), -Math.Log(2)], [2]),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(static r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_by_hand(string name)
    {
        using var scope = NewDisposeScope();
        var row = Rows.Single(r => r.Name == name);
        var result = row.Apply();
        Assert.Equal(row.Shape, result.shape);
        // Sums of at most five exact values in float32 or better.
        foreach (var (expected, actual) in row.Values.Zip(result.to(float64).data<double>())) Assert.Equal(expected, actual, 1e-12);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Bool)]
    public void A_saved_tensor_is_loaded_as_it_was(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var original = arange(6, dtype: float64).sub(2).reshape(2, 3).to(type).t();
        using var file = new MemoryStream();
        var writer = new BinaryWriter(file);
        original.Save(writer);
        Assert.Equal(3 + 1 + original.numel() * original.element_size(), file.Length);
        file.Position = 0;
        var loaded = TensorExtensionMethods.Load(new BinaryReader(file));
        Assert.Equal(type, loaded.dtype);
        Assert.True(loaded.to(float64).allclose(original.to(float64), 0, 0));
        file.Position = 0;
        var target = zeros_like(original);
        target.Load(new BinaryReader(file));
        Assert.True(target.to(float64).allclose(original.to(float64), 0, 0));
        file.Position = 0;
        Assert.Throws<ArgumentException>(() => zeros(3, 3, type).Load(new BinaryReader(file)));
        file.Position = 0;
        Assert.Throws<ArgumentException>(() => zeros([3, 2], float64).Load(new BinaryReader(file)));
        file.Position = 0;
        file.SetLength(file.Length - 1);
        Assert.Throws<EndOfStreamException>(() => TensorExtensionMethods.Load(new BinaryReader(file)));
        Assert.Throws<InvalidDataException>(() => TensorExtensionMethods.Load(new BinaryReader(new MemoryStream([200, 1, 2]))));
    }

    [Fact]
    public void Hooks_run_in_order_until_removed()
    {
        using var module = nn.Identity();
        List<string> seen = [];
        var pre = module.register_forward_pre_hook(_ => seen.Add("look before"));
        module.register_forward_pre_hook((_, x) =>
        {
            seen.Add("before");
            return x + 1;
        });
        var post = module.register_forward_hook(_ => seen.Add("look after"));
        module.register_forward_hook((_, _, y) =>
        {
            seen.Add("after");
            return y * 2;
        });
        using var one = ones(1);
        Assert.Equal(4, module.call(one).item<float>());
        Assert.Equal(["look before", "before", "look after", "after"], seen);
        pre.remove();
        post.remove();
        seen.Clear();
        module.call(one);
        Assert.Equal(["before", "after"], seen);
    }

    [Fact]
    public void A_sequence_names_its_modules_and_has_their_parameters()
    {
        using var model = nn.Sequential(("first", nn.Linear(2, 3)), ("second", nn.Linear(3, 1, hasBias: false)));
        Assert.Equal(["first.weight", "first.bias", "second.weight"], model.named_parameters().Select(static p => p.name));
        Assert.Equal(2, model.Count);
        using var numbered = nn.Sequential(nn.Linear(2, 2), nn.ReLU());
        Assert.Equal(["0", "1"], numbered.named_children().Select(static c => c.name));
        Assert.Equal(float16, numbered.half().parameters().First().dtype);
    }

    [Fact]
    public void BFloat16_is_the_rounded_upper_half_of_a_float()
    {
        // 8 bits of precision: 257 lies halfway between 256 and 258, 259 between 258 and 260; halves go to the even neighbour.
        Assert.Equal([256f, 260f, -1f, 3.140625f], ((float[])[257, 259, -1, 3.14159f]).Select(static f => new BFloat16(f).ToSingle()));
        Assert.Equal(BFloat16.PositiveInfinity, (BFloat16)double.MaxValue);
        Assert.True(BFloat16.IsNaN(BFloat16.Zero / BFloat16.Zero));
        Assert.Equal(new BFloat16(1.5f), BFloat16.One + new BFloat16(0.5f));
        Assert.True(BFloat16.MinValue < -BFloat16.Epsilon && BFloat16.Epsilon > BFloat16.Zero);
        using var x = tensor([new BFloat16(0.5f), new BFloat16(-2)]);
        Assert.Equal(bfloat16, x.dtype);
        Assert.Equal([0.5f, -2], x.to(float32).data<float>().ToArray());
        Assert.Equal(new BFloat16(-2), x[1].item<BFloat16>());
        Assert.Equal([0.25f, -1], x.data<BFloat16>().Select(static b => (b / new BFloat16(2)).ToSingle()));
        Assert.Equal(new BFloat16(0.5f), x[0].ToBFloat16());
    }

    [Fact]
    public void Loss_modules_are_their_functions()
    {
        using var scope = NewDisposeScope();
        var logits = zeros(2, 4, float64);
        var classes = tensor(new long[] { 1, 3 });
        Assert.Equal(Math.Log(4), nn.CrossEntropyLoss().call(logits, classes).ToDouble(), 1e-12);
        Assert.Equal(2 * Math.Log(4), nn.CrossEntropyLoss(reduction: nn.Reduction.Sum).call(logits, classes).ToDouble(), 1e-12);
        Assert.Equal(Math.Log(4), nn.CrossEntropyLoss(ignore_index: 3).call(logits, classes).ToDouble(), 1e-12);
        Assert.Equal(2.5, nn.MSELoss().call(tensor(new double[] { 1, 2 }), tensor(new double[] { 2, 4 })).ToDouble(), 1e-12);
        // ½ · ln(½ / ¼) + ½ · ln(½ / ¾).
        var kl = nn.KLDivLoss(log_target: false, nn.Reduction.Sum).call(tensor([Math.Log(0.25), Math.Log(0.75)]), full(2, 0.5, float64));
        Assert.Equal(0.5 * Math.Log(2) + 0.5 * Math.Log(2.0 / 3), kl.ToDouble(), 1e-12);
    }

    [Fact]
    public void Gradients_of_several_outputs_add_up()
    {
        using var x = tensor(new double[] { 1, 2 }, requires_grad: true);
        var square = x * x;
        autograd.backward([square.sum(), (square * 3).sum()]);
        Assert.Equal([8.0, 16], x.grad?.data<double>().ToArray() ?? []);
    }

    [Fact]
    public void A_device_that_is_not_there_is_refused()
    {
        using var x = zeros(1);
        Assert.Contains("cuda", Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => x.to(CUDA)).Message, StringComparison.Ordinal);
        Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => nn.Identity().to("cuda:0"));
        Assert.Equal(DeviceType.CPU, x.to("cpu").device_type);
    }
}
