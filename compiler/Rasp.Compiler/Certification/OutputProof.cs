using System.Collections.Immutable;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler.Certification;

/// <summary>The unembedding: that the nearest code, or the largest logit, names the value.</summary>
internal sealed class OutputProof(LengthProof proof, Schedule schedule)
{
    public void Run(LoweredOutput output, ManifestOutput described)
    {
        if (output.Number is LinearForm number) Nearest(output, number, described);
        if (output.Digits is OutputDigits digits) Largest(output, digits);
    }

    private void Nearest(LoweredOutput output, LinearForm number, ManifestOutput described)
    {
        ImmutableArray<Value> values = proof.Domains.Everywhere(output.Export.SOp, proof.MaxLength);
        ErrorBound read = proof.Number(number, values.Select(v => v.Number));

        // A column as it stands is rounded no more.
        Variable? column = number.Terms is [{ Variable: { Encoding: VariableEncoding.Linear } only } term] && number.Constant == Rational.Zero && term.Weights[0] == Rational.One ? only : null;
        ImmutableArray<double> codes = described.Codes;
        foreach (Value value in values)
        {
            double code = value.Number.ToDouble();
            int at = codes.BinarySearch(code);
            Interval error = column is null ? Interval.Around(read.At(code)) : proof.ErrorAt(column, code);
            if (at > 0) Nearer(codes[at] - codes[at - 1], error.Below, value);
            if (at >= 0 && at + 1 < codes.Length) Nearer(codes[at + 1] - codes[at], error.Above, value);
        }

        void Nearer(double gap, double error, Value value) =>
            proof.Proof.Step(gap / 2, error, () => $"{output.Export.Name}: {value} is off by up to {error:G3}, and another value lies {gap:G3} away");
    }

    private void Largest(LoweredOutput output, OutputDigits digits)
    {
        if (digits.OfValues.Length < 2) return;
        DigitColumn[] columns = [.. Columns(digits)];
        double error = WeightRounding(columns, digits.OfValues);
        double magnitude = 0;
        double logit = 0;
        foreach ((Variable variable, ColumnReading reading, int digit) in columns)
        {
            double largest = digits.OfValues.Max(v => Math.Abs(v[digit].ToDouble()));
            (double own, double read) = proof.Reading(variable, reading);
            error += 2 * largest * own;
            magnitude += (2 * largest * (read + Math.Abs(reading.Constant.ToDouble()))) + (largest * largest);
            logit += 3 * largest * largest;
        }

        // Halves of whole numbers, and products of two of them, are quarters: exact sums below 2²⁴ quarters.
        int width = columns.Select(c => c.Variable).Distinct().Sum(schedule.Width);
        if (error > 0 || 4 * magnitude > SinglePrecision.ExactIntegers) error += (width + 2) * SinglePrecision.Rounding * magnitude;
        error += proof.Format.Unit * logit;
        proof.Proof.Step(1, 2 * error, () => $"{output.Export.Name}: two logits lie closer than their errors of up to {error:G3}");
    }

    /// <summary>How each digit that is not constant is read.</summary>
    private IEnumerable<DigitColumn> Columns(OutputDigits digits)
    {
        int digit = 0;
        foreach (DigitsReading read in digits.Readings)
        {
            for (int d = 0; d < read.Count; d++, digit++)
                if (read.Variable is Variable variable) yield return new DigitColumn(variable, schedule.Read(variable, read.Function(d)), digit);
        }
    }

    /// <summary>What rounding the weights 2·e·coefficient and the bias of a logit to the format moves it by at most.</summary>
    private double WeightRounding(DigitColumn[] columns, ImmutableArray<ImmutableArray<Rational>> ofValues)
    {
        double most = 0;
        foreach (ImmutableArray<Rational> e in ofValues)
        {
            Rational bias = Rational.Zero;
            foreach ((_, ColumnReading reading, int digit) in columns) bias += (2 * e[digit] * reading.Constant) - (e[digit] * e[digit]);
            double rounding = proof.RoundingOf(bias);
            foreach (IGrouping<Variable, DigitColumn> own in columns.GroupBy(c => c.Variable))
            {
                for (int c = 0; c < schedule.Width(own.Key); c++)
                {
                    Rational weight = own.Aggregate(Rational.Zero, (sum, d) => sum + (2 * e[d.Digit] * d.Reading.Coefficients[c]));
                    rounding += proof.RoundingOf(weight) * proof.LargestColumn(own.Key, c);
                }
            }

            most = Math.Max(most, rounding);
        }

        return most;
    }

    /// <summary>A digit of an output as a reading of a variable's columns.</summary>
    private sealed record DigitColumn(Variable Variable, ColumnReading Reading, int Digit);
}
