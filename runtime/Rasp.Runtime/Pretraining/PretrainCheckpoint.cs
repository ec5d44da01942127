using System.Text.Json;
using Rasp.Format;
using Rasp.Runtime.LanguageModels;
using TorchSharp.Modules;

namespace Rasp.Runtime.Pretraining;

/// <summary>How far a run is; <paramref name="TextTokens"/> tells whether it is still the same text.</summary>
internal sealed record PretrainState(int TextTokens, int Step = 0, int BestStep = 0, double BestLoss = double.MaxValue);

/// <summary>
/// The folder OUTPUT.checkpoint: the model, the optimizer's state, the options and how far the run is. Each write goes to a new
/// folder that then replaces the old one.
/// </summary>
internal sealed class PretrainCheckpoint
{
    private const string StateFile = "state.json";
    private const string OptimizerFile = "optimizer.bin";
    private const string NextSuffix = ".next";

    private readonly string folder;
    private readonly string options;

    public PretrainCheckpoint(PretrainOptions options)
    {
        folder = Path.TrimEndingDirectorySeparator(options.OutputDirectory) + ".checkpoint";
        // What must not change between a run and its continuation. Paths may.
        this.options = JsonSerializer.Serialize(options with { Resume = false, OutputDirectory = string.Empty, TextFiles = [] });
    }

    private sealed record Content(string? Options, PretrainState? State);

    /// <summary>The state of the interrupted run; null where there is none. Throws where its options or text were others.</summary>
    public PretrainState? Read(TrainingText text)
    {
        string path = Path.Combine(folder, StateFile);
        // The state is written last: a complete successor whose predecessor is gone was about to be moved into place.
        if (!Directory.Exists(folder) && File.Exists(Path.Combine(folder + NextSuffix, StateFile))) Directory.Move(folder + NextSuffix, folder);
        if (!File.Exists(path)) return null;
        Content? content = null;
        try
        {
            content = JsonSerializer.Deserialize<Content>(File.ReadAllText(path));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new RaspException($"The checkpoint '{path}' cannot be read: {e.Message} Delete the folder '{folder}' to start anew.", e);
        }

        if (content?.State is not { } state || content.Options != options || state.TextTokens != text.Length)
            throw new RaspException($"The checkpoint '{folder}' belongs to a run with other options or another text. Repeat that run's, or delete the folder to start anew.");
        return state;
    }

    public LanguageModel ReadModel() => LanguageModel.Load(folder);

    /// <summary>Gives a new optimizer of the same parameters the state that the interrupted run's had.</summary>
    public void ReadOptimizer(OptimizerHelper optimizer)
    {
        string path = Path.Combine(folder, OptimizerFile);
        try
        {
            optimizer.load_state_dict(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException or FormatException)
        {
            throw new RaspException($"The checkpoint's '{path}' cannot be read ({e.Message.TrimEnd('.')}). Delete the folder '{folder}' to start anew.", e);
        }
    }

    public void Write(PretrainState state, LanguageModel model, OptimizerHelper optimizer)
    {
        string next = folder + NextSuffix;
        try
        {
            if (Directory.Exists(next)) Directory.Delete(next, recursive: true);
            model.Save(next);
            optimizer.save_state_dict(Path.Combine(next, OptimizerFile));
            AtomicFile.Write(Path.Combine(next, StateFile), JsonSerializer.SerializeToUtf8Bytes(new Content(options, state)));
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            Directory.Move(next, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RaspException($"The checkpoint '{folder}' cannot be written: {e.Message} Check the folder's permissions and the free space.", e);
        }
    }

    public void Remove()
    {
        foreach (string written in (string[])[folder, folder + NextSuffix])
            if (Directory.Exists(written)) Directory.Delete(written, recursive: true);
    }
}
