using Rasp.Runtime.LanguageModels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Benchmarks.Engine;

/// <summary>One step of training on a fixed batch of random tokens: forward, backward, clipping, AdamW, the loss read.</summary>
internal sealed class TrainingStep : IDisposable
{
    internal const int LlamaBatch = 16, LlamaLength = 256;

    private readonly nn.Module model;
    private readonly Func<Tensor, Tensor> logits;
    private readonly Parameter[] parameters;
    private readonly optim.Optimizer optimizer;
    private readonly Tensor ids;
    private readonly Tensor targets;

    private TrainingStep(nn.Module model, Func<Tensor, Tensor> logits, int batch, int length, int vocabulary)
    {
        this.model = model;
        this.logits = logits;
        parameters = [.. model.parameters()];
        optimizer = optim.AdamW(parameters, 1e-3);
        ids = randint(0, vocabulary, [batch, length], ScalarType.Int64);
        targets = randint(0, vocabulary, [batch * length], ScalarType.Int64);
    }

    internal static TrainingStep OfGpt()
    {
        Gpt gpt = new();
        return new TrainingStep(gpt, gpt.Forward, Gpt.Batch, Gpt.Length, Gpt.Vocabulary);
    }

    internal static TrainingStep OfLlama(string folder)
    {
        LanguageModel model = LanguageModel.Load(folder);
        return new TrainingStep(model, x => model.forward(x), LlamaBatch, LlamaLength, model.Config.VocabularySize);
    }

    internal float Run()
    {
        using DisposeScope scope = NewDisposeScope();
        optimizer.zero_grad();
        Tensor output = logits(ids);
        Tensor loss = nn.functional.cross_entropy(output.view(targets.shape[0], output.shape[^1]), targets);
        loss.backward();
        nn.utils.clip_grad_norm_(parameters, 1.0);
        optimizer.step();
        return loss.item<float>();
    }

    public void Dispose()
    {
        optimizer.Dispose();
        model.Dispose();
        ids.Dispose();
        targets.Dispose();
    }
}
