using System.Globalization;
using Rasp.Format;

namespace Rasp.Compiler.Graph;

/// <summary>The one definition of what the elementwise operators mean; the interpreter and the compiler both call it.</summary>
public static class ElementwiseEvaluation
{
    /// <summary>The longest text that an operator may give, in characters: a text that is joined to itself soon fills the memory.</summary>
    internal const int MaxTextLength = 100_000;

    internal static string TextTooLong { get; } = string.Create(CultureInfo.InvariantCulture, $"the text is longer than {MaxTextLength} characters");

    /// <summary>
    /// Applies the operator of <paramref name="node"/> to one value per operand. Returns false with the reason, worded
    /// to follow "…: ", where the operation is undefined (a division by zero, a missing key, a number beyond 64 bits, a text that is too long).
    /// </summary>
    public static bool TryApply(ElementwiseSOp node, ReadOnlySpan<Value> operands, out Value result, out string error)
    {
        error = string.Empty;
        result = default;
        try
        {
            bool isDefined = node.Operator switch
            {
                ElementwiseOperator.Conditional => Assign(operands[0].IsTrue ? operands[1] : operands[2], out result),
                ElementwiseOperator.Lookup => TryLookup(node.Table, operands[0], out result, out error),
                ElementwiseOperator.Tuple => Assign(TupleText.Join(operands), out result),
                _ when operands.Length == 1 => Assign(ApplyUnary(node.Operator, operands[0]), out result),
                _ => TryApplyBinary(node.Operator, operands[0], operands[1], out result, out error),
            };
            if (!isDefined || result.Text.Length <= MaxTextLength) return isDefined;
            error = TextTooLong;
            return false;
        }
        catch (OverflowException)
        {
            error = "the result does not fit a 64-bit fraction";
            return false;
        }
    }

    private static bool Assign(Value value, out Value result)
    {
        result = value;
        return true;
    }

    private static Value ApplyUnary(ElementwiseOperator op, Value a) => op switch
    {
        ElementwiseOperator.Not => Value.FromBoolean(!a.IsTrue),
        ElementwiseOperator.Negate => Value.FromNumber(-a.Number),
        ElementwiseOperator.Round => Value.FromNumber(a.Number.Round()),
        ElementwiseOperator.Indicator => Value.FromNumber(a.IsTrue ? Rational.One : Rational.Zero),
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, null),
    };

    private static bool TryApplyBinary(ElementwiseOperator op, Value a, Value b, out Value result, out string error)
    {
        error = string.Empty;
        switch (op)
        {
            case ElementwiseOperator.Divide or ElementwiseOperator.Modulo when b.Number == Rational.Zero:
                result = default;
                error = "division by zero";
                return false;
            case ElementwiseOperator.Power:
                return TryPower(a.Number, b.Number, out result, out error);
            default:
                result = op switch
                {
                    ElementwiseOperator.Add when a.Kind == ValueKind.Text => Value.FromText(a.Text + b.Text),
                    ElementwiseOperator.Add => Value.FromNumber(a.Number + b.Number),
                    ElementwiseOperator.Subtract => Value.FromNumber(a.Number - b.Number),
                    ElementwiseOperator.Multiply => Value.FromNumber(a.Number * b.Number),
                    ElementwiseOperator.Divide => Value.FromNumber(a.Number / b.Number),
                    ElementwiseOperator.Modulo => Value.FromNumber(a.Number % b.Number),
                    ElementwiseOperator.And => Value.FromBoolean(a.IsTrue && b.IsTrue),
                    ElementwiseOperator.Or => Value.FromBoolean(a.IsTrue || b.IsTrue),
                    _ => Value.FromBoolean(Compare(op, a, b)),
                };
                return true;
        }
    }

    private static bool Compare(ElementwiseOperator op, Value a, Value b) => op switch
    {
        ElementwiseOperator.Equal => a == b,
        ElementwiseOperator.NotEqual => a != b,
        ElementwiseOperator.Less => a < b,
        ElementwiseOperator.LessOrEqual => a <= b,
        ElementwiseOperator.Greater => a > b,
        ElementwiseOperator.GreaterOrEqual => a >= b,
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, null),
    };

    private static bool TryPower(Rational a, Rational b, out Value result, out string error)
    {
        result = default;
        error = string.Empty;
        if (b.IsInteger && Math.Abs(b.Numerator) <= 64)
        {
            if (a == Rational.Zero && b.Sign < 0)
            {
                error = "zero to a negative power";
                return false;
            }

            Rational power = Rational.One;
            for (long i = Math.Abs(b.Numerator); i > 0; i--) power *= a;
            result = Value.FromNumber(b.Sign < 0 ? Rational.One / power : power);
            return true;
        }

        double approximate = PortablePower.Of(a.ToDouble(), b.ToDouble());
        if (!double.IsFinite(approximate))
        {
            error = "the power is not a real number";
            return false;
        }

        result = Value.FromNumber(Rational.FromDouble(approximate));
        return true;
    }

    private static bool TryLookup(LookupTable? table, Value key, out Value result, out string error)
    {
        error = string.Empty;
        result = default;
        if (table is not null && table.Entries.TryGetValue(key, out result)) return true;
        if (table?.Otherwise is Value otherwise) return Assign(otherwise, out result);
        error = $"there is no entry for {key}";
        return false;
    }
}
