using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Managed.Tests.Steady;

/// <summary>What is disposed gives its memory back at once: nothing waits for the collector.</summary>
[Collection(nameof(MemoryAccount))]
public sealed class ReleaseTests
{
    private static readonly Tensor Matrix = Lasting(rand(6, 4, float64).add(eye(6, 4, float64)));
    private static readonly Tensor Square = Lasting(Matrix.narrow(0, 0, 4).clone());
    private static readonly Tensor Turned = Lasting(Matrix.t());
    private static readonly Tensor Classes = Lasting(tensor(new long[] { 0, 1, 2, 3, 1, -100 }));
    private static readonly Tensor Few = Lasting(tensor(new long[] { 0, 2 }));
    private static readonly Tensor Weights = Lasting(rand(4, float64));

    private static readonly (string Name, Func<Tensor, object> Run)[] Operations =
    [
        ("linear", static x => F.linear(x, Square, Weights)),
        ("embedding, padding", static x => F.embedding(Few, x, 2)),
        ("cosine_similarity", static x => F.cosine_similarity(x, Matrix)),
        ("cross_entropy, smoothed", static x => F.cross_entropy(x, Classes, Weights, label_smoothing: 0.1)),
        ("cross_entropy, weighted", static x => F.cross_entropy(x, Classes, Weights, reduction: nn.Reduction.None)),
        ("cross_entropy, probabilities", static x => F.cross_entropy(x, Matrix, Weights, label_smoothing: 0.1)),
        ("nll_loss", static x => F.nll_loss(x.narrow(0, 0, 2), Few, Weights)),
        ("svd", static x => linalg.svd(x, fullMatrices: false) is var (u, s, vh) ? u.sum() + s.sum() + vh.sum() : x),
        ("pinv", static x => linalg.pinv(x)),
        ("lstsq", static x => linalg.lstsq(x, Matrix) is var (solution, residuals, _, s) ? solution.sum() + residuals.sum() + s.sum() : x),
        ("solve", static x => linalg.solve(x.narrow(0, 0, 4), Square)),
        ("solve, right", static x => linalg.solve(x.narrow(0, 0, 4), Square, left: false)),
        ("matrix_norm", static x => linalg.matrix_norm(x, 1, keepdim: true)),
        ("matrix_norm, nuclear", static x => linalg.matrix_norm(x, "nuc")),
        ("logsumexp", static x => x.logsumexp(1)),
        ("isinf", static x => x.isinf()),
        ("isfinite", static x => x.isfinite()),
        ("allclose", static x => x.allclose(Matrix)),
        ("allclose, turned", static x => x.t().allclose(Turned)),
        ("sort", static x => x.sort(0).Values),
        ("argsort", static x => x.argsort(1)),
        ("topk", static x => x.topk(2).values),
        ("argmax", static x => x.argmax()),
        ("argmin, turned", static x => x.t().argmin()),
        ("amax", static x => x.amax([0, 1])),
        ("index_add", static x => x.index_add(0, Few, Matrix.narrow(0, 0, 2), 0.5)),
        ("index_fill", static x => x.index_fill(0, Few, 0.5)),
        ("index", static x => x[TensorIndex.Tensor(Few), TensorIndex.Slice(1, 3)]),
        ("index, mask", static x => x[TensorIndex.Tensor(x.gt(0.5))]),
        ("index_put_", static x => x.clone().index_put_(Matrix.narrow(0, 0, 2), TensorIndex.Tensor(Few))),
        ("index_put_, no graph", static x => x.detach().clone().index_put_(Matrix.narrow(0, 0, 2), TensorIndex.Tensor(Few))),
        ("index_put_, mask", static x => x.detach().clone().index_put_(tensor(1.0), TensorIndex.Tensor(x.gt(0.5)))),
    ];

    public static TheoryData<string> Names => [.. Operations.Select(static o => o.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_operation_and_its_gradient_leave_nothing_behind(string name)
    {
        var run = Operations.Single(o => o.Name == name).Run;
        Assert.Equal(0, Left(() =>
        {
            using var scope = NewDisposeScope();
            var x = Matrix.clone().requires_grad_();
            var result = run(x);
            if (result is Tensor { requires_grad: true } output) output.sum().backward();
        }));
    }

    [Fact]
    public void A_trained_model_leaves_nothing_behind() => Assert.Equal(0, Left(static () =>
    {
        using var scope = NewDisposeScope();
        using var model = nn.Sequential(
            ("embed", nn.Embedding(10, 8, padding_idx: 0)),
            ("hidden", nn.Linear(8, 16)),
            ("norm", nn.LayerNorm(16)),
            ("active", nn.GELU()),
            ("head", nn.Linear(16, 4)));
        using var optimizer = optim.AdamW(model.parameters(), 1e-3);
        for (var step = 0; step < 3; step++)
        {
            optimizer.zero_grad();
            F.cross_entropy(model.forward(Classes.clamp(0, 9)), Classes).backward();
            optimizer.step();
        }
    }));

    [Fact]
    public void Memory_that_could_not_be_had_is_not_counted() => Assert.Equal(0, Left(static () => Assert.ThrowsAny<Exception>(static () => empty(1L << 45, float64))));

    // These fields may come to be inside a test's scope.
    private static Tensor Lasting(Tensor input) => input.DetachFromDisposeScope();

    // The bytes in use that a run adds; the first run leaves behind what is made once.
    private static long Left(Action run)
    {
        run();
        MemoryAccount.Settled();
        var before = MemoryAccount.Settled();
        run();
        return StoragePool.BytesInUse - before;
    }
}
