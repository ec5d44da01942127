using System.Collections.Immutable;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler.Certification;

/// <summary>
/// One staircase: that every reading stays on its side of every threshold, beyond the rise of the step, and how far the
/// differences of saturated ReLUs can be off.
/// </summary>
internal sealed class StaircaseProof(LengthProof proof, Schedule schedule)
{
    private readonly NumberFormat format = proof.Format;

    public void Run(ScheduledMlp mlp)
    {
        LinearForm input = mlp.Variable.Staircase.Input;
        Input read = Read(input, mlp.Variable.Staircase.Points.All(p => p.Low == p.High));
        double[] biases = [.. mlp.Steps.Select(s => s.Bias(read.Offset))];
        double[] thresholds = [.. mlp.Steps.Select((s, i) => read.Offset - (biases[i] / s.Slope))];
        ImmutableArray<ImmutableArray<(int Column, double Change)>> changes =
            [.. mlp.Steps.Select(s => s.Change.Select((change, column) => (column, Math.Abs(change))).Where(c => c.Item2 != 0).ToImmutableArray())];
        double[] grids = [.. biases.Select(b => PowerOfTwo.Dividing(b + 0.5))];
        double[] roundings = [.. biases.Select(BiasRounding)];
        double[] inexact = new double[mlp.Columns.Length];
        foreach (StaircasePoint point in mlp.Variable.Staircase.Points)
        {
            if (point.FirstLength > proof.MaxLength) continue;
            foreach (double reading in point.Ends)
            {
                int above = FirstAbove(thresholds, reading);
                if (above > 0) Distance(mlp, read, reading, thresholds[above - 1], above - 1);
                if (above < thresholds.Length) Distance(mlp, read, reading, thresholds[above], above);
                Saturation(mlp, read, biases, grids, roundings, thresholds, changes, reading, inexact);
            }

            if (proof.Proof.Failure is not null) break;
        }

        double weights = mlp.Steps.SelectMany(s => s.Change).Concat(mlp.Base).Select(c => Math.Abs(format.Round(c) - c)).DefaultIfEmpty().Max() * (mlp.Steps.Length + 1);
        proof.Add(mlp.Variable, [.. inexact.Take(mlp.Width).Select(own => own + weights + RoundingOfResult(mlp, own + weights))]);
        for (int s = 0; s < mlp.Sums.Length; s++)
            proof.AddOther(mlp.Sums[s], mlp.Sums[s].Others.First(o => o.Variable == mlp.Variable), inexact[mlp.Width + s] + weights);
    }

    private void Distance(ScheduledMlp mlp, Input read, double reading, double threshold, int step)
    {
        double slope = Math.Abs(mlp.Steps[step].Slope);
        double distance = Math.Abs(reading - threshold) - (0.5 / slope);
        double bias = mlp.Steps[step].Bias(read.Offset);
        double grid = Math.Min(slope * read.Grid(reading, format), PowerOfTwo.Dividing(bias + 0.5));
        double top = (slope * (Math.Abs(reading - threshold) + read.ErrorAt(reading))) + 0.5;
        double error = read.ErrorAt(reading) + ((BiasRounding(bias) + read.SumError(reading, slope, bias, grid, top)) / slope);
        proof.Proof.Step(
            distance, error,
            () => $"{proof.Describe(mlp.Variable)}: the reading {reading:G6} is off by up to {error:G3}, and a threshold lies {distance:G3} away");
    }

    /// <summary>
    /// Both ReLUs of a step below the reading are u ± ½, which the format holds exactly where all that goes into u lies on a
    /// grid that it still resolves at u's magnitude, as it does where they are a multiple of one column less something. Else both are rounded,
    /// and where sums and biases are exact, alike: numbers 1 apart, an even number of spacings, are moved by as much unless a power of two
    /// lies between them; then, by half a spacing more or less. What the sums in fp32 and the biases are off by comes with another spacing.
    /// The sum over the steps is taken in fp32: exact for the two of one step alone, and where all terms lie on a grid, that of the
    /// smallest at least, which fp32 resolves at what is added and what is taken away.
    /// </summary>
    private void Saturation(
        ScheduledMlp mlp, Input read, double[] biases, double[] grids, double[] roundings, double[] thresholds,
        ImmutableArray<ImmutableArray<(int Column, double Change)>> changes, double reading, double[] largest)
    {
        int columns = mlp.Base.Length;
        double[] inexact = new double[columns];
        double[] sum = new double[columns];
        int[] steps = new int[columns];
        bool[] whole = new bool[columns];
        Array.Fill(whole, true);
        double finest = 0.5;
        double error = read.ErrorAt(reading);
        double readingGrid = read.Grid(reading, format);
        for (int s = 0; s < thresholds.Length; s++)
        {
            double u = mlp.Steps[s].Slope * (reading - thresholds[s]);
            if (u <= 0) continue;
            double slope = Math.Abs(mlp.Steps[s].Slope);
            double top = u + (slope * error) + 0.5;
            double grid = Math.Min(slope * readingGrid, grids[s]);
            double sumError = read.SumError(reading, slope, biases[s], grid, top);
            bool isHeld = top * format.Unit <= grid || (read.IsPowerOfColumn && biases[s] <= -0.5 && top * format.Unit <= grids[s]);
            bool exact = isHeld && roundings[s] == 0 && sumError == 0;
            double bottom = Math.Max(u - (slope * error) - 0.5, 0);
            double difference = exact ? 0
                : roundings[s] == 0 && sumError == 0 && format.Spacing(top) <= 0.5 ? (format.Spacing(top) == format.Spacing(bottom) ? 0 : format.Spacing(top) / 2)
                : format.Spacing(top) + roundings[s] + (2 * sumError);
            finest = Math.Min(finest, exact ? grid : format.Spacing(bottom));
            proof.Proof.Require(top <= format.Largest, () => $"{proof.Describe(mlp.Variable)}: a hidden unit of {top:G6} passes the largest number of {format.Name}");
            foreach ((int c, double change) in changes[s])
            {
                inexact[c] += change * difference;
                sum[c] += top * change;
                steps[c]++;
                whole[c] &= change == Math.Floor(change);
            }
        }

        for (int c = 0; c < columns; c++)
        {
            double magnitude = sum[c] + Math.Abs(mlp.Base[c]);
            bool onGrid = whole[c] && mlp.Base[c] == Math.Floor(mlp.Base[c]) && magnitude <= finest * SinglePrecision.ExactIntegers;
            bool alone = whole[c] && inexact[c] == 0 && steps[c] <= 1 && mlp.Base[c] == 0;
            if (!onGrid && !alone) inexact[c] += ((2 * steps[c]) + 1) * SinglePrecision.Rounding * magnitude;
            largest[c] = Math.Max(largest[c], inexact[c]);
        }
    }

    /// <summary>What is off by so much is moved no further by a rounding where the format holds the number that it stands for.</summary>
    private double RoundingOfResult(ScheduledMlp mlp, double inexact)
    {
        double largest = 0;
        bool isHeld = true;
        foreach (Rational x in proof.Held(mlp.Variable))
        {
            largest = Math.Max(largest, Math.Abs(x.ToDouble()));
            isHeld &= format.Holds(x.ToDouble());
        }

        proof.Proof.Require(largest <= format.Largest, () => $"{proof.Describe(mlp.Variable)}: {largest:G6} passes the largest number of {format.Name}");
        double rounding = format.Unit * (largest + inexact);
        return isHeld ? Math.Min(inexact, rounding) : rounding;
    }

    /// <summary>What casting the two biases of a step to the format moves them by.</summary>
    private double BiasRounding(double bias) => Step.Halves.Select(h => bias + h).Max(b => Math.Abs(format.Round(b) - b));

    private static int FirstAbove(double[] thresholds, double reading)
    {
        int at = Array.BinarySearch(thresholds, reading);
        return at >= 0 ? at : ~at;
    }

    /// <summary>What is read; <paramref name="listed"/>: only numbers that the codes of its variables add up to.</summary>
    private Input Read(LinearForm input, bool listed)
    {
        double offset = input.Constant.ToDouble();
        double absolute = 0;
        double relative = 0;
        double exact = 0;
        double inexact = 0;
        double grid = 1;
        int columns = 0;
        double? scale = null;
        double columnGrid = 0;
        Func<double, double>? errorOfCode = null;
        foreach (LinearTerm term in input.Terms)
        {
            ColumnReading reading = schedule.Read(term.Variable, term.Weights);
            offset += reading.Constant.ToDouble();
            columns += reading.Coefficients.Count(c => c != Rational.Zero);
            (double error, double magnitude) = proof.Reading(term.Variable, reading);
            if (error == 0)
            {
                exact += magnitude;
                grid = Math.Min(grid, proof.GridOf(term.Variable) * reading.Coefficients.Append(Rational.One).Min(Grid));
                continue;
            }

            double coefficient = reading.Coefficients.Length == 1 ? Math.Abs(reading.Coefficients[0].ToDouble()) : 0;
            bool isPower = coefficient > 0 && PowerOfTwo.AtMost(coefficient) == coefficient;
            scale = inexact == 0 && isPower ? coefficient : null;
            if (term.Variable is AttentionVariable { Grid: > 0 } sum && format.Spacing(sum.GridOffset) == sum.Grid) columnGrid = sum.Grid;
            inexact += magnitude;
            if (input.Terms.Length == 1 && term.Variable.Encoding == VariableEncoding.Linear)
            {
                // The reading is a multiple of one column, so a relative error of the column is one of the reading.
                ErrorBound own = proof.Of(term.Variable);
                absolute += coefficient * own.Absolute;
                relative += own.Relative + (proof.RoundingOf(reading.Coefficients[0]) / coefficient);
                if (listed && isPower) errorOfCode = z => coefficient * proof.ErrorAt(term.Variable, z / reading.Coefficients[0].ToDouble()).Largest;
            }
            else
            {
                absolute += error;
            }
        }

        return new Input(offset, absolute, relative, inexact == 0, exact, inexact, Math.Min(grid, PowerOfTwo.Dividing(offset)), columns, scale, columnGrid, errorOfCode);
    }

    private static double Grid(Rational x) => PowerOfTwo.Dividing(x.ToDouble());

    /// <summary>
    /// What is read: its error; the magnitudes of what exact columns contribute, all multiples of ExactGrid, and of the other columns; and
    /// (Scale) of which one column the rest is a multiple, which itself is a multiple of ColumnGrid, if that is known.
    /// </summary>
    private sealed record Input(
        double Offset, double Absolute, double Relative, bool Exact, double ExactMagnitude, double InexactMagnitude, double ExactGrid, int Columns, double? Scale, double ColumnGrid,
        Func<double, double>? ErrorOfCode)
    {
        /// <summary>Whether the reading is one column times a power of two, but for a constant.</summary>
        public bool IsPowerOfColumn => Columns <= 1 && Scale is not null;

        public double ErrorAt(double reading) => ErrorOfCode?.Invoke(reading - Offset) ?? (Absolute + (Relative * Math.Abs(reading - Offset)));

        /// <summary>A power of two of which every number near the reading, as the format holds it, is a multiple; 0: none is known.</summary>
        public double Grid(double reading, NumberFormat format)
        {
            if (Exact) return ExactGrid;
            if (Scale is not double scale) return 0;
            double smallest = Math.Max(Math.Abs(reading - Offset) - ErrorAt(reading) - ExactMagnitude, 0) / scale;
            return Math.Min(scale * Math.Max(format.Spacing(smallest), ColumnGrid), ExactGrid);
        }

        /// <summary>
        /// What slope·reading + bias ± ½, at most <paramref name="top"/>, is off by as a sum in fp32 of terms on a grid: nothing where fp32
        /// resolves the grid at the sum of their magnitudes, else a rounding a term. A column times a power of two is added once: there the result counts.
        /// </summary>
        public double SumError(double reading, double slope, double bias, double grid, double top)
        {
            double magnitude = IsPowerOfColumn ? top : (slope * (ExactMagnitude + InexactMagnitude)) + Math.Abs(bias) + 0.5;
            return magnitude <= grid * SinglePrecision.ExactIntegers ? 0 : (Columns + 1) * SinglePrecision.Rounding * magnitude;
        }
    }
}
