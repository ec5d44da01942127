using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>
/// How logits name one of many values: each value has a number, whose digits d are read from the residual stream, less the
/// middle of their range.
/// <code>
/// logit of the value with digits e = Σ_digits (2·e·d − e²) = Σ d² − Σ (d − e)²        largest, by at least 1, where all e = d
/// </code>
/// The digits are those of one variable, or of several that together tell the values apart, one after the other;
/// <see cref="OfValues"/> are those of the output's values, [value][digit].
/// </summary>
internal sealed record OutputDigits(ImmutableArray<DigitsReading> Readings, ImmutableArray<ImmutableArray<Rational>> OfValues)
{
    /// <summary>
    /// Digits below 12, so that neighbouring logits, at most 61 in all, stay apart in the 8 bits of bf16; below 6 where they are those of two
    /// variables, and so on, since their logits add up.
    /// </summary>
    private const int LargestBase = 12;

    public static OutputDigits Of(OneHotView view, ImmutableArray<Value> values)
    {
        Digits digits = Digits.For(values.Length, LargestBase);
        ImmutableArray<ImmutableArray<Rational>> ofValues = [.. Enumerable.Range(0, values.Length).Select(number => Middled(digits, number))];
        DigitsReading reading = new(view.Variable, [.. view.Values.Select(v => v is Value value && values.BinarySearch(value) is int at and >= 0 ? ofValues[at] : ofValues[0])]);
        return new OutputDigits([reading], ofValues);
    }

    /// <summary>
    /// Values that tell the classes of several variables apart, as joined texts do: they need no variable of their own.
    /// <paramref name="numbers"/> are those of the variables' classes, [variable][class], and <paramref name="ofValues"/> the values', [value][variable].
    /// </summary>
    public static OutputDigits Of(ImmutableArray<(Variable Variable, ImmutableArray<int> Numbers)> numbers, ImmutableArray<ImmutableArray<int>> ofValues)
    {
        Digits[] digits = [.. numbers.Select(n => Digits.For(n.Numbers.Max() + 1, Math.Max(LargestBase / numbers.Length, 3)))];
        return new OutputDigits(
            [.. numbers.Select((n, i) => new DigitsReading(n.Variable, [.. n.Numbers.Select(number => Middled(digits[i], number))]))],
            [.. ofValues.Select(v => v.SelectMany((number, i) => Middled(digits[i], number)).ToImmutableArray())]);
    }

    private static ImmutableArray<Rational> Middled(Digits digits, int number) => [.. digits.Of(number).Select(d => d - ((Rational)(digits.Base - 1) / 2))];
}

/// <summary>Digits for each class of a variable, [class][digit]; a constant has no variable and one class.</summary>
internal sealed record DigitsReading(Variable? Variable, ImmutableArray<ImmutableArray<Rational>> Features)
{
    public int Count => Features[0].Length;

    /// <summary>A digit for each class.</summary>
    public ImmutableArray<Rational> Function(int digit) => [.. Features.Select(f => f[digit])];
}
