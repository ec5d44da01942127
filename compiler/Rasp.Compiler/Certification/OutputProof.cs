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
        if (digits.Variable is not Variable variable || digits.OfValues.Length < 2) return;
        double error = WeightRounding(variable, digits);
        double magnitude = 0;
        double logit = 0;
        for (int d = 0; d < digits.Features[0].Length; d++)
        {
            ColumnReading reading = schedule.Read(variable, [.. digits.Features.Select(f => f[d])]);
            double largest = digits.OfValues.Max(v => Math.Abs(v[d].ToDouble()));
            (double own, double read) = proof.Reading(variable, reading);
            error += 2 * largest * own;
            magnitude += (2 * largest * (read + Math.Abs(reading.Constant.ToDouble()))) + (largest * largest);
            logit += 3 * largest * largest;
        }

        // Halves of whole numbers, and products of two of them, are quarters: exact sums below 2²⁴ quarters.
        if (error > 0 || 4 * magnitude > SinglePrecision.ExactIntegers) error += (schedule.Width(variable) + 2) * SinglePrecision.Rounding * magnitude;
        error += proof.Format.Unit * logit;
        proof.Proof.Step(1, 2 * error, () => $"{output.Export.Name}: two logits lie closer than their errors of up to {error:G3}");
    }

    /// <summary>What rounding the weights 2·e·coefficient and the bias of a logit to the format moves it by at most.</summary>
    private double WeightRounding(Variable variable, OutputDigits digits)
    {
        ColumnReading[] readings = [.. digits.Features[0].Select((_, d) => schedule.Read(variable, [.. digits.Features.Select(f => f[d])]))];
        double most = 0;
        foreach (ImmutableArray<Rational> e in digits.OfValues)
        {
            Rational bias = Rational.Zero;
            for (int d = 0; d < e.Length; d++) bias += (2 * e[d] * readings[d].Constant) - (e[d] * e[d]);
            double rounding = proof.RoundingOf(bias);
            for (int c = 0; c < schedule.Width(variable); c++)
            {
                Rational weight = Rational.Zero;
                for (int d = 0; d < e.Length; d++) weight += 2 * e[d] * readings[d].Coefficients[c];
                rounding += proof.RoundingOf(weight) * proof.LargestColumn(variable, c);
            }

            most = Math.Max(most, rounding);
        }

        return most;
    }
}
