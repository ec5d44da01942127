using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Interpretation;

/// <summary>
/// A function of values at the same position: in a loop over whole numbers where the operator has one and nothing overflows,
/// and otherwise value by value, by the operators' definition.
/// </summary>
internal sealed class ElementwiseSlot : SOpSlot
{
    private const int MostKnown = 100_000;

    private readonly ElementwiseSOp node;
    private readonly SOpSlot[] operands;
    private readonly Value[] arguments;

    // Results of lookups and joined texts by the numbers of their operands; texts and tables have few of them.
    private readonly Dictionary<(long First, long Second), long> known = [];

    public ElementwiseSlot(ElementwiseSOp node, SOpSlot[] operands, TextPool texts) : base(node, texts)
    {
        this.node = node;
        this.operands = operands;
        arguments = new Value[operands.Length];
        IsFixed = operands.All(o => o.IsFixed);
    }

    public override void Forget()
    {
        base.Forget();
        known.Clear();
    }

    protected override void Compute(ReadOnlySpan<Value> tokens, BatchShape shape)
    {
        if (operands.Any(o => o.HasFaults)) ComputeWithFaults(shape);
        else if (!TryComputeWhole(shape.Positions) && !TryComputeFractions(shape.Positions)) ComputeEach(shape);
    }

    private bool TryComputeWhole(int count)
    {
        if (node.Operator == ElementwiseOperator.Conditional)
        {
            if (operands[1].Denominators is not null || operands[2].Denominators is not null) return false;
            WholeNumbers.Choose(operands[0].Numerators, operands[1].Numerators, operands[2].Numerators, Numerators, count);
            return true;
        }

        if (operands.Any(o => o.Denominators is not null)) return false;
        if (!operands.All(o => o.Kind == operands[0].Kind && IsWhole(node.Operator, o.Kind))) return false;
        return operands.Length == 1
            ? WholeNumbers.TryUnary(node.Operator, operands[0].Numerators, Numerators, count)
            : WholeNumbers.TryBinary(node.Operator, operands[0].Numerators, operands[1].Numerators, Numerators, count);
    }

    // Whether the operator can work on what stands for such values: the numbers of texts have no order, and no sum.
    private static bool IsWhole(ElementwiseOperator op, ValueKind kind) => op switch
    {
        ElementwiseOperator.Equal or ElementwiseOperator.NotEqual => true,
        ElementwiseOperator.Not or ElementwiseOperator.And or ElementwiseOperator.Or or ElementwiseOperator.Indicator => kind == ValueKind.Boolean,
        _ => kind == ValueKind.Number,
    };

    private bool TryComputeFractions(int count)
    {
        if (operands.Length != 2 || operands.Any(o => o.Kind != ValueKind.Number)) return false;
        try
        {
            for (int i = 0; i < count; i++)
            {
                (Rational a, Rational b) = (operands[0].Number(i), operands[1].Number(i));
                switch (node.Operator)
                {
                    case ElementwiseOperator.Add: Set(i, a + b); break;
                    case ElementwiseOperator.Subtract: Set(i, a - b); break;
                    case ElementwiseOperator.Multiply: Set(i, a * b); break;
                    case ElementwiseOperator.Divide when b != Rational.Zero: Set(i, a / b); break;
                    case ElementwiseOperator.Modulo when b != Rational.Zero: Set(i, a % b); break;
                    case ElementwiseOperator.Equal: Numerators[i] = a == b ? 1 : 0; break;
                    case ElementwiseOperator.NotEqual: Numerators[i] = a != b ? 1 : 0; break;
                    case ElementwiseOperator.Less: Numerators[i] = a < b ? 1 : 0; break;
                    case ElementwiseOperator.LessOrEqual: Numerators[i] = a <= b ? 1 : 0; break;
                    case ElementwiseOperator.Greater: Numerators[i] = a > b ? 1 : 0; break;
                    case ElementwiseOperator.GreaterOrEqual: Numerators[i] = a >= b ? 1 : 0; break;
                    default: return false;
                }
            }

            return true;
        }
        catch (OverflowException)
        {
            // Which position it is, and what to say of it, is found value by value.
            return false;
        }
    }

    private void ComputeEach(BatchShape shape)
    {
        bool isKnown = node.Operator == ElementwiseOperator.Lookup || (node.Operator == ElementwiseOperator.Add && Kind == ValueKind.Text);
        isKnown &= operands.All(o => o.Denominators is null);
        if (known.Count > MostKnown) known.Clear();
        SOpSlot last = operands[^1];
        for (int i = 0; i < shape.Positions; i++)
        {
            (long, long) key = isKnown ? (operands[0].Numerators[i], last.Numerators[i]) : default;
            if (isKnown && known.TryGetValue(key, out long result))
            {
                Numerators[i] = result;
                continue;
            }

            if (ComputeOne(i, i % shape.Length) && isKnown && (Denominators is null || Denominators[i] == 1)) known.Add(key, Numerators[i]);
        }
    }

    private void ComputeWithFaults(BatchShape shape)
    {
        for (int i = 0; i < shape.Positions; i++)
        {
            if (OperandFault(i) is { } fault) Fail(i, fault);
            else ComputeOne(i, i % shape.Length);
        }
    }

    private bool ComputeOne(int position, int inInput)
    {
        for (int j = 0; j < operands.Length; j++) arguments[j] = operands[j][position];
        bool isDefined = ElementwiseEvaluation.TryApply(node, arguments, out Value result, out string error);
        if (isDefined) Set(position, result);
        else Fail(position, inInput, error);
        return isDefined;
    }

    // Of a conditional only the chosen branch counts.
    private EvaluationError? OperandFault(int i)
    {
        if (node.Operator == ElementwiseOperator.Conditional)
            return operands[0].Fault(i) ?? operands[operands[0].Numerators[i] != 0 ? 1 : 2].Fault(i);
        foreach (SOpSlot operand in operands)
        {
            if (operand.Fault(i) is { } fault) return fault;
        }

        return null;
    }
}
