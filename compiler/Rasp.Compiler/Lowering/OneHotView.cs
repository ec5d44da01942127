using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>
/// An s-op that is a function of one one-hot variable: any function of it is linear in the variable's columns, so it
/// needs no columns of its own. Null where the function is undefined. A constant has no variable and one value.
/// </summary>
internal sealed record OneHotView(Variable? Variable, ImmutableArray<Value?> Values)
{
    public IEnumerable<Variable> Reads => Variable is null ? [] : [Variable];

    public static OneHotView Constant(Value value) => new(null, [value]);

    /// <summary>What has no value for any input, so that none asks for it.</summary>
    public static OneHotView Undefined { get; } = new(null, [null]);

    public static OneHotView Identity(Variable variable) => new(variable, [.. variable.Values.Select(v => (Value?)v)]);

    /// <summary>The operator applied to views of the same variable, or null where two variables meet.</summary>
    public static OneHotView? Apply(ElementwiseSOp op, ImmutableArray<OneHotView> operands)
    {
        Variable? variable = null;
        foreach (OneHotView operand in operands)
        {
            if (operand.Variable is null) continue;
            if (variable is not null && variable != operand.Variable) return null;
            variable = operand.Variable;
        }

        int classes = variable?.Values.Length ?? 1;
        Value?[] results = new Value?[classes];
        Value[] arguments = new Value[operands.Length];
        for (int c = 0; c < classes; c++)
        {
            bool defined = true;
            for (int o = 0; o < operands.Length; o++)
            {
                Value? argument = Argument(operands[o], c);
                defined &= argument is not null;
                arguments[o] = argument ?? default;
            }

            // Of a conditional only the chosen operand counts.
            if (op.Operator == ElementwiseOperator.Conditional)
                defined = Argument(operands[0], c) is Value condition && Argument(operands[condition.IsTrue ? 1 : 2], c) is not null;
            results[c] = defined && ElementwiseEvaluation.TryApply(op, arguments, out Value result, out _) ? result : (Value?)null;
        }

        return new OneHotView(variable, [.. results]);
    }

    private static Value? Argument(OneHotView operand, int c) => operand.Values[operand.Variable is null ? 0 : c];

    /// <summary>The number (or truth value as 0 or 1) that the view holds, as a reading; undefined classes read 0.</summary>
    public LinearForm ToLinear()
    {
        if (Variable is null) return new LinearForm(Values[0]?.Number ?? Rational.Zero, []);
        return new LinearForm(Rational.Zero, [new LinearTerm(Variable, [.. Values.Select(v => v?.Number ?? Rational.Zero)])]);
    }
}
