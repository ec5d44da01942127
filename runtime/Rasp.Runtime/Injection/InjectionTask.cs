using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Runtime.Injection;

/// <summary>Draws one input of <paramref name="length"/> characters.</summary>
public delegate string InputGenerator(Random random, int length);

/// <summary>Inputs on which accuracy is reported: <paramref name="PerLength"/> of each length.</summary>
public sealed record EvaluationSet(
    string Name, bool InDistribution, ImmutableArray<int> Lengths, int PerLength, InputGenerator Generate);

/// <summary>What the language model is to say where the program's export holds <paramref name="Value"/>: one token.</summary>
public sealed record TaskAnswer(Value Value, string Text);

/// <summary>
/// What a compiled program and a language model are both asked. The prompt is prefix, input, suffix; the answer is read at
/// the prompt's last token, for the program and for the model.
/// </summary>
public sealed record InjectionTask
{
    public required string Name { get; init; }

    public string Prefix { get; init; } = string.Empty;

    public required string Suffix { get; init; }

    /// <summary>One answer for every value that the export can take at the prompt's end.</summary>
    public required ImmutableArray<TaskAnswer> Answers { get; init; }

    /// <summary>Drawn uniformly; a length that stands here twice is drawn twice as often.</summary>
    public required ImmutableArray<int> Lengths { get; init; }

    public required InputGenerator Generate { get; init; }

    public required ImmutableArray<EvaluationSet> EvaluationSets { get; init; }

    /// <summary>
    /// Characters of the prompt that the program's vocabulary lacks, and the program token that stands for each.
    /// </summary>
    public ImmutableDictionary<string, Value> Fillers { get; init; } = ImmutableDictionary<string, Value>.Empty;

    public string Prompt(string input) => Prefix + input + Suffix;
}
