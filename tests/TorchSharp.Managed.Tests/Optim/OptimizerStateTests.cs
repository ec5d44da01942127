using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests.Optim;

/// <summary>Saving and loading an optimizer: training goes on as if it had not been interrupted.</summary>
public sealed class OptimizerStateTests
{
    private static readonly string[] Names = ["Adam", "Adam amsgrad", "AdamW", "AdamW amsgrad", "SGD", "SGD momentum"];

    public static TheoryData<string> Optimizers => [.. Names];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_loaded_optimizer_goes_on_like_the_saved_one(string name)
    {
        using var scope = NewDisposeScope();
        Parameter[] whole = Weights(), stopped = Weights(), resumed = Weights();
        using var optimizer = Make(name, whole);
        using var first = Make(name, stopped);
        using var second = Make(name, resumed);
        Train(optimizer, whole, 7);
        Train(first, stopped, 3);
        foreach (var (to, from) in resumed.Zip(stopped))
            using (no_grad()) to.copy_(from);
        using (var file = new MemoryStream())
        {
            first.save_state_dict(new BinaryWriter(file));
            file.Position = 0;
            second.load_state_dict(new BinaryReader(file));
            Assert.Equal(file.Length, file.Position);
        }
        Assert.All(first.state_dict().State.Zip(second.state_dict().State), static pair => Assert.True(pair.First.ApproximatelyEquals(pair.Second)));
        Train(second, resumed, 4, from: 3);
        foreach (var (expected, actual) in whole.Zip(resumed)) Assert.Equal(expected.data<float>().ToArray(), actual.data<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_loaded_dictionary_is_copied(string name)
    {
        using var scope = NewDisposeScope();
        Parameter[] left = Weights(), right = Weights();
        using var first = Make(name, left);
        using var second = Make(name, right);
        Train(first, left, 2);
        second.load_state_dict(first.state_dict());
        Assert.All(first.state_dict().Options.Zip(second.state_dict().Options), static pair => Assert.Equal(pair.First.LearningRate, pair.Second.LearningRate));
        Assert.All(first.state_dict().State.Zip(second.state_dict().State), static pair => Assert.True(pair.First.ApproximatelyEquals(pair.Second)));
        first.Dispose();
        Train(second, right, 1);
        Assert.Equal([[0], [1]], second.state_dict().StateIndexRef);
    }

    [Fact]
    public void The_file_is_TorchSharps()
    {
        // The layout of TorchSharp 0.107 for one group and one parameter: name, counts, rates, options, then per parameter the step
        // and each tensor as type, rank, sizes and bytes.
        using var weight = new Parameter(zeros(2));
        using var optimizer = optim.AdamW([weight], 0.5, 0.25, 0.75, 2, 3);
        using var file = new MemoryStream();
        optimizer.save_state_dict(new BinaryWriter(file));
        using var expected = new MemoryStream();
        using var writer = new BinaryWriter(expected);
        writer.Write("AdamW");
        writer.Write((byte)1);
        writer.Write((byte)1);
        foreach (var number in (double[])[0.5, 0.5, 0.25, 0.75, 2, 3]) writer.Write(number);
        writer.Write(false);
        writer.Write(false);
        writer.Write(0L);
        for (var moment = 0; moment < 2; moment++) writer.Write((byte[])[6, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
        writer.Write(false);
        Assert.Equal(expected.ToArray(), file.ToArray());
    }

    [Fact]
    public void A_state_of_another_optimizer_is_refused()
    {
        using var scope = NewDisposeScope();
        using var adam = Make("Adam", Weights());
        using var sgd = Make("SGD", Weights());
        using var one = optim.Adam(Weights().Take(1));
        using var file = new MemoryStream();
        adam.save_state_dict(new BinaryWriter(file));
        file.Position = 0;
        Assert.Contains("Adam, not of SGD", Assert.Throws<InvalidDataException>(() => sgd.load_state_dict(new BinaryReader(file))).Message, StringComparison.Ordinal);
        file.Position = 0;
        Assert.Contains("2 parameter groups", Assert.Throws<ArgumentException>(() => one.load_state_dict(new BinaryReader(file))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => sgd.load_state_dict(adam.state_dict()));
    }

    [Fact]
    public void Zero_grad_leaves_zeros_to_which_the_next_gradient_is_added()
    {
        using var scope = NewDisposeScope();
        using var weight = new Parameter(ones(3));
        using var optimizer = optim.SGD([weight], 0.5);
        Assert.Null(weight.grad);
        weight.sum().backward();
        optimizer.zero_grad();
        Assert.Equal([0f, 0f, 0f], Values(weight.grad));
        weight.sum().backward();
        weight.sum().backward();
        Assert.Equal([2f, 2f, 2f], Values(weight.grad));
        optimizer.zero_grad();
        weight.grad?.add_(1);
        weight.sum().backward();
        Assert.Equal([2f, 2f, 2f], Values(weight.grad));
        // A handle to the zeros sees what is added to them.
        optimizer.zero_grad();
        var seen = weight.grad;
        weight.sum().backward();
        Assert.Equal([1f, 1f, 1f], Values(seen));
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Parameters_that_a_conversion_has_replaced_are_refused(string name)
    {
        using var scope = NewDisposeScope();
        var weights = Weights();
        using var optimizer = Make(name, weights);
        Train(optimizer, weights, 1);
        weights[1].Dispose();
        var message = Assert.Throws<InvalidOperationException>(() => optimizer.step()).Message;
        Assert.StartsWith(name.Split(' ')[0], message, StringComparison.Ordinal);
        Assert.Contains("disposed", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_after_a_module_has_changed_its_type_is_refused()
    {
        using var scope = NewDisposeScope();
        using var module = nn.Linear(2, 3);
        using var optimizer = optim.AdamW(module.parameters());
        module.to(float64);
        module.forward(ones(1, 2, float64)).sum().backward();
        Assert.Contains("module.parameters()", Assert.Throws<InvalidOperationException>(() => optimizer.step()).Message, StringComparison.Ordinal);
    }

    private static float[] Values(Tensor? tensor) => tensor?.data<float>().ToArray() ?? [];

    private static Parameter[] Weights()
    {
        var generator = new Generator(3);
        return [new Parameter(randn([2, 3], generator: generator)), new Parameter(randn([4], generator: generator))];
    }

    private static OptimizerHelper Make(string name, Parameter[] weights) => name switch
    {
        "Adam" or "Adam amsgrad" => optim.Adam([new Adam.ParamGroup([weights[0]], new Adam.Options { LearningRate = 0.1 }), new Adam.ParamGroup { Parameters = [weights[1]] }], weight_decay: 0.1, amsgrad: name != "Adam"),
        "AdamW" or "AdamW amsgrad" => optim.AdamW([new AdamW.ParamGroup([weights[0]], new AdamW.Options { LearningRate = 0.1 }), new AdamW.ParamGroup { Parameters = [weights[1]] }], weight_decay: 0.1, amsgrad: name != "AdamW"),
        _ => optim.SGD([new SGD.ParamGroup([weights[0]], new SGD.Options { LearningRate = 0.1 }), new SGD.ParamGroup { Parameters = [weights[1]] }], 0.05, momentum: name == "SGD" ? 0 : 0.9),
    };

    private static void Train(OptimizerHelper optimizer, Parameter[] weights, int steps, int from = 0)
    {
        for (var step = from; step < from + steps; step++)
        {
            optimizer.zero_grad();
            weights[0].mul(step + 1).pow(2).sum().add(weights[1].sub(step).pow(2).sum()).backward();
            optimizer.step();
        }
    }
}
