using Rasp.Format;
using Rasp.Runtime.LanguageModels;
using Rasp.Runtime.Pretraining;

namespace Rasp.Runtime.Injection;

/// <summary>
/// The text on which the model must stay what it was, and, apart from it, the text on which its language loss is measured:
/// one window after the other, each read on its own.
/// </summary>
internal sealed record InjectionTexts(IReadOnlyList<long[]> Kept, string HeldOutName, ReadOnlyMemory<int> HeldOut, int Window)
{
    /// <summary>
    /// Held-out text is the start of its file; without a text of its own, what is kept is the rest of that file. Without any
    /// file, both are samples of the model.
    /// </summary>
    public static InjectionTexts Read(LanguageModel model, InjectionOptions options, CancellationToken cancellation)
    {
        int window = Math.Min(options.TextWindow, model.Config.MaxPositions);
        int measured = Math.Max(1, options.HeldOutTokens / window);
        int kept = options.TextBatches * options.TextBatch;
        (string name, IReadOnlyList<long[]> heldOut) = options.HeldOutText is string path
            ? ("held-out text", TextWindows.Read(model, path, window))
            : ("samples of the model itself", TextWindows.Sample(model, measured, window, options.Seed + 1_000_000, cancellation));
        IReadOnlyList<long[]> text = options switch
        {
            { Text: string own } => TextWindows.Read(model, own, window),
            { HeldOutText: not null } => [.. heldOut.Skip(measured)],
            _ => TextWindows.Sample(model, kept, window, options.Seed, cancellation),
        };
        if (text.Count == 0)
            throw new RaspException($"'{options.HeldOutText}' has {heldOut.Count * window} tokens, which the measurement takes all; give a longer one, or a text of its own to keep the model to.");
        return new InjectionTexts([.. text.Take(kept)], name, heldOut.Take(measured).SelectMany(w => w).Select(id => (int)id).ToArray(), window);
    }

    /// <summary>Nats a token, for each of the models.</summary>
    public LanguageReport Measure(LanguageModel before, LanguageModel baseline, LanguageModel after, CancellationToken cancellation)
    {
        HeldOutWindows windows = new(Window, before.Tokenizer.Bos);
        return new LanguageReport(HeldOutName, windows.Targets(HeldOut).Count(), Loss(before), Loss(baseline), Loss(after));

        double Loss(LanguageModel model) => HeldOutLoss.Measure(model, [HeldOut], windows, Window, cancellation);
    }
}
