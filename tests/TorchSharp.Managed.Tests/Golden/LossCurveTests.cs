using System.Globalization;
using System.Text.Json;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Managed.Tests.Golden;

/// <summary>Ten steps of the model of <c>tests/oracles/loss_curve.py</c> against PyTorch's losses.</summary>
public class LossCurveTests(ITestOutputHelper output)
{
    private const int Vocabulary = 61, Width = 64, Heads = 4, Layers = 2, Length = 24, Batch = 6, Steps = 10;

    // The bound. Both sides round each step of arithmetic by 6e-8, and AdamW divides what is close to zero by its root.
    private const double Bound = 1e-4;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ten_steps_of_a_transformer_equal_PyTorch(bool fused)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(GoldenFile.Folder, "loss_curve.json")));
        var formula = new Formula();
        var w = Model(formula);
        var data = formula.Tokens(3, Batch, Length + 1);
        var optimizer = optim.AdamW(
        [
            new AdamW.ParamGroup([.. w.Values.Where(static p => p.ndim > 1)], new AdamW.Options { weight_decay = 0.1 }),
            new AdamW.ParamGroup([.. w.Values.Where(static p => p.ndim == 1)], new AdamW.Options { weight_decay = 0 }),
        ], lr: 0.01, beta1: 0.9, beta2: 0.95, eps: 1e-6);
        var schedule = optim.lr_scheduler.LambdaLR(optimizer, static n => Math.Min((n + 1) / 4.0, 1) * Math.Pow(0.95, n));
        double[] losses = new double[Steps], norms = new double[Steps];
        for (var step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            var tokens = data[step % 3];
            var logits = Forward(w, tokens.narrow(1, 0, Length), fused);
            var loss = F.cross_entropy(logits.reshape(-1, Vocabulary), tokens.narrow(1, 1, Length).reshape(-1));
            optimizer.zero_grad();
            loss.backward();
            norms[step] = nn.utils.clip_grad_norm_(w.Values, 1.0);
            optimizer.step();
            schedule.step();
            losses[step] = loss.ToDouble();
        }
        var largest = new[]
        {
            Compare("loss", golden.RootElement.GetProperty("losses"), losses),
            Compare("gradient norm", golden.RootElement.GetProperty("gradient_norms"), norms),
            golden.RootElement.GetProperty("parameter_norms").EnumerateObject().Max(p => Close($"norm of {p.Name}", p.Value.GetDouble(), w[p.Name].detach().to(float64).norm().ToDouble())),
        };
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"largest differences: losses {largest[0]:0.0e0}, gradient norms {largest[1]:0.0e0}, parameter norms {largest[2]:0.0e0}"));
    }

    private static double Compare(string what, JsonElement expected, double[] actual) =>
        expected.EnumerateArray().Select((value, step) => Close($"{what} of step {step}", value.GetDouble(), actual[step])).Max();

    private static double Close(string what, double expected, double actual)
    {
        var difference = Math.Abs(expected - actual);
        Assert.True(difference <= Bound, string.Create(CultureInfo.InvariantCulture, $"{what}: {actual:R} against {expected:R}"));
        return difference;
    }

    private static Dictionary<string, Parameter> Model(Formula formula)
    {
        var w = new Dictionary<string, Parameter>(StringComparer.Ordinal)
        {
            ["embed"] = formula.Weights(0.5, Vocabulary, Width),
            ["positions"] = formula.Weights(0.5, Length, Width),
        };
        for (var layer = 0; layer < Layers; layer++)
        {
            foreach (var (name, rows, columns) in new[] { ("qkv", 3 * Width, Width), ("out", Width, Width), ("up", 4 * Width, Width), ("down", Width, 4 * Width) })
            {
                w[$"{layer}.{name}"] = formula.Weights(0.25, rows, columns);
                w[$"{layer}.{name}.bias"] = nn.Parameter(zeros(rows));
            }
            foreach (var name in new[] { $"{layer}.norm1", $"{layer}.norm2" }) AddNorm(name);
        }
        AddNorm("norm");
        return w;

        void AddNorm(string name)
        {
            w[name] = nn.Parameter(ones(Width));
            w[name + ".bias"] = nn.Parameter(zeros(Width));
        }
    }

    /// <summary>Logits (B, T, V) for tokens (B, T).</summary>
    private static Tensor Forward(Dictionary<string, Parameter> w, Tensor tokens, bool fused)
    {
        long B = tokens.shape[0], T = tokens.shape[1];
        var mask = ones(T, T, ScalarType.Bool).tril();
        var x = F.embedding(tokens, w["embed"]) + w["positions"].narrow(0, 0, T);
        for (var layer = 0; layer < Layers; layer++)
        {
            var qkv = Linear("qkv", Norm($"{layer}.norm1", x)).view(B, T, 3, Heads, Width / Heads).permute(2, 0, 3, 1, 4);
            var z = fused
                ? F.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], is_casual: true)
                : (qkv[0].matmul(qkv[1].transpose(-2, -1)) / Math.Sqrt(Width / Heads)).masked_fill(mask.logical_not(), double.NegativeInfinity).softmax(-1).matmul(qkv[2]);
            x = x + Linear("out", z.transpose(1, 2).reshape(B, T, Width));
            x = x + Linear("down", F.gelu(Linear("up", Norm($"{layer}.norm2", x))));

            Tensor Linear(string name, Tensor x) => F.linear(x, w[$"{layer}.{name}"], w[$"{layer}.{name}.bias"]);
        }
        return F.linear(Norm("norm", x), w["embed"]);

        Tensor Norm(string name, Tensor x) => F.layer_norm(x, [Width], w[name], w[name + ".bias"]);
    }

    /// <summary>The numbers that loss_curve.py draws.</summary>
    private sealed class Formula
    {
        private uint drawn;

        internal Parameter Weights(double size, params long[] shape) =>
            nn.Parameter(tensor([.. Whole(shape).Select(u => (float)((u / 16777216.0 - 0.5) * size))], shape));

        internal Tensor Tokens(params long[] shape) => tensor([.. Whole(shape).Select(static u => (long)(u % Vocabulary))], shape);

        private uint[] Whole(long[] shape)
        {
            var values = new uint[shape.Aggregate(1L, static (a, b) => a * b)];
            for (var i = 0; i < values.Length; i++)
            {
                var word = ++drawn * 2654435761;
                for (var round = 0; round < 2; round++) word = (word ^ word >> 15) * 2246822519;
                values[i] = word >> 8;
            }
            return values;
        }
    }
}
