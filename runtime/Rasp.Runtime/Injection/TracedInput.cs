using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Runtime.Injection;

/// <summary>
/// One prompt with what the compiled program computes on it. <see cref="Values"/>[v][p] is the index, in the values of the
/// manifest's variable v, of what it holds at the program's position p.
/// </summary>
internal sealed record TracedInput(TranslatedPrompt Prompt, ImmutableArray<int[]> Values, int Answer);

/// <summary>Runs the compiled program on prompts, with and without an intervention.</summary>
internal sealed class Teacher
{
    private readonly CompiledModel model;
    private readonly ImmutableArray<Dictionary<Value, int>> indexes;

    public Teacher(CompiledModel model, TokenTranslator translator)
    {
        if (!model.Manifest.Causal)
            throw new RaspException($"'{model.Manifest.Name}' is compiled for attention in both directions, but a language model sees only what came before; compile it with --causal.");
        this.model = model;
        Translator = translator;
        indexes = [.. model.Manifest.Variables.Select(v => v.Values.Select((value, i) => (value, i)).ToDictionary(p => p.value, p => p.i))];
    }

    public Manifest Program => model.Manifest;

    public TokenTranslator Translator { get; }

    public TracedInput Trace(string input)
    {
        TranslatedPrompt prompt = Translator.Translate(input);
        CompiledRun run = model.Run(prompt.Tokens);
        ImmutableArray<int[]> values = [.. Program.Variables.Select((v, i) => (int[])[.. run.Variables[v.Name].Select(value => indexes[i][value])])];
        return new TracedInput(prompt, values, Translator.AnswerIndex(run.Output[^1]));
    }

    public ImmutableArray<TracedInput> Trace(IReadOnlyList<string> inputs)
    {
        TracedInput[] traced = new TracedInput[inputs.Count];
        InParallel(inputs.Count, i => traced[i] = Trace(inputs[i]));
        return [.. traced];
    }

    /// <summary>
    /// The answer the program gives on <paramref name="input"/> when its variable (an index into the manifest's) holds, at
    /// every position, what it holds on <paramref name="source"/>. Both have one length.
    /// </summary>
    public int Counterfactual(TracedInput input, TracedInput source, int variable)
    {
        ManifestVariable taken = Program.Variables[variable];
        Intervention intervention = new(taken.Name, [.. source.Values[variable].Select(i => taken.Values[i])]);
        return Translator.AnswerIndex(model.Run(input.Prompt.Tokens, intervention).Output[^1]);
    }

    /// <summary>As Parallel.For, but an error leaves as itself.</summary>
    public static void InParallel(int count, Action<int> body)
    {
        try
        {
            Parallel.For(0, count, body);
        }
        catch (AggregateException e) when (e.InnerException is RaspException expected)
        {
            throw new RaspException(expected.Message, expected);
        }
    }
}
