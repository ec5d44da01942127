using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Managed.Tests.Steady;

/// <summary>What a training run comes to, bit by bit.</summary>
internal sealed record Run(float[] Losses, float[][] Parameters)
{
    internal void AssertEqualTo(Run other)
    {
        Assert.Equal(Losses.Select(BitConverter.SingleToInt32Bits), other.Losses.Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(Parameters.Length, other.Parameters.Length);
        for (var i = 0; i < Parameters.Length; i++)
            Assert.Equal(Parameters[i].Select(BitConverter.SingleToInt32Bits), other.Parameters[i].Select(BitConverter.SingleToInt32Bits));
    }
}

/// <summary>A decoder of one layer with everything that training uses; all its randomness comes from one generator of its own.</summary>
internal sealed class SmallTransformer : IDisposable
{
    private readonly int vocabulary;
    private readonly int width;
    private readonly int heads;
    private readonly Parameter embed;
    private readonly Parameter qkv;
    private readonly Parameter back;
    private readonly Parameter up;
    private readonly Parameter down;
    private readonly Parameter scale;
    private readonly Parameter shift;
    private readonly Parameter[] parameters;
    private readonly AdamW optimizer;
    private readonly optim.lr_scheduler.LRScheduler schedule;
    private readonly Tensor tokens;

    internal SmallTransformer(ulong seed, int vocabulary = 32, int width = 16, int heads = 2, int batch = 4, int length = 8)
    {
        (this.vocabulary, this.width, this.heads) = (vocabulary, width, heads);
        var generator = new Generator(seed);
        embed = Weights(vocabulary, width);
        qkv = Weights(3 * width, width);
        back = Weights(width, width);
        up = Weights(4 * width, width);
        down = Weights(width, 4 * width);
        scale = nn.Parameter(ones(width));
        shift = nn.Parameter(zeros(width));
        parameters = [embed, qkv, back, up, down, scale, shift];
        optimizer = optim.AdamW(parameters, lr: 3e-3, weight_decay: 0.01);
        schedule = optim.lr_scheduler.LambdaLR(optimizer, static n => Math.Min(1, (n + 1) / 10.0));
        tokens = randint(0, vocabulary, [batch, length + 1], generator: generator);

        Parameter Weights(params long[] shape) => nn.Parameter(randn(shape, generator: generator) * 0.1);
    }

    /// <summary>One training step; its tensors are disposed where <paramref name="scoped"/>, else left to the collector.</summary>
    internal float Step(bool scoped = true)
    {
        using var scope = scoped ? NewDisposeScope() : null;
        var loss = Loss();
        optimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(parameters, 1);
        optimizer.step();
        schedule.step();
        return loss.ToSingle();
    }

    internal float Evaluate()
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var loss = Loss();
        Assert.False(loss.requires_grad);
        return loss.ToSingle();
    }

    internal Run Train(int steps, bool scoped = true)
    {
        float[] losses = [.. Enumerable.Range(0, steps).Select(_ => Step(scoped))];
        return new(losses, [.. parameters.Select(static p => p.data<float>().ToArray())]);
    }

    public void Dispose()
    {
        optimizer.Dispose();
        tokens.Dispose();
        foreach (var parameter in parameters) parameter.Dispose();
    }

    private Tensor Loss()
    {
        long batch = tokens.shape[0], length = tokens.shape[1] - 1;
        var x = F.embedding(tokens.narrow(1, 0, length), embed);
        var parts = F.linear(F.layer_norm(x, [width], scale, shift), qkv).view(batch, length, 3, heads, width / heads).permute(2, 0, 3, 1, 4);
        var z = F.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_casual: true);
        x = x + F.linear(z.transpose(1, 2).reshape(batch, length, width), back);
        x = x + F.linear(F.gelu(F.linear(x * rsqrt(x.pow(2).mean([-1], true) + 1e-5), up)), down);
        return F.cross_entropy(F.linear(x, embed).view(-1, vocabulary), tokens.narrow(1, 1, length).reshape(-1));
    }
}
