using System.Collections.Immutable;
using Rasp.Format;
using Rasp.Runtime.LanguageModels;
using Rasp.Runtime.Verification;
using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.Injection;

/// <summary>
/// Tracr-Injection (Vergara-Browne and Soto 2025) with a head per variable and interchange training: a compiled program's
/// variables are distilled into a pretrained language model, which is then measured against itself before and against the
/// same training without the program.
/// </summary>
public static class Injector
{
    /// <summary>Leaves <paramref name="model"/> as it is; the injected copy is written where the options say.</summary>
    /// <exception cref="RaspException">The program, the model and the task do not fit together, or a file can't be read or written.</exception>
    /// <exception cref="OperationCanceledException">Nothing has been written.</exception>
    public static InjectionReport Run(
        CompiledModel teacher, LanguageModel model, InjectionTask task, InjectionOptions options, IProgress<InjectionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(options);
        options.Checked();
        Teacher program = new(teacher, new TokenTranslator(model.Tokenizer, teacher.Manifest, task));
        Alignment alignment = Alignment.Create(teacher.Manifest, model.Config.Layers);

        Stages stages = new(progress, cancellation);
        InjectionData data = stages.Do("tracing the program", () => InjectionData.Trace(program, task, options));
        ImmutableArray<VariableHead> heads = stages.Do("finding the variables", () => VariableHeads.Fit(model, teacher.Manifest, alignment, data.Training));
        VariableHead result = Result(teacher.Manifest, alignment, data, heads);
        InjectionTexts texts = stages.Do("reading the texts", () => InjectionTexts.Read(model, options, cancellation));
        TextPool text = new(model, texts.Kept, options.TextBatch);

        using LanguageModel baseline = model.Clone();
        new InjectionTraining(baseline, program, data.Training, text, [], null, options).Run("baseline", progress, cancellation);
        using LanguageModel injected = model.Clone();
        new InjectionTraining(injected, program, data.Training, text, [.. heads.Where(h => !h.Variable.IsConstant)], result, options).Run("injection", progress, cancellation);

        ImmutableArray<SetReport> sets = stages.Do("measuring accuracy", () => Sets(model, baseline, injected, data, task, program.Translator));
        LanguageReport language = stages.Do("measuring the language loss", () => texts.Measure(model, baseline, injected, cancellation));
        ImmutableArray<VariableReport> variables = stages.Do("exchanging variables", () => Variables(injected, program, data, heads, options));
        InjectionReport report = new(task.Name, teacher.Manifest.Program, teacher.Manifest.Name, model.ParameterCount, options, sets, language, variables);
        if (options.Output is string folder) InjectionFiles.Write(folder, injected, heads, report);
        return report;
    }

    /// <summary>The variable of the last stage that holds the program's answer at every prompt's end.</summary>
    private static VariableHead Result(Manifest program, Alignment alignment, InjectionData data, ImmutableArray<VariableHead> heads)
    {
        TracedInput[] inputs = [.. data.Training.SelectMany(batch => batch.Inputs)];
        return heads.LastOrDefault(h => h.Variable.Point == alignment.Last && HoldsAnswer(h.Variable))
            ?? throw new RaspException($"No variable of '{program.Name}' holds its answer in its last layer; export the s-op that does.");

        // Equal values give equal answers and the other way round.
        bool HoldsAnswer(TaughtVariable variable)
        {
            int pairs = inputs.Select(input => (input.Answer, input.Values[variable.Index][^1])).Distinct().Count();
            return pairs == inputs.Select(input => input.Answer).Distinct().Count()
                && pairs == inputs.Select(input => input.Values[variable.Index][^1]).Distinct().Count();
        }
    }

    private static ImmutableArray<SetReport> Sets(
        LanguageModel before, LanguageModel baseline, LanguageModel after, InjectionData data, InjectionTask task, TokenTranslator translator)
    {
        return [.. data.Sets.Select(s => new SetReport(s.Set.Name, s.Set.InDistribution, Measure(before, s.Batches), Measure(baseline, s.Batches), Measure(after, s.Batches)))];

        TaskAccuracy Measure(LanguageModel model, ImmutableArray<TracedBatch> batches) => TaskAccuracy.Measure(model.forward, batches, task, translator);
    }

    private static ImmutableArray<VariableReport> Variables(
        LanguageModel model, Teacher program, InjectionData data, ImmutableArray<VariableHead> heads, InjectionOptions options)
    {
        VariableHead[] varying = [.. heads.Where(h => !h.Variable.IsConstant)];
        VariableHead[] exchangeable = [.. varying.Where(h => h.Variable.Variable.Resident)];
        ImmutableArray<DecodingAccuracy> decoding = DecodingAccuracy.Measure(model.forward, data.HeldOut, varying);
        ImmutableArray<InterchangeSuccess> interchange = InterchangeSuccess.Measure(
            model.forward, data.HeldOut, program, exchangeable, options.Counterfactuals, options.ExchangeTries, new Random(options.Seed + 2));
        return [.. heads.Select(head =>
        {
            TaughtVariable v = head.Variable;
            int decoded = Array.IndexOf(varying, head);
            int exchanged = Array.IndexOf(exchangeable, head);
            InterchangeSuccess? success = exchanged < 0 || interchange[exchanged].Counterfactuals == 0 ? null : interchange[exchanged];
            string? why = success is not null ? null
                : decoded < 0 ? "it holds one value throughout"
                : exchanged < 0 ? "the program keeps it only as a function of another variable"
                : "no exchange changes the program's answer";
            return new VariableReport(
                v.Variable.Name, v.Variable.Type, Site(v.Variable), Site(v.Point), ReadAs(v), decoded < 0 ? null : decoding[decoded], success, why);
        })];
    }

    private static string ReadAs(TaughtVariable variable) =>
        variable.IsConstant ? "a constant"
        : variable.IsNumber ? "a number, the nearest of those that the variable takes at that position in the training inputs"
        : "the likeliest of the values that the variable takes in the training inputs";

    private static string Site(ManifestVariable variable) => $"{variable.Layer}.resid_{variable.Site.ToString().ToLowerInvariant()}";

    private static string Site(HookPoint point) => $"{point.Layer}.resid_{point.Site.ToString().ToLowerInvariant()}";

    /// <summary>Names what is being done, and stops between stages.</summary>
    private sealed class Stages(IProgress<InjectionProgress>? progress, CancellationToken cancellation)
    {
        public T Do<T>(string stage, Func<T> work)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new InjectionProgress(stage, 0, 1, null, string.Empty));
            T done = work();
            progress?.Report(new InjectionProgress(stage, 1, 1, TimeSpan.Zero, string.Empty));
            return done;
        }
    }
}
