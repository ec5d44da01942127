using System.Collections.Immutable;

namespace Rasp.Compiler.Lowering;

/// <summary>
/// A step at <see cref="Threshold"/>: 0 below, 1 above, or with a negative slope 1 below and 0 above; saturated from
/// |z − threshold| = 1/(2·|slope|) on.
/// <code>
/// step(z) = ReLU(slope·(z − threshold) + ½) − ReLU(slope·(z − threshold) − ½)
/// </code>
/// </summary>
internal sealed record Step(double Threshold, double Slope, ImmutableArray<double> Change)
{
    /// <summary>The half above and the half below the threshold: what is added to the product in either ReLU.</summary>
    public static ImmutableArray<double> Halves { get; } = [0.5, -0.5];

    /// <summary>
    /// The bias of a reading that is <paramref name="offset"/> + Σ weight · column, without the halves. It is rounded so that it and
    /// its neighbours ±½ are exact in single precision: then the two ReLUs of a saturated step differ by exactly 1. The threshold
    /// moves by at most 1/32 of the step's width (biases stay below 2²⁰).
    /// </summary>
    public double Bias(double offset)
    {
        double bias = Slope * (offset - Threshold);
        double grid = Math.Min(256, (1 << 22) / PowerOfTwo.AtLeast(Math.Abs(bias) + 1));
        return Math.Round(bias * grid) / grid;
    }
}

/// <summary>One of the readings, or a range of them, the shortest input at which it occurs, and the function's value there.</summary>
internal sealed record StaircasePoint(double Low, double High, int FirstLength, ImmutableArray<double> Output)
{
    public StaircasePoint(CodeRange readings, int firstLength, ImmutableArray<double> output)
        : this(readings.Low.ToDouble(), readings.High.ToDouble(), firstLength, output)
    {
    }

    public IEnumerable<double> Ends => Low == High ? [Low] : [Low, High];

    public StaircasePoint Negated() => this with { Low = -High, High = -Low };
}

/// <summary>
/// A function that is constant around each of finitely many readings: base + Σ step_i(z)·change_i, where the base is its value
/// around 0. Away from the threshold the halves of a step differ by 1, up to <see cref="OutputError"/>.
/// </summary>
internal sealed record Staircase(
    LinearForm Input, ImmutableArray<StaircasePoint> Points, ImmutableArray<double> Base, ImmutableArray<Step> Steps)
{
    /// <summary>What slope · reading may reach, so that single precision keeps a few digits behind the point.</summary>
    private const double LargestUnit = SinglePrecision.ExactIntegers / 16;

    private readonly double last = Points.Max(p => p.High);

    /// <summary>The steps, and of as many the largest hidden unit in relation to the finest digit, which a format has to hold.</summary>
    public (int Steps, double Digits) Cost =>
        (Steps.Length, Steps.Select(s => LargestUnitOf(s) / Grid(s)).DefaultIfEmpty().Max());

    /// <summary>
    /// What an output can be off by. The two ReLUs of a saturated step are rounded one by one, unless the reading is exact or one
    /// column; and so are their sums over the steps, unless whole multiples of halves on a grid stay within fp32's whole multiples of it.
    /// <c>Bound</c> holds however the roundings fall, <c>Expected</c> where they fall independently.
    /// </summary>
    public (double Bound, double Expected) OutputError
    {
        get
        {
            (double bound, double expected) = (0, 0);
            for (int c = 0; c < Base.Length; c++)
            {
                (double ofColumn, double likely) = ErrorOf(Base[c], s => Math.Abs(s.Change[c]));
                (bound, expected) = (Math.Max(bound, ofColumn), Math.Max(expected, likely));
            }

            return (bound, expected);
        }
    }

    /// <summary>A bound as above for a column that every step changes by 1.</summary>
    public double CodeError => ErrorOf(1, _ => 1).Bound;

    private (double Bound, double Expected) ErrorOf(double start, Func<Step, double> changeOf)
    {
        bool saturates = Input.Error == 0 || Input.Terms.Length == 1;
        double inputs = (Input.Terms.Length + 1) * Input.Magnitude;
        double grid = 1;
        double rising = 0;
        double falling = 0;
        double squares = 0;
        double differences = 0;
        double spacings = 0;
        int changes = 0;
        bool whole = double.IsInteger(start);
        foreach (Step step in Steps)
        {
            double change = changeOf(step);
            if (change == 0) continue;
            double largest = LargestUnitOf(step);
            changes++;
            whole &= double.IsInteger(change);
            grid = Math.Min(grid, Math.Min(Math.Abs(step.Slope) * Input.Grid, Grid(step)));
            if (step.Slope > 0) rising += change * (largest + 0.5);
            else falling += change * (largest + 0.5);
            squares += 4 * change * change * largest * largest;
            if (saturates) continue;
            differences += 2 * change * (largest + (Math.Abs(step.Slope) * inputs));
            spacings += 2 * change * largest;
        }

        // Of steps that rise and steps that fall away from zero only those on the reading's side have hidden units other than 0. One of each
        // pair is added, the other taken away: no partial sum is larger than the sum of either.
        double sum = Math.Abs(start) + Math.Max(rising, falling);
        bool exact = whole && ((changes <= 1 && start == 0) || sum <= grid * SinglePrecision.ExactIntegers);
        double bound = differences + (exact ? 0 : ((2 * changes) + 1) * sum);
        return (SinglePrecision.Rounding * bound, SinglePrecision.Rounding * (spacings + (exact ? 0 : Math.Sqrt(squares))));
    }

    /// <summary>
    /// The staircase through the points (readings, output), or null where readings with different outputs overlap, a reading's error is too
    /// large for the gap between them, or single precision cannot resolve it; <paramref name="obstacle"/> says which of the latter two.
    /// </summary>
    /// <param name="input">What is read.</param>
    /// <param name="inputError">What a reading can be off by.</param>
    /// <param name="points">The readings, and the function's values there.</param>
    /// <param name="obstacle">Why there is none, but for outputs that overlap.</param>
    /// <param name="leastSlope">Every step is at least so steep.</param>
    public static Staircase? Through(
        LinearForm input, double inputError, IEnumerable<StaircasePoint> points, out StaircaseObstacle? obstacle, double leastSlope = 0)
    {
        obstacle = null;

        // A column that is read with a negative weight is read with a positive one instead: small readings then come from small
        // columns, which a format holds on a finer grid than the large ones that saturate steps.
        if (input.Terms is [{ Weights: [var weight] }] && weight.Sign < 0)
            return Through(input.Times(-1), inputError, [.. points.Select(p => p.Negated())], out obstacle, leastSlope);
        ImmutableArray<StaircasePoint> sorted = [.. points.OrderBy(p => p.Low)];
        List<Step> steps = [];
        int middle = 0;
        double zero = input.Constant.ToDouble();
        bool isMean = input.Terms is [{ Variable: AttentionVariable { Parts: [{ Count: null }] } }];
        double high = sorted.Max(p => p.High);
        double largest = Math.Max(Math.Abs(sorted[0].Low), Math.Abs(high));
        high = sorted[0].High;
        for (int i = 1; i < sorted.Length; i++)
        {
            double[] change = [.. sorted[i].Output.Zip(sorted[i - 1].Output, (after, before) => after - before)];
            if (change.All(c => c == 0))
            {
                high = Math.Max(high, sorted[i].High);
                continue;
            }

            double gap = sorted[i].Low - high;
            if (gap <= 0) return null;

            // A power of two keeps slope·z as exact as z. The step rises within 2/3 of the gap around the middle, at most within
            // 5/6 where larger hidden units would be too inexact; the rest is for the reading's error and for the rounding of slope·z and
            // of the threshold. The smaller the slope, the larger the readings that formats of few bits hold.
            double slope = Math.Max(PowerOfTwo.AtLeast(1.5 / gap), leastSlope);
            if (slope * largest > LargestUnit) slope /= 2;
            double rounding = 4 * SinglePrecision.Rounding * (largest + Math.Abs(input.Constant.ToDouble()));

            // A mean is precise beside the gaps that its readers ask for: a steeper step leaves more of them to its error.
            while (isMean && inputError + rounding > (gap - (1 / slope)) / 4 && slope * gap < 8 && 2 * slope * largest <= LargestUnit) slope *= 2;
            double allowed = (gap - (1 / slope)) / 4;
            if (inputError + rounding > allowed) obstacle = new StaircaseObstacle(StaircaseLimit.Error, inputError + rounding, allowed);
            if (slope * largest > LargestUnit) obstacle = new StaircaseObstacle(StaircaseLimit.Resolution, slope * largest, LargestUnit);
            if (obstacle is not null) return null;
            double threshold = Threshold(high, sorted[i].Low, slope);
            high = sorted[i].High;

            // Steps rise away from where the columns are zero, so that a saturated one is never further from its threshold than
            // the columns from zero: their format then holds its hidden units exactly.
            bool falls = threshold < zero;
            if (falls) middle = i;
            steps.Add(falls ? new Step(threshold, -slope, [.. change.Select(c => -c)]) : new Step(threshold, slope, [.. change]));
        }

        return new Staircase(input, sorted, sorted[middle].Output, [.. steps]);
    }

    private static double Grid(Step step) => PowerOfTwo.Dividing((step.Slope * step.Threshold) - 0.5);

    private double LargestUnitOf(Step step) => Math.Max(step.Slope * (Points[0].Low - step.Threshold), step.Slope * (last - step.Threshold));

    /// <summary>
    /// Near the middle of the gap, such that the biases, slope·threshold ± ½, have few bits, which formats of few bits hold: moved by less
    /// than a third of what the rise leaves of the gap on either side.
    /// </summary>
    private static double Threshold(double below, double above, double slope)
    {
        double middle = (above + below) / 2 * slope;
        double free = ((above - below) * slope) - 1;
        double grid = 1;
        double threshold = Math.Round(middle - 0.5) + 0.5;
        while (Math.Abs(threshold - middle) >= free / 6)
        {
            grid /= 2;
            threshold = (Math.Round((middle - 0.5) / grid) * grid) + 0.5;
        }

        return threshold / slope;
    }
}
