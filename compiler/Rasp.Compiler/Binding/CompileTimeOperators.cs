using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Syntax;
using Rasp.Format;

namespace Rasp.Compiler.Binding;

/// <summary>
/// Operators that mean more between compile-time values than between s-ops: lists add, repeat and compare, strings repeat,
/// and <c>and</c> and <c>or</c> give one of their operands.
/// </summary>
internal static class CompileTimeOperators
{
    /// <summary>What a condition makes of a compile-time value; null where the value is not one.</summary>
    public static bool? Truth(CompileTimeValue value) => value switch
    {
        AtomValue { Value.Kind: ValueKind.Text } atom => atom.Value.Text.Length > 0,
        AtomValue atom => atom.Value.Number != Rational.Zero,
        ListValue list => list.Elements.Length > 0,
        DictionaryValue dictionary => dictionary.Keys.Length > 0,
        FunctionValue or BuiltInValue => true,
        _ => null,
    };

    /// <summary>The result, or null where the operator is the elementwise one.</summary>
    public static CompileTimeValue? TryApply(BindingSession session, BinarySyntax syntax, CompileTimeValue left, CompileTimeValue right)
    {
        switch (syntax.Operator, left, right)
        {
            case (ElementwiseOperator.And, _, not (SOpValue or SelectorValue or UnknownValue)) when Truth(left) is { } isTrue:
                return isTrue ? right : left;
            case (ElementwiseOperator.Or, _, not (SOpValue or SelectorValue or UnknownValue)) when Truth(left) is { } isTrue:
                return isTrue ? left : right;
            case (ElementwiseOperator.Add, ListValue l, ListValue r):
                return session.TryStep(syntax.Span, l.Elements.Length + r.Elements.Length)
                    ? new ListValue([.. l.Elements, .. r.Elements])
                    : new UnknownValue();
            case (ElementwiseOperator.Multiply, ListValue list, AtomValue { Type: SOpType.Int } count):
                return Repeat(session, syntax, list, count.Value.Number.Numerator);
            case (ElementwiseOperator.Multiply, AtomValue { Type: SOpType.Int } count, ListValue list):
                return Repeat(session, syntax, list, count.Value.Number.Numerator);
            case (ElementwiseOperator.Multiply, AtomValue { Type: SOpType.String } text, AtomValue { Type: SOpType.Int } count):
                return Repeat(session, syntax, text.Value.Text, count.Value.Number.Numerator);
            case (ElementwiseOperator.Multiply, AtomValue { Type: SOpType.Int } count, AtomValue { Type: SOpType.String } text):
                return Repeat(session, syntax, text.Value.Text, count.Value.Number.Numerator);
            case (ElementwiseOperator.Equal, ListValue or DictionaryValue, ListValue or DictionaryValue or AtomValue)
                or (ElementwiseOperator.Equal, AtomValue, ListValue or DictionaryValue):
                return AreEqual(session, syntax, left, right) is { } areEqual ? new AtomValue(areEqual, SOpType.Bool) : null;
            default:
                return null;
        }
    }

    private static CompileTimeValue Repeat(BindingSession session, BinarySyntax syntax, ListValue list, long count)
    {
        if (count <= 0 || list.Elements.IsEmpty) return new ListValue([]);
        Int128 length = (Int128)list.Elements.Length * count;
        return session.TryStep(syntax.Span, (int)Int128.Min(length, int.MaxValue))
            ? new ListValue([.. Enumerable.Repeat(list.Elements, (int)count).SelectMany(e => e)])
            : new UnknownValue();
    }

    private static CompileTimeValue Repeat(BindingSession session, BinarySyntax syntax, string text, long count)
    {
        if (count <= 0 || text.Length == 0) return new AtomValue(string.Empty, SOpType.String);
        if ((Int128)text.Length * count <= ElementwiseEvaluation.MaxTextLength) return new AtomValue(string.Concat(Enumerable.Repeat(text, (int)count)), SOpType.String);
        session.Diagnostics.CannotEvaluate(session.At(syntax.Span), ElementwiseEvaluation.TextTooLong);
        return new UnknownValue();
    }

    /// <summary>Null where an element is nothing that can be compared before the program runs.</summary>
    private static bool? AreEqual(BindingSession session, BinarySyntax syntax, CompileTimeValue left, CompileTimeValue right)
    {
        if (!session.TryStep(syntax.Span)) return null;
        switch (left, right)
        {
            case (AtomValue l, AtomValue r):
                return l.Value == r.Value;
            case (ListValue l, ListValue r):
                return AreEqual(session, syntax, l.Elements, r.Elements);
            case (DictionaryValue l, DictionaryValue r):
                if (l.Keys.Length != r.Keys.Length || !l.Keys.All(k => r.Entries.ContainsKey(k.Value))) return false;
                return AreEqual(session, syntax, [.. l.Keys.Select(k => l.Entries[k.Value])], [.. l.Keys.Select(k => r.Entries[k.Value])]);
            case (AtomValue or ListValue or DictionaryValue, AtomValue or ListValue or DictionaryValue):
                return false;
            default:
                return null;
        }
    }

    private static bool? AreEqual(
        BindingSession session, BinarySyntax syntax, ImmutableArray<CompileTimeValue> left, ImmutableArray<CompileTimeValue> right)
    {
        if (left.Length != right.Length) return false;
        for (int i = 0; i < left.Length; i++)
        {
            if (AreEqual(session, syntax, left[i], right[i]) is var areEqual and not true) return areEqual;
        }

        return true;
    }
}
