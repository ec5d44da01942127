using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>
/// How logits name one of many values: each value has a number, whose digits d are read from the residual stream, less the
/// middle of their range.
/// <code>
/// logit of the value with digits e = Σ_digits (2·e·d − e²) = Σ d² − Σ (d − e)²        largest, by at least 1, where all e = d
/// </code>
/// <see cref="Features"/> are the digits for each class of the variable, [class][digit], and <see cref="OfValues"/> those of the output's
/// values, [value][digit].
/// </summary>
internal sealed record OutputDigits(
    Variable? Variable, ImmutableArray<ImmutableArray<Rational>> Features, ImmutableArray<ImmutableArray<Rational>> OfValues)
{
    /// <summary>Digits below 12, so that neighbouring logits, at most 61 in all, stay apart in the 8 bits of bf16.</summary>
    private const int LargestBase = 12;

    public static OutputDigits Of(OneHotView view, ImmutableArray<Value> values)
    {
        Digits digits = Digits.For(values.Length, LargestBase);
        Rational middle = (Rational)(digits.Base - 1) / 2;
        ImmutableArray<ImmutableArray<Rational>> ofValues =
            [.. Enumerable.Range(0, values.Length).Select(number => digits.Of(number).Select(d => d - middle).ToImmutableArray())];
        return new OutputDigits(
            view.Variable,
            [.. view.Values.Select(v => v is Value value && values.BinarySearch(value) is int at and >= 0 ? ofValues[at] : ofValues[0])],
            ofValues);
    }
}
