using System.Diagnostics;
using System.Text;
using Rasp.Format;
using Rasp.Runtime.LanguageModels;
using Rasp.Runtime.Tokenizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rasp.Runtime.Pretraining;

/// <summary>
/// Trains a small decoder from nothing: AdamW (Loshchilov and Hutter 2019), warm-up and cosine, gradients clipped at norm 1,
/// the weights with the lowest held-out loss kept. Beside the model lies heldout.txt, 64 KiB of text it has not seen.
/// </summary>
public static class Pretrainer
{
    private const int NgramOrder = 5;

    // Enough blocks (64 KiB) for a loss that ranks checkpoints; the report's loss is over all of them.
    private const int BlocksInEvaluation = 4;

    private const string HeldOutFile = "heldout.txt";

    /// <summary>
    /// Runs to the last step, or until cancelled: then a checkpoint is written and the report says that the run is not
    /// finished. Throws <see cref="RaspException"/> for options or files that cannot be used.
    /// </summary>
    public static PretrainReport Run(PretrainOptions options, IProgress<PretrainProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        BytePairTokenizer tokenizer = BytePairTokenizer.PrintableAscii;
        TrainingText text = TrainingText.Read(options.TextFiles, tokenizer);
        HeldOutWindows windows = new(options.Context, tokenizer.Bos);
        PretrainCheckpoint checkpoint = new(options);
        if (!options.Resume) checkpoint.Remove();
        PretrainState state = checkpoint.Read(text) ?? new PretrainState(text.Length);

        using LanguageModel model = state.Step > 0 ? checkpoint.ReadModel() : LanguageModel.Create(options.Model, tokenizer, options.Seed);
        state = Train(options, text, windows, checkpoint, state, model, progress, cancellation);
        bool finished = state.Step == options.Steps;
        using LanguageModel best = state.BestStep > 0 ? LanguageModel.Load(options.OutputDirectory) : model.Clone();
        PretrainReport report = new(
            finished,
            state.Step,
            state.BestStep,
            HeldOutLoss.Measure(best, text.HeldOut, windows, options.Context, CancellationToken.None),
            NgramModel.Train(text.Training, tokenizer.VocabularySize, NgramOrder).Loss(text.HeldOut, windows),
            best.ParameterCount,
            text.Training.Sum(stretch => (long)stretch.Length),
            text.HeldOut.Sum(block => (long)block.Length),
            options.OutputDirectory);
        if (finished) checkpoint.Remove();
        return report;
    }

    private static PretrainState Train(
        PretrainOptions options,
        TrainingText text,
        HeldOutWindows windows,
        PretrainCheckpoint checkpoint,
        PretrainState state,
        LanguageModel model,
        IProgress<PretrainProgress>? progress,
        CancellationToken cancellation)
    {
        TrainingBatches batches = new(text.Training, options.Context, options.Batch, options.Seed);
        Parameter[] parameters = [.. model.parameters()];
        // Norms are scales around 1; decaying them to 0 would only change the learning rate of what follows.
        AdamW.ParamGroup matrices = new(parameters.Where(p => p.shape.Length > 1), new AdamW.Options { weight_decay = options.WeightDecay });
        AdamW.ParamGroup vectors = new(parameters.Where(p => p.shape.Length == 1), new AdamW.Options { weight_decay = 0 });
        using AdamW optimizer = optim.AdamW([matrices, vectors], options.LearningRate, 0.9, 0.95);
        if (state.Step > 0) checkpoint.ReadOptimizer(optimizer);

        Stopwatch clock = Stopwatch.StartNew();
        int first = state.Step;
        double? heldOut = null;
        double smoothed = double.NaN;
        while (state.Step < options.Steps && !cancellation.IsCancellationRequested)
        {
            matrices.LearningRate = vectors.LearningRate = LearningRate(options, state.Step);
            double loss = Step(model, parameters, optimizer, batches.At(state.Step), options);
            smoothed = double.IsNaN(smoothed) ? loss : 0.95 * smoothed + 0.05 * loss;
            state = state with { Step = state.Step + 1 };

            if (state.Step % options.EvaluateEvery == 0 || state.Step == options.Steps)
            {
                heldOut = HeldOutLoss.Measure(model, text.HeldOutSample(BlocksInEvaluation), windows, options.Context, CancellationToken.None);
                if (!double.IsFinite(heldOut.Value))
                    throw new RaspException($"The held-out loss is no longer a number at step {state.Step}. Train with a lower learning rate than {options.LearningRate}.");
                if (heldOut < state.BestLoss)
                {
                    model.Save(options.OutputDirectory);
                    AtomicFile.Write(Path.Combine(options.OutputDirectory, HeldOutFile), Encoding.ASCII.GetBytes(text.HeldOutText(BlocksInEvaluation)));
                    state = state with { BestLoss = heldOut.Value, BestStep = state.Step };
                }

                checkpoint.Write(state, model, optimizer);
            }

            TimeSpan elapsed = clock.Elapsed;
            TimeSpan remaining = elapsed / (state.Step - first) * (options.Steps - state.Step);
            progress?.Report(new PretrainProgress(state.Step, options.Steps, smoothed, heldOut, elapsed, remaining));
        }

        if (state.Step < options.Steps) checkpoint.Write(state, model, optimizer);
        return state;
    }

    /// <summary>One update; the mean loss of its batch in nats.</summary>
    private static double Step(
        LanguageModel model, Parameter[] parameters, optim.Optimizer optimizer, (long[] Inputs, long[] Targets) batch, PretrainOptions options)
    {
        using DisposeScope scope = NewDisposeScope();
        optimizer.zero_grad();
        Tensor logits = model.forward(tensor(batch.Inputs, [options.Batch, options.Context]));
        Tensor loss = nn.functional.cross_entropy(
            logits.view(batch.Targets.Length, model.Config.VocabularySize), tensor(batch.Targets, [batch.Targets.Length]));
        loss.backward();
        nn.utils.clip_grad_norm_(parameters, 1.0);
        optimizer.step();
        return loss.item<float>();
    }

    /// <summary>
    /// A cosine from the full rate to a tenth of it, times a ramp over the first steps (a tenth of all, at most 100), while the
    /// moments of AdamW are not yet settled.
    /// </summary>
    private static double LearningRate(PretrainOptions options, int step)
    {
        double warmUp = Math.Clamp(options.Steps / 10, 1, 100);
        double ramp = Math.Min(1, (step + 1) / warmUp);
        return options.LearningRate * ramp * (0.1 + 0.45 * (1 + Math.Cos(Math.PI * step / options.Steps)));
    }
}
