using System.Globalization;
using Rasp.Compiler.Graph;

namespace Rasp.Compiler.Domains;

/// <summary>How far the analysis goes before it says no; with these it ends within seconds and a few hundred megabytes.</summary>
internal static class DomainLimits
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

    public static DomainLimitException TooManyValues(SOp sop) => new(
        sop, $"it can take more than {Values} values at one position",
        "round or compare it, or use fewer tokens or a smaller maximum length");

    public static DomainLimitException TooManyCombinations(SOp sop, long combinations) => new(
        sop, string.Create(CultureInfo.InvariantCulture, $"its operands can take {combinations} combinations of values at one position, more than {Combinations}"),
        "round or compare the operands before, or use fewer tokens or a smaller maximum length");

    public static DomainLimitException TooManySums(SOp sop) => new(
        sop, $"the counts and sums behind its mean can take more than {Sums} values, or {Steps} steps do not suffice to find them",
        "aggregate numbers with fewer different values (rounded ones, or indicators), or use fewer tokens or a smaller maximum length");

    public static DomainLimitException LargeSums(SOp sop) => new(
        sop, "the sums behind its mean do not fit 64-bit fractions",
        "aggregate whole or smaller numbers, or use a smaller maximum length");

    public static DomainLimitException TooManySteps(SOp sop) => new(
        sop, $"it takes more than {Steps} steps to find what it and the expressions before it can hold",
        "round or compare numbers earlier, or use fewer tokens or a smaller maximum length");

    public static DomainLimitException TooLong(SOp sop, ContextSpace space) => new(
        sop, string.Create(CultureInfo.InvariantCulture, $"inputs of up to {space.MaxLength} tokens have {space.Pairs} pairs of positions, more than {Pairs}"),
        space.Causal ? "use a smaller maximum length" : "use a smaller maximum length, or '#pragma causal', which has fewer");
}

/// <summary>
/// An expression needs more than the compiler handles. The message says which limit, <see cref="Help"/> what the
/// program's author can do; both are worded to be parts of one sentence.
/// </summary>
internal class DomainLimitException(SOp sop, string limit, string? help = null) : Exception(limit)
{
    public SOp SOp { get; } = sop;

    public string Help { get; } = help ?? "use fewer tokens or a smaller maximum length";
}

/// <summary>Single precision does not tell the expression's values apart where they stand for themselves in one column.</summary>
internal sealed class PrecisionLimitException(SOp sop, int values) : DomainLimitException(
    sop, string.Create(CultureInfo.InvariantCulture, $"single precision does not tell its {values} values apart"),
    "round it or what it depends on, or use fewer tokens or a smaller maximum length");
