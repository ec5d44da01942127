using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Interpretation;

/// <summary>
/// One value a position, all of one kind; a fault where there is none. A number is a numerator and, where any of them is
/// not whole, a denominator (in lowest terms); a boolean is 0 or 1, a text its number in the plan's <see cref="TextPool"/>.
/// </summary>
internal abstract class SOpSlot(SOp sop, TextPool texts) : Slot
{
    private EvaluationError?[] faults = [];
    private long[] denominators = [];

    public SOp SOp { get; } = sop;

    public ValueKind Kind { get; } = sop.Type switch
    {
        SOpType.Bool => ValueKind.Boolean,
        SOpType.String => ValueKind.Text,
        _ => ValueKind.Number,
    };

    public long[] Numerators { get; private set; } = [];

    /// <summary>Null where all values are whole.</summary>
    public long[]? Denominators { get; private set; }

    public bool HasFaults { get; private set; }

    protected TextPool Texts { get; } = texts;

    public EvaluationError? Fault(int position) => HasFaults ? faults[position] : null;

    public EvaluationError? FirstFault(int start, int end)
    {
        for (int i = start; HasFaults && i < end; i++)
        {
            if (faults[i] is { } fault) return fault;
        }

        return null;
    }

    public Rational Number(int position) =>
        Denominators is { } all ? Rational.OfLowestTerms(Numerators[position], all[position]) : Numerators[position];

    /// <summary>The value as the language has it; the number 0 where there is none.</summary>
    public Value this[int position] => Fault(position) is not null ? default : Kind switch
    {
        ValueKind.Boolean => Value.FromBoolean(Numerators[position] != 0),
        ValueKind.Text => Value.FromText(Texts[Numerators[position]]),
        _ => Value.FromNumber(Number(position)),
    };

    protected override void Clear(BatchShape shape)
    {
        if (Numerators.Length < shape.Positions) Numerators = new long[shape.Positions];
        Denominators = null;
        HasFaults = false;
    }

    protected void Set(int position, Value value)
    {
        if (Kind == ValueKind.Text) Numerators[position] = Texts.Add(value.Text);
        else Set(position, value.Number);
    }

    protected void Set(int position, Rational number)
    {
        Numerators[position] = number.Numerator;
        if (Denominators is null)
        {
            if (number.IsInteger) return;
            Denominators = WholeDenominators();
        }

        Denominators[position] = number.Denominator;
    }

    /// <summary>Gives the position the value that another s-op of the same kind has at <paramref name="from"/>.</summary>
    protected void Copy(int position, SOpSlot source, int from)
    {
        if (source.Denominators is null && Denominators is null) Numerators[position] = source.Numerators[from];
        else Set(position, source.Number(from));
    }

    protected void Fail(int position, int inInput, string message) => Fail(position, new EvaluationError(SOp, inInput, message));

    protected void Fail(int position, EvaluationError fault)
    {
        if (!HasFaults)
        {
            if (faults.Length < Numerators.Length) faults = new EvaluationError?[Numerators.Length];
            else Array.Clear(faults);
        }

        HasFaults = true;
        faults[position] = fault;
        Numerators[position] = 0;
        if (Kind == ValueKind.Text) Numerators[position] = Texts.Add(string.Empty);
        if (Denominators is { } all) all[position] = 1;
    }

    private long[] WholeDenominators()
    {
        if (denominators.Length < Numerators.Length) denominators = new long[Numerators.Length];
        Array.Fill(denominators, 1);
        return denominators;
    }
}
