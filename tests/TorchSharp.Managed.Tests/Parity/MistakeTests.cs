using System.Runtime.InteropServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Managed.Tests.Parity;

/// <summary>
/// Mistakes of shape and type: what libtorch refuses is an <see cref="ExternalException"/>, what TorchSharp 0.107 checks itself an
/// <see cref="ArgumentException"/> or what its source says, and the message names the operation and the shapes.
/// </summary>
public sealed class MistakeTests
{
    private sealed record Row(string Name, Type Exception, Action Mistake, params string[] Message);

    private static readonly Row[] Rows =
    [
        Torch("matmul, inner sizes", static () => zeros(2, 3).matmul(zeros(4, 5)), "matmul", "[2, 3]", "[4, 5]"),
        Torch("matmul, batched inner sizes", static () => zeros(7, 2, 3).matmul(zeros(7, 4, 5)), "matmul", "[7, 2, 3]", "[7, 4, 5]"),
        Torch("matmul, batch sizes", static () => zeros(2, 2, 3).matmul(zeros(3, 3, 5)), "matmul", "[2]", "[3]"),
        Torch("matmul, types", static () => zeros(2, 3).matmul(zeros(3, 4, float64)), "matmul", "[2, 3]", "[3, 4]", "Float64"),
        Torch("matmul, scalar", static () => zeros(2, 3).matmul(tensor(1f)), "matmul", "[2, 3]", "[]"),
        Torch("mm", static () => zeros(2, 3, 4).mm(zeros(4, 5)), "mm", "[2, 3, 4]", "[4, 5]"),
        Torch("bmm, batch sizes", static () => zeros(2, 3, 4).bmm(zeros(3, 4, 5)), "bmm", "[2, 3, 4]", "[3, 4, 5]"),
        Torch("mv", static () => zeros(2, 3).mv(zeros(2)), "m", "[2, 3]", "[2]"),
        Torch("dot, sizes", static () => zeros(2).dot(zeros(3)), "dot", "[2]", "[3]"),
        Torch("dot, types", static () => zeros(2).dot(zeros(2, float64)), "dot", "[2]", "Float64"),
        Torch("addmm", static () => zeros(2, 2).addmm(zeros(2, 3), zeros(4, 2)), "mm", "[2, 3]", "[4, 2]"),
        Torch("add", static () => zeros(2, 3).add(zeros(2, 4)), "add", "[2, 3]", "[2, 4]"),
        Torch("sub", static () => zeros(2, 3) - zeros(4), "sub", "[2, 3]", "[4]"),
        Torch("mul", static () => zeros(5, 1, 3) * zeros(4, 2), "mul", "[5, 1, 3]", "[4, 2]"),
        Torch("div", static () => zeros(2) / zeros(3), "div", "[2]", "[3]"),
        Torch("maximum", static () => zeros(2).maximum(zeros(3)), "maximum", "[2]", "[3]"),
        Torch("pow", static () => zeros(2).pow(zeros(3)), "pow", "[2]", "[3]"),
        Torch("eq", static () => zeros(2).eq(zeros(3)), "eq", "[2]", "[3]"),
        Torch("add_, target too small", static () => zeros(3).add_(zeros(2, 3)), "add_", "[3]", "[2, 3]"),
        Torch("add_, type", static () => ones(3, int64).add_(zeros(3)), "Float32", "Int64", "[3]"),
        Torch("mul_, scalar type", static () => ones(3, int64).mul_(0.5), "mul_", "Float32", "Int64"),
        Torch("div_, integers", static () => ones(3, int64).div_(ones(3, int64)), "Float32", "Int64", "[3]"),
        Torch("add_, leaf", static () => ones(3, requires_grad: true).add_(1), "in-place", "leaf"),
        Torch("copy_", static () => zeros(2, 3).copy_(zeros(3, 2)), "copy_", "[2, 3]", "[3, 2]"),
        Torch("div, integers by zero", static () => ones(2, 3, int64).div(zeros(3, int64), RoundingMode.trunc), "div", "[2, 3]", "[3]"),
        Torch("div, smallest by -1", static () => full(2, long.MinValue, int64).div(tensor(-1L), RoundingMode.trunc), "div", "[2]", "[]"),
        Torch("div_, integers by zero", static () => ones(2, int64).div_(0, RoundingMode.floor), "div", "[2]", "[]"),
        Torch("floor_divide, integers by zero", static () => ones(2, int32).floor_divide(zeros(2, int32)), "div", "[2]"),
        Torch("remainder, integers by zero", static () => ones(2, int64).remainder(0), "remainder", "[2]", "[]"),
        Torch("view, count", static () => zeros(2, 3).view(4, 2), "view", "[4, 2]", "[2, 3]"),
        Torch("view, strides", static () => zeros(2, 3).t().view(6), "view", "[6]", "[3, 2]"),
        Torch("reshape", static () => zeros(2, 3).reshape(-1, 4), "reshape", "[-1, 4]", "[2, 3]"),
        Torch("reshape, two unknown", static () => zeros(2, 3).reshape(-1, -1), "reshape", "[-1, -1]", "[2, 3]"),
        Torch("expand", static () => zeros(2, 3).expand(2, 4), "expand", "[2, 4]", "[2, 3]"),
        Torch("expand, fewer dimensions", static () => zeros(2, 3).expand(3), "expand", "[3]", "[2, 3]"),
        Torch("permute", static () => zeros(2, 3).permute(0, 0), "permute", "[0, 0]", "[2, 3]"),
        Torch("transpose, dimension", static () => zeros(2, 3).transpose(0, 2), "transpose", "2", "[2, 3]"),
        Torch("unsqueeze, dimension", static () => zeros(2, 3).unsqueeze(4), "unsqueeze", "4", "[2, 3]"),
        Torch("squeeze, dimension", static () => zeros(2, 3).squeeze(-3), "squeeze", "-3", "[2, 3]"),
        Torch("repeat", static () => zeros(2, 3).repeat(2), "repeat", "[2]", "[2, 3]"),
        Torch("flip, dimension", static () => zeros(2, 3).flip(2), "flip", "2", "[2, 3]"),
        Torch("roll, lengths", static () => zeros(2, 3).roll([1, 2], [0]), "roll", "[1, 2]", "[0]"),
        Torch("narrow", static () => zeros(2, 3).narrow(1, 2, 2), "narrow", "[2, 3]"),
        Torch("select", static () => zeros(2, 3).select(0, 2), "select", "2", "[2, 3]"),
        Torch("index, too many", static () => zeros(2, 3)[0, 0, 0], "select"),
        Torch("index, out of range", static () => zeros(2, 3)[tensor(new long[] { 0, 2 })], "index", "2", "[2, 3]", "[2]"),
        Torch("index, mask", static () => zeros(2, 3)[tensor(new[] { true, false, true })], "index", "[3]", "[2, 3]"),
        Torch("index, type", static () => zeros(2, 3)[tensor(new[] { 0.5f })], "index", "Float32", "[2, 3]", "[1]"),
        Torch("index_put_, type", static () => zeros(3).index_put_(zeros(1, float64), tensor(new long[] { 1 })), "index_put_", "Float64", "[3]", "[1]"),
        Torch("cat, sizes", static () => cat([zeros(2, 3), zeros(2, 4)], 0), "cat", "[2, 3]", "[2, 4]"),
        Torch("cat, dimensions", static () => cat([zeros(2, 3), zeros(3)], 0), "cat", "[2, 3]", "[3]"),
        Torch("stack", static () => stack([zeros(2), zeros(3)]), "stack", "[2]", "[3]"),
        Torch("split, sizes", static () => zeros(5).split([2, 2]), "split", "[2, 2]", "[5]"),
        Torch("chunk", static () => zeros(5).chunk(0), "chunk", "0"),
        Torch("gather, index type", static () => zeros(2, 3).gather(1, zeros(2, 1, int32)), "gather", "Int32", "[2, 3]", "[2, 1]"),
        Torch("gather, out of range", static () => zeros(2, 3).gather(1, full(2, 1, 3, int64)), "gather", "3", "[2, 3]", "[2, 1]"),
        Torch("gather, dimensions", static () => zeros(2, 3).gather(1, zeros(2, int64)), "gather", "[2, 3]", "[2]"),
        Torch("scatter, type", static () => zeros(2, 3).scatter(1, zeros(2, 1, int64), zeros(2, 1, float64)), "scatter", "Float64", "[2, 3]", "[2, 1]"),
        Torch("scatter, source", static () => zeros(2, 3).scatter(1, zeros(2, 2, int64), zeros(2, 1)), "scatter", "[2, 2]", "[2, 1]"),
        Torch("index_select, out of range", static () => zeros(2, 3).index_select(0, tensor(new long[] { 2 })), "index_select", "2", "[2, 3]", "[1]"),
        Torch("index_select, matrix", static () => zeros(2, 3).index_select(0, zeros(1, 1, int64)), "index_select", "[2, 3]", "[1, 1]"),
        Torch("index_select, type", static () => zeros(2, 3).index_select(0, zeros(1)), "index_select", "Float32", "[2, 3]", "[1]"),
        Torch("index_copy, source", static () => zeros(2, 3).index_copy(0, zeros(1, int64), zeros(1, 4)), "index_copy", "[2, 3]", "[1, 4]"),
        Torch("masked_fill, type", static () => zeros(2, 3).masked_fill(zeros(2, 3), 1), "masked_fill", "Float32", "[2, 3]"),
        Torch("masked_fill, sizes", static () => zeros(2, 3).masked_fill(zeros(2, 2, @bool), 1), "masked_fill", "[2, 2]", "[2, 3]"),
        Torch("where, sizes", static () => where(zeros(2, @bool), zeros(3), zeros(3)), "where", "[2]", "[3]"),
        Torch("sum, dimension", static () => zeros(2, 3).sum(2), "sum", "2", "[2, 3]"),
        Torch("mean, integers", static () => ones(2, 3, int64).mean(), "mean", "Int64", "[2, 3]"),
        Torch("argmax, empty", static () => zeros(0, 3).argmax(0), "argmax", "[0, 3]"),
        Torch("topk", static () => zeros(2, 3).topk(4), "topk", "4", "[2, 3]"),
        Torch("cumsum, dimension", static () => zeros(2, 3).cumsum(-3), "cumsum", "-3", "[2, 3]"),
        Torch("softmax, dimension", static () => zeros(2, 3).softmax(2), "softmax", "2", "[2, 3]"),
        Torch("linear", static () => F.linear(zeros(2, 3), zeros(5, 4)), "linear", "[2, 3]", "[5, 4]"),
        Torch("linear, bias", static () => F.linear(zeros(2, 3), zeros(5, 3), zeros(4)), "linear", "[5, 3]", "[4]"),
        Torch("linear, type", static () => nn.Linear(3, 5).forward(zeros(2, 3, float64)), "linear", "Float64", "[2, 3]", "[5, 3]"),
        Torch("linear, bias type", static () => F.linear(zeros(2, 3), zeros(5, 3), zeros(5, float64)), "linear", "Float64", "[5, 3]", "[5]"),
        Torch("embedding, out of range", static () => nn.Embedding(4, 2).forward(tensor(new long[] { 1, 4 })), "embedding", "4", "[4, 2]", "[2]"),
        Torch("embedding, negative", static () => nn.Embedding(4, 2).forward(tensor(new long[] { -1 })), "embedding", "-1", "[4, 2]", "[1]"),
        Torch("embedding, type", static () => nn.Embedding(4, 2).forward(zeros(3)), "embedding", "Float32", "[4, 2]", "[3]"),
        Torch("layer_norm", static () => F.layer_norm(zeros(2, 3), [4]), "layer_norm", "[4]", "[2, 3]"),
        Torch("layer_norm, weight", static () => F.layer_norm(zeros(2, 3), [3], zeros(1)), "layer_norm", "[1]", "[3]"),
        Torch("cross_entropy", static () => F.cross_entropy(zeros(2, 3), zeros(3, int64)), "cross_entropy", "[2, 3]", "[3]"),
        Torch("cross_entropy, out of range", static () => F.cross_entropy(zeros(2, 3), full(2, 3, int64)), "cross_entropy", "3", "[2, 3]", "[2]"),
        Torch("cross_entropy, type", static () => F.cross_entropy(zeros(2, 3), zeros(2, int32)), "cross_entropy", "Int32", "[2, 3]", "[2]"),
        Torch("cross_entropy, weight", static () => F.cross_entropy(zeros(2, 3), zeros(2, int64), zeros(2)), "cross_entropy", "[2, 3]", "[2]"),
        Torch("nll_loss", static () => F.nll_loss(zeros(2, 3), zeros(3, int64)), "nll_loss", "[2, 3]", "[3]"),
        Torch("kl_div", static () => F.kl_div(zeros(2, 3), zeros(2, 4)), "sub", "[2, 4]", "[2, 3]"),
        Torch("dropout", static () => F.dropout(zeros(2), 1.5), "dropout", "1.5"),
        Torch("attention", static () => F.scaled_dot_product_attention(zeros(1, 2, 3), zeros(1, 2, 4), zeros(1, 2, 4)), "attention", "[1, 2, 3]", "[1, 2, 4]"),
        Torch("svd", static () => linalg.svd(zeros(3)), "svd", "[3]"),
        Torch("inv", static () => linalg.inv(zeros(2, 3)), "inv", "[2, 3]"),
        Torch("solve, singular", static () => linalg.solve(zeros(2, 2), zeros(2)), "solve", "[2, 2]"),
        Torch("lstsq", static () => linalg.lstsq(zeros(3, 2), zeros(4, 1)), "lstsq", "[3, 2]", "[4, 1]"),
        Torch("backward, no scalar", static () => ones(2, requires_grad: true).mul(2).backward(), "backward", "[2]"),
        Torch("backward, no graph", static () => ones(1).backward(), "backward", "does not require grad"),
        Torch("grad, sizes", static () => ones(2, requires_grad: true).grad = zeros(3), "grad", "[3]", "[2]"),
        Torch("grad, type", static () => ones(2, requires_grad: true).grad = zeros(2, float64), "grad", "Float64", "Float32", "[2]"),
        Torch("requires_grad, integers", static () => ones(2, int64).requires_grad = true, "requires_grad", "Int64"),
        Torch("Parameter, integers", static () => new Parameter(ones(2, int64)).Dispose(), "requires_grad", "Int64"),
        Torch("zeros, negative", static () => zeros(2, -1), "-1", "[2, -1]"),
        Torch("zeros, more elements than 64 bits", static () => zeros(1L << 32, 1L << 32), "[4294967296, 4294967296]", "Float32"),
        Torch("zeros, more bytes than 64 bits", static () => zeros(1L << 62), "[4611686018427387904]", "Float32"),
        Torch("empty, more bytes than addresses", static () => empty(1L << 58), "[288230376151711744]", "Float32"),
        Torch("empty, more bytes than memory", static () => empty(1L << 45, float64), "[35184372088832]", "Float64"),
        Torch("reshape, more elements than 64 bits", static () => zeros(0).reshape(1L << 32, 1L << 32), "[4294967296, 4294967296]"),
        Torch("grad, unused", static () => autograd.grad([ones(1, requires_grad: true).mul(2)], [ones(1, requires_grad: true)]), "grad", "to not have been used"),
        Torch("grad, no gradient", static () => autograd.grad([ones(1, requires_grad: true).mul(2)], [ones(1)]), "grad", "does not require grad"),
        Torch("triu", static () => zeros(3).triu(), "triu", "[3]"),
        Torch("multinomial", static () => ones(1, 2, 3).multinomial(1), "multinomial", "[1, 2, 3]"),
        Argument("item, many elements", static () => zeros(2, 3).item<float>(), "item", "[2, 3]"),
        Argument("item, type", static () => zeros(1).item<double>(), "item", "Double", "Float32"),
        Argument("data, type", static () => zeros(2).data<long>(), "data", "Int64", "Float32", "[2]"),
        Argument("tensor, sizes", static () => tensor(new float[5], [2, 3]), "tensor", "5", "[2, 3]"),
        Argument("cat, nothing", static () => cat(Array.Empty<Tensor>()), "cat"),
        Argument("slice, step", static () => zeros(4).slice(0, 0, 4, 0), "slice", "0", "[4]"),
        Argument("diagonal", static () => zeros(2, 3).diagonal(0, 1, 1), "diagonal", "[2, 3]"),
        Argument("where, type", static () => where(zeros(2), zeros(2), zeros(2)), "where", "Float32", "[2]"),
        Argument("masked_select, type", static () => zeros(2).masked_select(zeros(2, int64)), "masked_select", "Int64", "[2]"),
        Argument("index_add, type", static () => zeros(2, 3).index_add(0, zeros(1, int32), zeros(1, 3), 1), "index_add", "Int32", "[2, 3]", "[1]"),
        Argument("randn, integers", static () => randn([2, 3], dtype: int64), "randn", "Int64", "[2, 3]"),
        new("bytes", typeof(InvalidOperationException), static () => _ = zeros(2, 3).t().bytes, "bytes", "[3, 2]"),
        Unsupported("amax, out", static () => amax(zeros(2, 3), [0], false, zeros(3)), "amax", "out"),
        Unsupported("amin, out", static () => amin(zeros(2, 3), [0], false, zeros(3)), "amin", "out"),
        Unsupported("amax, out, of a span", static () => amax(zeros(2, 3), (ReadOnlySpan<long>)[0], false, zeros(3)), "amax", "out"),
        Unsupported("amin, out, of a span", static () => amin(zeros(2, 3), (ReadOnlySpan<long>)[0], false, zeros(3)), "amin", "out"),
        Unsupported("amax, out, method", static () => zeros(2, 3).amax([0L], false, zeros(3)), "amax", "out"),
        Unsupported("amin, out, method", static () => zeros(2, 3).amin([0L], false, zeros(3)), "amin", "out"),
        new("disposed", typeof(InvalidOperationException), static () =>
        {
            var gone = zeros(2);
            gone.Dispose();
            gone.add(1);
        }, "invalid"),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(static r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_mistake_throws_what_TorchSharp_throws_and_names_operation_and_shapes(string name)
    {
        var row = Rows.Single(r => r.Name == name);
        using var scope = NewDisposeScope();
        var error = Record.Exception(row.Mistake);
        Assert.IsType(row.Exception, error);
        Assert.All(row.Message, part => Assert.Contains(part, error?.Message, StringComparison.Ordinal));
    }

    private static Row Torch(string name, Func<object> mistake, params string[] message) => new(name, typeof(ExternalException), () => mistake(), message);

    private static Row Torch(string name, Action mistake, params string[] message) => new(name, typeof(ExternalException), mistake, message);

    private static Row Unsupported(string name, Func<object> mistake, params string[] message) => new(name, typeof(NotSupportedException), () => mistake(), message);

    private static Row Argument(string name, Func<object> mistake, params string[] message) => new(name, typeof(ArgumentException), () => mistake(), message);
}
