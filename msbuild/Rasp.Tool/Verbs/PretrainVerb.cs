using System.CommandLine;
using System.Globalization;
using Rasp.Runtime.Pretraining;
using Rasp.Tool.Text;

namespace Rasp.Tool.Verbs;

/// <summary><c>rasp pretrain --text FILE -o DIR</c>: trains a small language model from nothing.</summary>
internal static class PretrainVerb
{
    private static readonly PretrainOptions Defaults = new() { TextFiles = [], OutputDirectory = string.Empty };

    public static Command Create()
    {
        Option<string[]> text = new("--text") { Description = "UTF-8 text; repeat it for several files.", HelpName = "FILE", Required = true };
        Option<string> directory = new("--output", "-o") { Description = "The Hugging Face folder to write.", HelpName = "DIR", Required = true };
        Option<int> layers = Number("--layers", "Decoder layers.", Defaults.Layers);
        Option<int> dModel = Number("--d-model", "The width of the residual stream.", Defaults.DModel);
        Option<int> heads = Number("--heads", "Attention heads a layer.", Defaults.Heads);
        Option<int> keyValueHeads = Number("--kv-heads", "Key and value heads a layer.", Defaults.KeyValueHeads);
        Option<int> dFf = Number("--d-ff", "The width of the MLP.", Defaults.DFf);
        Option<int> context = Number("--context", "Tokens in a training window.", Defaults.Context);
        Option<int> batch = Number("--batch", "Windows in a step.", Defaults.Batch);
        Option<int> steps = Number("--steps", "Steps in all.", Defaults.Steps);
        Option<int> evaluateEvery = Number("--evaluate-every", "Steps between two measurements of the held-out loss.", Defaults.EvaluateEvery);
        Option<int> seed = Number("--seed", "Decides the initial weights and the order of the text.", Defaults.Seed);
        Option<double> learningRate = new("--learning-rate") { Description = "The highest learning rate.", HelpName = "RATE", DefaultValueFactory = _ => Defaults.LearningRate };
        Option<double> weightDecay = new("--weight-decay") { Description = "AdamW's weight decay.", HelpName = "RATE", DefaultValueFactory = _ => Defaults.WeightDecay };
        Option<bool> resume = new("--resume") { Description = "Go on from the checkpoint of an interrupted run." };
        Option<bool> json = new("--json") { Description = "Print the result as one JSON object." };
        Command command = new("pretrain", "Trains a small character-level language model on text.")
        {
            text, directory, layers, dModel, heads, keyValueHeads, dFf, context, batch, steps, evaluateEvery, seed, learningRate, weightDecay, resume, json,
        };
        // On a thread of its own: Ctrl-C is listened for only once this returns.
        command.SetAction((parsed, cancellation) => Task.Run(
            () => Run(
                new PretrainOptions
                {
                    TextFiles = parsed.GetRequiredValue(text),
                    OutputDirectory = parsed.GetRequiredValue(directory),
                    Layers = parsed.GetValue(layers),
                    DModel = parsed.GetValue(dModel),
                    Heads = parsed.GetValue(heads),
                    KeyValueHeads = parsed.GetValue(keyValueHeads),
                    DFf = parsed.GetValue(dFf),
                    Context = parsed.GetValue(context),
                    Batch = parsed.GetValue(batch),
                    Steps = parsed.GetValue(steps),
                    EvaluateEvery = parsed.GetValue(evaluateEvery),
                    Seed = parsed.GetValue(seed),
                    LearningRate = parsed.GetValue(learningRate),
                    WeightDecay = parsed.GetValue(weightDecay),
                    Resume = parsed.GetValue(resume),
                },
                parsed.GetValue(json),
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error,
                cancellation),
            CancellationToken.None));
        return command;
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };

    private static int Run(PretrainOptions options, bool json, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        ProgressLines<PretrainProgress> progress = new(
            error, p => new StageProgress("step", p.Step, p.Steps, p.Remaining, Describe(p)));
        PretrainReport report = Pretrainer.Run(options, progress, cancellation);
        if (json) WriteJson(output, report);
        else WriteTable(output, report);
        if (report.Finished) return 0;
        error.WriteLine($"rasp : error : stopped at step {report.Step} of {options.Steps}; the same command with --resume goes on from there");
        return 1;
    }

    private static string Describe(PretrainProgress p) => string.Create(
        CultureInfo.InvariantCulture,
        $"loss {p.TrainingLoss:F3}{(p.HeldOutLoss is double loss ? string.Create(CultureInfo.InvariantCulture, $", held-out {loss:F3}") : string.Empty)}");

    private static void WriteTable(TextWriter output, PretrainReport report)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        TextTable.Write(output, ["model", report.OutputDirectory],
        [
            ["parameters", report.Parameters.ToString("N0", invariant)],
            ["steps", report.Step.ToString(invariant)],
            ["best step", report.BestStep.ToString(invariant)],
            ["training tokens", report.TrainingTokens.ToString("N0", invariant)],
            ["held-out tokens", report.HeldOutTokens.ToString("N0", invariant)],
            ["held-out loss (nats per character)", report.HeldOutLoss.ToString("F4", invariant)],
            ["5-gram model's loss on the same text", report.NgramLoss.ToString("F4", invariant)],
        ]);
    }

    private static void WriteJson(TextWriter output, PretrainReport report) => JsonLine.Write(output, json =>
    {
        json.WriteString("model", report.OutputDirectory);
        json.WriteBoolean("finished", report.Finished);
        json.WriteNumber("parameters", report.Parameters);
        json.WriteNumber("steps", report.Step);
        json.WriteNumber("bestStep", report.BestStep);
        json.WriteNumber("trainingTokens", report.TrainingTokens);
        json.WriteNumber("heldOutTokens", report.HeldOutTokens);
        json.WriteNumber("heldOutLoss", report.HeldOutLoss);
        json.WriteNumber("ngramLoss", report.NgramLoss);
    });
}
