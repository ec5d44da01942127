using System.Collections.Immutable;
using Rasp.Format;
using Rasp.Runtime.LanguageModels;

namespace Rasp.Runtime.Injection;

/// <summary>
/// A program variable as the language model learns it. A variable that takes few values (or no numbers) is a choice among
/// the values it takes in the training inputs; another is a number, standardised by its mean and deviation there.
/// </summary>
internal sealed class TaughtVariable
{
    /// <summary>A numeric variable with more values than this is taught as a number.</summary>
    public const int MostClasses = 8;

    private readonly Dictionary<int, int> classes;
    private readonly float[] standardised;
    private readonly ImmutableArray<int[]> takenAt;

    /// <param name="index">The variable's index in the manifest.</param>
    /// <param name="variable">The variable.</param>
    /// <param name="point">Where it is taught.</param>
    /// <param name="inputs">Training inputs: what the variable can take, and how often.</param>
    public TaughtVariable(int index, ManifestVariable variable, HookPoint point, IReadOnlyCollection<TracedInput> inputs)
    {
        Index = index;
        Variable = variable;
        Point = point;
        int[] taken = [.. inputs.SelectMany(input => input.Values[index]).Distinct().Order()];
        Classes = [.. taken];
        classes = taken.Select((value, i) => (value, i)).ToDictionary(p => p.value, p => p.i);
        IsNumber = variable.Type is SOpType.Int or SOpType.Float && taken.Length > MostClasses;

        takenAt = IsNumber ? TakenAt(index, inputs) : [];
        standardised = IsNumber ? Standardise(variable, inputs.SelectMany(input => input.Values[index])) : [];
    }

    public int Index { get; }

    public ManifestVariable Variable { get; }

    public HookPoint Point { get; }

    public bool IsNumber { get; }

    /// <summary>The values (indexes into the manifest's) taken in the training inputs, ascending.</summary>
    public ImmutableArray<int> Classes { get; }

    /// <summary>A variable with a single value carries nothing: it is neither taught nor exchanged.</summary>
    public bool IsConstant => Classes.Length < 2;

    /// <summary>The outputs of its linear head.</summary>
    public int Outputs => IsNumber ? 1 : Classes.Length;

    /// <summary>The class of a value, or −1 where the training inputs never had it.</summary>
    public int Class(int value) => classes.GetValueOrDefault(value, -1);

    /// <summary>(value − mean) / deviation.</summary>
    public float Standardised(int value) => standardised[value];

    /// <summary>
    /// The value that a head's outputs stand for: the largest output's, or the nearest among those that the variable took
    /// at that position in the training inputs (among all of them beyond the longest training input).
    /// </summary>
    public int Decode(ReadOnlySpan<float> outputs, int position)
    {
        int best = 0;
        if (!IsNumber)
        {
            for (int i = 1; i < outputs.Length; i++)
                if (outputs[i] > outputs[best]) best = i;
            return Classes[best];
        }

        ReadOnlySpan<int> candidates = position < takenAt.Length ? takenAt[position] : Classes.AsSpan();
        for (int i = 1; i < candidates.Length; i++)
            if (MathF.Abs(standardised[candidates[i]] - outputs[0]) < MathF.Abs(standardised[candidates[best]] - outputs[0])) best = i;
        return candidates[best];
    }

    private static ImmutableArray<int[]> TakenAt(int index, IReadOnlyCollection<TracedInput> inputs)
    {
        SortedSet<int>[] taken = [.. Enumerable.Range(0, inputs.Max(input => input.Prompt.Tokens.Length)).Select(_ => new SortedSet<int>())];
        foreach (TracedInput input in inputs)
            for (int p = 0; p < input.Values[index].Length; p++) taken[p].Add(input.Values[index][p]);
        return [.. taken.Select(values => values.ToArray())];
    }

    private static float[] Standardise(ManifestVariable variable, IEnumerable<int> taken)
    {
        double[] numbers = [.. variable.Values.Select(value => value.Number.ToDouble())];
        double[] sample = [.. taken.Select(i => numbers[i])];
        double mean = sample.Average();
        double deviation = Math.Sqrt(sample.Average(x => (x - mean) * (x - mean)));
        return [.. numbers.Select(x => (float)((x - mean) / deviation))];
    }
}
