using Rasp.Format;
using Rasp.Runtime.LanguageModels;
using Rasp.Runtime.Tokenizers;

namespace Rasp.Runtime.Pretraining;

/// <summary>What <c>rasp pretrain</c> is asked to do. The vocabulary is printable ASCII with a start and an end token.</summary>
public sealed record PretrainOptions
{
    /// <summary>UTF-8 files of printable ASCII; blank lines separate documents.</summary>
    public required IReadOnlyList<string> TextFiles { get; init; }

    /// <summary>The Hugging Face folder to write, and heldout.txt in it.</summary>
    public required string OutputDirectory { get; init; }

    public int Layers { get; init; } = 5;

    public int DModel { get; init; } = 128;

    public int Heads { get; init; } = 8;

    public int KeyValueHeads { get; init; } = 4;

    public int DFf { get; init; } = 256;

    /// <summary>Tokens in a training window.</summary>
    public int Context { get; init; } = 256;

    /// <summary>Windows in a step.</summary>
    public int Batch { get; init; } = 16;

    public int Steps { get; init; } = 2000;

    /// <summary>The highest learning rate, reached after the warm-up; it then falls along a cosine to a tenth.</summary>
    public double LearningRate { get; init; } = 1e-3;

    public double WeightDecay { get; init; } = 0.1;

    public int Seed { get; init; } = 1;

    /// <summary>Steps between two measurements of the held-out loss, each of which also writes a checkpoint.</summary>
    public int EvaluateEvery { get; init; } = 100;

    /// <summary>Goes on from the checkpoint of an interrupted run with the same options; starts anew where there is none.</summary>
    public bool Resume { get; init; }

    internal LlamaConfig Model => new()
    {
        VocabularySize = BytePairTokenizer.PrintableAscii.VocabularySize,
        HiddenSize = DModel,
        IntermediateSize = DFf,
        Layers = Layers,
        Heads = Heads,
        KeyValueHeads = KeyValueHeads,
        MaxPositions = Context,
        Bos = BytePairTokenizer.PrintableAscii.Bos,
        Eos = BytePairTokenizer.PrintableAscii.Eos,
    };

    internal void Check()
    {
        if (TextFiles.Count == 0) throw new RaspException("There is no text to train on. Name at least one file with --text.");
        if (Context < 8 || Context > TrainingText.BlockTokens) throw new RaspException($"The context is {Context} tokens; choose 8 to {TrainingText.BlockTokens}.");
        if (Batch < 1 || Steps < 1 || EvaluateEvery < 1) throw new RaspException("The batch size, the steps and the steps between evaluations must be at least 1.");
        if (!(LearningRate > 0 && LearningRate < 1)) throw new RaspException($"The learning rate is {LearningRate}; choose one between 0 and 1, such as 0.001.");
        Model.Checked("the options");
    }
}

/// <summary>How far a run is. Losses are in nats per character; <paramref name="HeldOutLoss"/> is the last one measured, on a part of the held-out text.</summary>
public sealed record PretrainProgress(int Step, int Steps, double TrainingLoss, double? HeldOutLoss, TimeSpan Elapsed, TimeSpan Remaining);

/// <summary>
/// What came of a run. Both losses are means over the same held-out characters, in nats.
/// </summary>
/// <param name="Finished">False where the run was cancelled; it can then be resumed.</param>
/// <param name="Step">Steps done in all.</param>
/// <param name="BestStep">The step whose weights were kept.</param>
/// <param name="HeldOutLoss">Of the model that was kept, over the whole held-out text.</param>
/// <param name="NgramLoss">Of an interpolated 5-gram model with the same vocabulary and training text.</param>
/// <param name="Parameters">Of the model.</param>
/// <param name="TrainingTokens">Tokens in the training part of the text.</param>
/// <param name="HeldOutTokens">Tokens in the held-out part of the text.</param>
/// <param name="OutputDirectory">Where the model is.</param>
public sealed record PretrainReport(
    bool Finished,
    int Step,
    int BestStep,
    double HeldOutLoss,
    double NgramLoss,
    long Parameters,
    long TrainingTokens,
    long HeldOutTokens,
    string OutputDirectory);
