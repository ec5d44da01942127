using Rasp.Format;

namespace Rasp.Runtime.Injection;

/// <summary>How an injection is run. The defaults are the measured recipe for a model of about a million parameters.</summary>
public sealed record InjectionOptions
{
    /// <summary>Equal seeds, inputs and engines give equal results.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Optimiser steps of the injection and of the baseline.</summary>
    public int Steps { get; init; } = 900;

    /// <summary>The share of steps after which the learning rates fall, linearly, to a twentieth.</summary>
    public double ConstantShare { get; init; } = 0.2;

    public int WarmUpSteps { get; init; } = 60;

    /// <summary>Task inputs a step, all of one length.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>How many task batches are traced; they are drawn in turn, reshuffled after each round.</summary>
    public int TracedBatches { get; init; } = 240;

    public double LearningRate { get; init; } = 1e-3;

    /// <summary>For heads that read a residual stream of size 1.</summary>
    public double HeadLearningRate { get; init; } = 1e-3;

    public double GradientClip { get; init; } = 1;

    /// <summary>The weight of the variables' loss, summed over the variables.</summary>
    public double VariablesWeight { get; init; } = 1;

    /// <summary>The weight of KL(original ‖ model) a token.</summary>
    public double KlWeight { get; init; } = 2;

    /// <summary>The weight of the hidden states' relative squared error on text.</summary>
    public double HiddenStateWeight { get; init; } = 1;

    /// <summary>Text windows in a step.</summary>
    public int TextBatch { get; init; } = 1;

    /// <summary>Tokens in a text window; at most the model's context.</summary>
    public int TextWindow { get; init; } = 256;

    /// <summary>Different text batches; the original's outputs on each are computed once.</summary>
    public int TextBatches { get; init; } = 150;

    /// <summary>Text terms are computed at every so many steps, and weigh as much more.</summary>
    public int TextEvery { get; init; } = 2;

    /// <summary>The first step with an exchange: the heads must have found their variables before.</summary>
    public int FirstExchange { get; init; } = 80;

    /// <summary>Variables exchanged in a step.</summary>
    public int ExchangedVariables { get; init; } = 2;

    /// <summary>Exchanged rows of each.</summary>
    public int ExchangedRows { get; init; } = 12;

    /// <summary>Random sources that an input tries in order to find one that changes its answer.</summary>
    public int ExchangeTries { get; init; } = 3;

    /// <summary>The share of task batches whose positions have random gaps.</summary>
    public double GapShare { get; init; } = 0.66;

    /// <summary>Gaps spread a prompt over at most this many times its length.</summary>
    public double WidestSpread { get; init; } = 2;

    /// <summary>Inputs (at least) on which decoding is measured.</summary>
    public int DecodingInputs { get; init; } = 600;

    /// <summary>Counterfactuals sought for every variable.</summary>
    public int Counterfactuals { get; init; } = 300;

    /// <summary>Text like the model's training text, a file; null takes the end of the held-out text.</summary>
    public string? Text { get; init; }

    /// <summary>Text that the model was not trained on, a file; null takes samples of the model itself.</summary>
    public string? HeldOutText { get; init; }

    /// <summary>How much of the held-out text, from its start, the language loss is measured on.</summary>
    public int HeldOutTokens { get; init; } = 20_480;

    /// <summary>Where the injected model, its heads and <c>injection.json</c> go; null writes nothing.</summary>
    public string? Output { get; init; }

    /// <summary>A run of well under a minute that shows the whole road, not the best figures.</summary>
    public static InjectionOptions Short { get; } = new()
    {
        Steps = 150,
        WarmUpSteps = 20,
        FirstExchange = 60,
        TracedBatches = 40,
        TextBatches = 20,
        DecodingInputs = 500,
        Counterfactuals = 60,
        HeldOutTokens = 10_240,
    };

    internal InjectionOptions Checked()
    {
        if (Steps < 1 || Batch < 2 || TracedBatches < 1 || TextBatch < 1 || TextBatches < 1 || TextEvery < 1 || TextWindow < 2 || DecodingInputs < 1 || Counterfactuals < 1 || HeldOutTokens < 1)
            throw new RaspException("An injection option that counts something is too small; counts are at least 1, a batch and a text window at least 2.");
        if (LearningRate <= 0 || HeadLearningRate <= 0 || GradientClip <= 0)
            throw new RaspException("The learning rates and the gradient clip must be greater than 0.");
        if (GapShare is < 0 or > 1 || ConstantShare is < 0 or > 1 || WidestSpread < 1)
            throw new RaspException("The shares are from 0 to 1 and the widest spread is at least 1.");
        return this;
    }
}

/// <param name="Stage">What is being done, for a person.</param>
/// <param name="Done">Steps done in this stage.</param>
/// <param name="Total">Steps of this stage.</param>
/// <param name="Left">The time this stage still takes at its pace so far; null before that is known.</param>
/// <param name="Detail">The running losses, for a person; empty where there are none.</param>
public sealed record InjectionProgress(string Stage, int Done, int Total, TimeSpan? Left, string Detail);
