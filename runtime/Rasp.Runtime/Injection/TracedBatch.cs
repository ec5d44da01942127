using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.Injection;

/// <summary>
/// One input read with one variable as another input of its batch has it. <paramref name="Answer"/> is what the program
/// then says.
/// </summary>
internal readonly record struct Counterfactual(int Base, int Source, int Answer, bool ChangesAnswer);

/// <summary>Traced inputs of one length, so that nothing is padding. T is the prompt's length with BOS.</summary>
internal sealed class TracedBatch
{
    private readonly Dictionary<int, ImmutableArray<Counterfactual>> counterfactuals = [];

    public TracedBatch(ImmutableArray<TracedInput> inputs)
    {
        Inputs = inputs;
        Length = inputs[0].Prompt.Ids.Length;
        if (inputs.Any(input => input.Prompt.Ids.Length != Length)) throw new ArgumentException("A batch has one length.", nameof(inputs));
    }

    public ImmutableArray<TracedInput> Inputs { get; }

    /// <summary>T.</summary>
    public int Length { get; }

    /// <summary>int64 [B, T].</summary>
    public Tensor Ids() => tensor([.. Inputs.SelectMany(input => input.Prompt.Ids)], [Inputs.Length, Length]);

    /// <summary>The classes of a variable, int64 [B·(T − 1)]: every position but BOS.</summary>
    public Tensor Classes(TaughtVariable variable) =>
        tensor([.. Inputs.SelectMany(input => input.Values[variable.Index]).Select(value => (long)variable.Class(value))], [Inputs.Length * (Length - 1)]);

    /// <summary>The standardised values of a variable, [B·(T − 1)].</summary>
    public Tensor Numbers(TaughtVariable variable) =>
        tensor([.. Inputs.SelectMany(input => input.Values[variable.Index]).Select(variable.Standardised)], [Inputs.Length * (Length - 1)]);

    /// <summary>
    /// One counterfactual for every input that has a possible source, those that change the answer first. Each input gets
    /// <paramref name="tries"/> random sources, and keeps the first that changes its answer. They are drawn once.
    /// </summary>
    public ImmutableArray<Counterfactual> Counterfactuals(Teacher teacher, int variable, int tries, Random random)
    {
        if (counterfactuals.TryGetValue(variable, out ImmutableArray<Counterfactual> known)) return known;
        int seed = random.Next();
        Counterfactual?[] found = new Counterfactual?[Inputs.Length];
        Teacher.InParallel(Inputs.Length, i => found[i] = Try(teacher, variable, i, tries, new Random(seed + i)));
        return counterfactuals[variable] = [.. found.OfType<Counterfactual>().OrderBy(c => !c.ChangesAnswer)];
    }

    private Counterfactual? Try(Teacher teacher, int variable, int input, int tries, Random random)
    {
        Counterfactual? kept = null;
        int[] own = Inputs[input].Values[variable];
        int[] sources = [.. Enumerable.Range(0, Inputs.Length).Where(s => !Inputs[s].Values[variable].AsSpan().SequenceEqual(own))];
        random.Shuffle(sources);
        foreach (int source in sources.Take(tries))
        {
            int answer = teacher.Counterfactual(Inputs[input], Inputs[source], variable);
            bool changes = answer != Inputs[input].Answer;
            if (kept is null || changes) kept = new Counterfactual(input, source, answer, changes);
            if (changes) break;
        }

        return kept;
    }
}
