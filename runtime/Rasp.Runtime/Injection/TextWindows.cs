using Rasp.Format;
using Rasp.Runtime.LanguageModels;
using Rasp.Runtime.Pretraining;

namespace Rasp.Runtime.Injection;

/// <summary>Windows of text, token ids [n][T], from a file or from the model itself.</summary>
internal static class TextWindows
{
    private const int SampledAtOnce = 64;

    /// <summary>A file cut into windows one after the other, from its start; a rest shorter than a window is left out.</summary>
    public static IReadOnlyList<long[]> Read(LanguageModel model, string path, int length)
    {
        int[] text = TrainingText.Tokens([path], model.Tokenizer);
        if (text.Length < length) throw new RaspException($"'{path}' has {text.Length} tokens, but one window needs {length}; give a longer text.");
        return [.. Enumerable.Range(0, text.Length / length).Select(w =>
            (long[])[.. text.AsSpan(w * length, length).ToArray().Select(token => (long)token)])];
    }

    /// <summary>Windows as the model writes them after its start token.</summary>
    public static IReadOnlyList<long[]> Sample(LanguageModel model, int count, int length, int seed, CancellationToken cancellation)
    {
        List<long[]> windows = [];
        while (windows.Count < count)
        {
            cancellation.ThrowIfCancellationRequested();
            long[][] prompts = [.. Enumerable.Range(0, Math.Min(SampledAtOnce, count - windows.Count)).Select(_ => (long[])[model.Tokenizer.Bos])];
            windows.AddRange(model.Generate(prompts, new GenerationOptions(length - 1, Temperature: 1, seed + windows.Count, StopAtEnd: false)));
        }

        return windows;
    }
}
