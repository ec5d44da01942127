using System.Globalization;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler;

/// <summary>
/// How far a compile goes before it says no; with these it ends within seconds and two gigabytes. <c>docs/compiler.md</c> has
/// them as a table.
/// </summary>
internal static class CompileLimits
{
    /// <summary>Values of one s-op at one place: each costs residual columns or MLP units.</summary>
    public const int Values = 20_000;

    /// <summary>Combinations of the operands' values at one place.</summary>
    public const int Combinations = 1_000_000;

    /// <summary>(count, sum) pairs behind one mean.</summary>
    public const int Sums = 250_000;

    /// <summary>Combinations that are evaluated altogether, for all expressions and places.</summary>
    public const long Steps = 30_000_000;

    /// <summary>So many sums of whole numbers take as long as one evaluation.</summary>
    public const int SumsPerStep = 10;

    /// <summary>Pairs (query, key) over the inputs of all lengths; each selector is looked at on all of them.</summary>
    public const long Pairs = 1_000_000_000;

    /// <summary>Combinations of what an MLP reads. What has more is split over two MLPs, where an inner expression can be held alone.</summary>
    public const int Readings = 12_000;

    /// <summary>Steps of one MLP's function, of two hidden units each; and values that it can write a code each.</summary>
    public const int MlpSteps = 8_000;

    /// <summary>The largest factor of a number that is packed with others into one.</summary>
    public const int PackingFactor = 1 << 30;

    /// <summary>Pairs of a key's and a query's value that a selector compares: its head has features for the groups among them that differ.</summary>
    public const int Compared = 10_000_000;

    /// <summary>Parameters of the model: 0.4 GB.</summary>
    public const long Parameters = 100_000_000;

    private const string Fewer = "use fewer tokens or a smaller maximum length";

    public static DomainLimitException TooManyValues(SOp sop) => new(
        sop, Text($"it can take more than {Values:N0} values at one position"),
        $"round or compare it, or {Fewer}");

    public static DomainLimitException TooManyCombinations(SOp sop, long combinations) => new(
        sop, Text($"its operands can take {combinations:N0} combinations of values at one position, more than {Combinations:N0}"),
        $"round or compare the operands before, or {Fewer}");

    public static DomainLimitException TooManySums(SOp sop) => new(
        sop, Text($"behind its mean more than {Sums:N0} pairs of a count and a sum are possible"),
        $"aggregate numbers with fewer different values (rounded ones, or indicators), or {Fewer}");

    public static DomainLimitException LargeSums(SOp sop) => new(
        sop, Text($"the sums behind its mean are fractions of numbers beyond 64 bits ({long.MaxValue:N0})"),
        "aggregate whole or smaller numbers, or use a smaller maximum length");

    public static DomainLimitException TooManySteps(SOp sop) => new(
        sop, Text($"it takes more than {Steps:N0} steps to find what it and the expressions before it can hold"),
        $"round or compare numbers earlier, or {Fewer}");

    public static DomainLimitException TooLong(SOp sop, ContextSpace space) => new(
        sop, Text($"inputs of up to {space.MaxLength:N0} tokens have {space.Pairs:N0} pairs of positions, more than {Pairs:N0}"),
        space.Causal ? "use a smaller maximum length" : "use a smaller maximum length, or '#pragma causal', which has fewer");

    public static DomainLimitException TooManyCodes(SOp sop, int values) => new(
        sop, Text($"it can take {values:N0} values, and one MLP can write {MlpSteps:N0}"),
        $"round, compare or shorten it, or {Fewer}");

    public static DomainLimitException TooManyCompared(SOp sop, int queries, int keys) => new(
        sop, Text($"a selector compares {keys:N0} values of keys with {queries:N0} of queries, {(long)keys * queries:N0} pairs, more than {Compared:N0}"),
        $"round what it compares, or {Fewer}");

    /// <summary>The place is the expression with the most columns or hidden units.</summary>
    public static DomainLimitException TooManyParameters(Manifest sizes, Schedule schedule)
    {
        (Variable largest, int columns, int units) = schedule.Variables
            .Select(v => (Variable: v, Columns: schedule.Width(v), Units: v is MlpVariable mlp ? 2 * mlp.Staircase.Steps.Length : 0))
            .MaxBy(v => v.Columns + v.Units);
        return new DomainLimitException(
            largest.SOp,
            Text($"the model has {sizes.Parameters:N0} parameters, more than {Parameters:N0}, with {sizes.DModel:N0} columns, heads of {sizes.DHead:N0} dimensions and {sizes.DMlp:N0} hidden units a layer, of which {columns:N0} columns and {units:N0} hidden units are for this expression"),
            $"round or compare numbers earlier, or {Fewer}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
