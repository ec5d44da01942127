using System.Globalization;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;

namespace Rasp.Compiler.Lowering;

/// <summary>What can keep an MLP from computing a function, in the order in which it is met.</summary>
internal enum StaircaseLimit
{
    /// <summary>Combinations of what it reads.</summary>
    Readings,

    /// <summary>The factor of a number that is packed with others.</summary>
    Factor,

    /// <summary>The largest reading in relation to the distance of two that must be told apart.</summary>
    Resolution,

    /// <summary>What a reading is off by, in relation to what the steps leave.</summary>
    Error,

    /// <summary>Steps.</summary>
    Steps,

    /// <summary>What the answer is off by, in relation to half the distance of two values.</summary>
    Precision,
}

/// <summary>Which limit, what it takes, and how much there is; of <see cref="Amount"/> in relation to <see cref="Most"/>.</summary>
internal sealed record StaircaseObstacle(StaircaseLimit Limit, double Amount, double Most)
{
    /// <summary>Of two tries the one that came further, or that lacks less.</summary>
    public static StaircaseObstacle Nearer(StaircaseObstacle? a, StaircaseObstacle b) =>
        a is null || b.Limit > a.Limit || (b.Limit == a.Limit && b.Amount / b.Most < a.Amount / a.Most) ? b : a;

    public DomainLimitException Of(SOp sop, int values)
    {
        const string Fewer = "use fewer tokens or a smaller maximum length";
        const string Round = "round or compare what it depends on, or " + Fewer;
        return Limit switch
        {
            StaircaseLimit.Readings => new(sop, Text($"it depends on at least {Amount:N0} combinations of values, and one MLP can tell {Most:N0} apart"), Round),
            StaircaseLimit.Factor => new(
                sop, Text($"what it depends on is read as one number, in which one of its parts needs a factor of more than {Most:N0}"), Round),
            StaircaseLimit.Resolution => new(
                sop, Text($"what it depends on is read as one number, of which it takes 1 part in {Amount:N0} to tell its values apart, and single precision has 1 in {Most:N0}"), Round),
            StaircaseLimit.Error => new(
                sop, Text($"what it depends on is read as one number, which single precision has to within {Amount:G3}, and to tell its values apart it takes {Most:G3}"), Round),
            StaircaseLimit.Steps => new(sop, Text($"it takes {Amount:N0} steps of an MLP, more than {Most:N0}"), Round),
            _ => new PrecisionLimitException(
                sop, Text($"single precision does not tell its {values:N0} values apart: it computes them to within {Amount:G3}, and it takes {Most:G3}"),
                "round it or what it depends on, or " + Fewer),
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
