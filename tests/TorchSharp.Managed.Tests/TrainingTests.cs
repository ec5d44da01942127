using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Managed.Tests;

/// <summary>Modules, optimizers and whole training runs.</summary>
[Collection(nameof(MemoryAccount))]
public class TrainingTests
{
    [Theory]
    [InlineData("AdamW", false)]
    [InlineData("AdamW", true)]
    [InlineData("Adam", false)]
    [InlineData("SGD", false)]
    public void Ten_steps_equal_a_scalar_reference(string name, bool amsgrad)
    {
        const int Count = 37;
        var weight = nn.Parameter(linspace(-1, 1, Count, float64));
        var target = linspace(2, -3, Count, float64);
        optim.Optimizer optimizer = name switch
        {
            "AdamW" => optim.AdamW([weight], 0.05, 0.8, 0.95, 1e-6, 0.1, amsgrad),
            "Adam" => optim.Adam([weight], 0.05, 0.8, 0.95, 1e-6, 0.1),
            _ => optim.SGD([weight], 0.05, 0.9, 0, 0.1),
        };
        double[] w = weight.data<double>().ToArray(), t = target.data<double>().ToArray(), m = new double[Count], v = new double[Count], top = new double[Count];
        for (var step = 1; step <= 10; step++)
        {
            optimizer.zero_grad();
            ((weight - target).pow(2) * 1.5).sum().backward();
            optimizer.step();
            for (var i = 0; i < Count; i++)
            {
                var g = 3 * (w[i] - t[i]);
                if (name != "AdamW") g += 0.1 * w[i];
                if (name == "SGD")
                {
                    m[i] = step == 1 ? g : 0.9 * m[i] + g;
                    w[i] -= 0.05 * m[i];
                    continue;
                }
                if (name == "AdamW") w[i] *= 1 - 0.05 * 0.1;
                m[i] = 0.8 * m[i] + 0.2 * g;
                v[i] = 0.95 * v[i] + 0.05 * g * g;
                top[i] = Math.Max(top[i], v[i]);
                var root = Math.Sqrt((amsgrad ? top[i] : v[i]) / (1 - Math.Pow(0.95, step)));
                w[i] -= 0.05 / (1 - Math.Pow(0.8, step)) * m[i] / (root + 1e-6);
            }
        }
        // The same formula in another order of rounding, ten times.
        for (var i = 0; i < Count; i++) Assert.Equal(w[i], weight[i].ToDouble(), 1e-13);
    }

    [Fact]
    public void Groups_schedules_and_clipping()
    {
        Parameter a = nn.Parameter(ones(2)), b = nn.Parameter(ones(2));
        var optimizer = optim.AdamW([new AdamW.ParamGroup([a], new AdamW.Options { LearningRate = 0.1, weight_decay = 0 }), new AdamW.ParamGroup { Parameters = [b] }], lr: 0.5);
        Assert.Equal([0.1, 0.5], optimizer.ParamGroups.Select(static g => g.LearningRate));
        var schedule = optim.lr_scheduler.LambdaLR(optimizer, static epoch => 1.0 / (1 + epoch));
        schedule.step();
        Assert.Equal([0.05, 0.25], optimizer.ParamGroups.Select(static g => g.LearningRate));
        foreach (var group in optimizer.ParamGroups) group.LearningRate = 0;
        (a * 3 + b * 4).sum().backward();
        optimizer.step();
        Assert.Equal([1f, 1f], a.data<float>().ToArray());
        Assert.Equal(Math.Sqrt(50), nn.utils.clip_grad_norm_([a, b], 1.0), 1e-5);
        Assert.Equal(1, nn.utils.clip_grad_norm_([a, b], 5.0), 1e-5);
    }

    [Fact]
    public void Modules_register_save_and_load()
    {
        using var model = new Net();
        Assert.Equal(["scale", "embedding.weight", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "norm.weight", "norm.bias"],
            model.named_parameters().Select(static p => p.name));
        Assert.Equal(["table"], model.named_buffers().Select(static b => b.name));
        using var other = new Net();
        var ids = tensor(new long[,] { { 1, 2, 3 } });
        Assert.False(model.forward(ids).allclose(other.forward(ids)));
        other.load_state_dict(model.state_dict());
        Assert.True(model.forward(ids).allclose(other.forward(ids)));
        Assert.Throws<InvalidOperationException>(() => other.load_state_dict([]));
        model.eval();
        Assert.False(model.layers[0].training);
        model.forward(ids).sum().backward();
        Assert.NotNull(model.scale.grad);
        model.zero_grad();
        Assert.Null(model.scale.grad);
        model.to(float64);
        Assert.Equal(float64, model.forward(ids).dtype);
    }

    [Fact]
    public void Training_is_bit_identical_and_safe_on_two_threads()
    {
        var expected = Train(1);
        Assert.Equal(expected, Train(1));
        Assert.True(expected[^1] < expected[0] / 2);
        var results = new float[4][];
        var threads = Enumerable.Range(0, 4).Select(i => new Thread(() => results[i] = Train(i % 2 == 0 ? 1ul : 2ul))).ToList();
        threads.ForEach(static t => t.Start());
        threads.ForEach(static t => t.Join());
        Assert.Equal(expected, results[0]);
        Assert.Equal(expected, results[2]);
        Assert.Equal(results[1], results[3]);
        Assert.NotEqual(results[0], results[1]);
    }

    [Fact]
    public void Memory_in_use_is_the_same_before_and_after_a_training_run()
    {
        // A run whose gradients and optimizer state are dropped leaves nothing that a collection does not give back.
        Train(3);
        var before = MemoryAccount.Settled();
        for (var run = 0; run < 5; run++) Train(3);
        Assert.InRange(MemoryAccount.Settled(), 0, before + (1 << 20));
    }

    private static float[] Train(ulong seed)
    {
        const long Vocabulary = 20, Width = 32, Heads = 4;
        var g = new Generator(seed);
        Parameter Weights(params long[] shape) => nn.Parameter(randn(shape, generator: g) * 0.2);
        Parameter table = Weights(Vocabulary, Width), qkv = Weights(3 * Width, Width), o = Weights(Width, Width), up = Weights(64, Width), down = Weights(Width, 64);
        var optimizer = optim.AdamW([table, qkv, o, up, down], lr: 0.01);
        var x = randint(0, Vocabulary, [8, 24], generator: g);
        var y = x.roll(-1, 1);
        var losses = new float[25];
        for (var step = 0; step < losses.Length; step++)
        {
            using var scope = NewDisposeScope();
            var h = F.embedding(x, table);
            var parts = F.linear(h, qkv).view(8, 24, 3, Heads, Width / Heads).permute(2, 0, 3, 1, 4);
            var a = F.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_casual: true);
            h = h + F.linear(a.transpose(1, 2).reshape(8, 24, Width), o);
            h = h + F.linear(F.silu(F.linear(h * rsqrt(h.pow(2).mean([-1], true) + 1e-5), up)), down);
            var loss = F.cross_entropy(F.linear(h, table).view(-1, Vocabulary), y.reshape(-1));
            optimizer.zero_grad();
            loss.backward();
            nn.utils.clip_grad_norm_(optimizer.parameters(), 1);
            optimizer.step();
            losses[step] = loss.ToSingle();
        }
        return losses;
    }

    private sealed class Net : nn.Module<Tensor, Tensor>
    {
        internal readonly Parameter scale = nn.Parameter(torch.ones(4));
        private readonly Embedding embedding = nn.Embedding(10, 4);
        internal readonly ModuleList<Linear> layers = nn.ModuleList(nn.Linear(4, 4), nn.Linear(4, 4));
        private readonly LayerNorm norm = nn.LayerNorm(4);
        private readonly Tensor table = torch.arange(4, dtype: torch.float32);

        internal Net() : base(nameof(Net)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            var x = embedding.call(input) * scale + table.to(scale.dtype);
            foreach (var layer in layers) x = layer.call(x).relu();
            return norm.call(x);
        }
    }
}
