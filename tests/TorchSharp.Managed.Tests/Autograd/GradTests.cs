using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests.Autograd;

/// <summary><c>autograd.grad</c> changes no tensor's gradient, and <c>autograd.backward</c> of many outputs leaves no graph.</summary>
public sealed class GradTests
{
    [Fact]
    public void No_gradient_is_accumulated()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f }, requires_grad: true);
        var w = tensor(new[] { 3f, 4f }, requires_grad: true);
        x.grad = tensor(new[] { 7f, 7f });
        var middle = x * w;
        middle.retain_grad();
        var gradients = autograd.grad([middle.sum()], [x]);
        Assert.Equal([3f, 4f], Assert.Single(gradients).data<float>().ToArray());
        Assert.Equal([7f, 7f], Own(x));
        Assert.Null(w.grad);
        Assert.Null(middle.grad);
    }

    [Fact]
    public void Outputs_add_up_and_inputs_may_lie_inside_the_graph()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f }, requires_grad: true);
        var h = x * 2;
        var gradients = autograd.grad([h.sum(), (h * h).sum()], [h, x, h]);
        // ∂/∂h (h + h²) = 1 + 2h.
        Assert.Equal([5f, 9f], gradients[0].data<float>().ToArray());
        Assert.Equal([10f, 18f], gradients[1].data<float>().ToArray());
        Assert.Equal([5f, 9f], gradients[2].data<float>().ToArray());
    }

    [Fact]
    public void An_unused_input_is_an_error_unless_allowed()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        var unused = ones(3, requires_grad: true);
        var output = (x * 2).sum();
        Assert.Throws<ExternalException>(() => autograd.grad([output], [x, unused], retain_graph: true));
        var gradients = autograd.grad([output], [x, unused], allow_unused: true);
        Assert.Equal([2f, 2f], gradients[0].data<float>().ToArray());
        Assert.True(gradients[1].IsInvalid);
        Assert.Null(x.grad);
    }

    [Fact]
    public void A_failure_leaves_every_gradient_as_it_was()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f }, requires_grad: true);
        x.grad = tensor(new[] { 7f, 7f });
        var h = x * 1;
        var output = (h * h).sum();
        using (no_grad()) h.mul_(2);
        Assert.Throws<ExternalException>(() => autograd.grad([output], [x]));
        Assert.Equal([7f, 7f], Own(x));
        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void Backward_of_many_outputs_frees_the_graphs_of_all()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f }, requires_grad: true);
        var shared = x * x;
        Tensor first = (shared * shared).sum(), second = shared.sum();
        autograd.backward([first, second]);
        // ∂/∂x (x⁴ + x²) = 4x³ + 2x.
        Assert.Equal([6f, 36f], Own(x));
        Assert.Throws<ExternalException>(() => first.backward());
        Assert.Throws<ExternalException>(() => second.backward());
    }

    private static float[] Own(Tensor x) => x.grad?.data<float>().ToArray() ?? [];
}
