using System.Collections.Immutable;
using System.Globalization;
using Rasp.Compiler.Diagnostics;
using Rasp.Format;

namespace Rasp.Compiler.Graph;

/// <summary>
/// A node of the typed program graph that holds one value a position. Nodes are made by <see cref="GraphBuilder"/> only,
/// which returns the same object for the same expression, so reference equality is structural equality.
/// <see cref="Span"/> is where the expression was first written.
/// </summary>
public abstract class SOp
{
    private protected SOp(int id, SOpType type, SourceSpan span)
    {
        Id = id;
        Type = type;
        Span = span;
    }

    /// <summary>Order of creation; operands always have smaller ids than the nodes that read them.</summary>
    public int Id { get; }

    public SOpType Type { get; }

    public SourceSpan Span { get; }

    public bool IsNumeric => Type is SOpType.Int or SOpType.Float;
}

/// <summary>The input token at each position, converted to <see cref="SOp.Type"/> (<c>tokens_str</c>, <c>tokens_int</c>, …).</summary>
public sealed class TokensSOp : SOp
{
    internal TokensSOp(int id, SOpType type, SourceSpan span) : base(id, type, span) { }

    /// <summary>The token as this s-op's type; null where it has no such form (<c>tokens_int</c> of "a").</summary>
    public Value? Convert(Value token)
    {
        switch (Type)
        {
            case SOpType.String:
                return token.Kind == ValueKind.Text ? token : Value.FromText(Notation(token));
            case SOpType.Bool:
                // A text is true unless it is empty, whatever it says.
                return Value.FromBoolean(token.Kind == ValueKind.Text ? token.Text.Length > 0 : token.Number != Rational.Zero);
            default:
                Rational number = token.Number;
                if (token.Kind != ValueKind.Text) return Value.FromNumber(Type == SOpType.Float || number.IsInteger ? number : Truncate(number));
                bool isNumber = Rational.TryParse(token.Text, out number);
                return isNumber && (Type == SOpType.Float || number.IsInteger) ? Value.FromNumber(number) : null as Value?;
        }
    }

    private static Rational Truncate(Rational number) => number.Sign < 0 ? -(-number).Floor() : number.Floor();

    private static string Notation(Value token) =>
        token.Number.IsInteger ? token.ToString() : token.Number.ToDouble().ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>The position itself, from 0.</summary>
public sealed class IndicesSOp : SOp
{
    internal IndicesSOp(int id, SourceSpan span) : base(id, SOpType.Int, span) { }
}

/// <summary>The same value at every position.</summary>
public sealed class ConstantSOp : SOp
{
    internal ConstantSOp(int id, SOpType type, SourceSpan span, Value value) : base(id, type, span) => Value = value;

    public Value Value { get; }
}

/// <summary>A function of the operands' values at the same position. The result depends on nothing else.</summary>
public sealed class ElementwiseSOp : SOp
{
    internal ElementwiseSOp(
        int id, SOpType type, SourceSpan span, ElementwiseOperator op, ImmutableArray<SOp> operands, LookupTable? table)
        : base(id, type, span)
    {
        Operator = op;
        Operands = operands;
        Table = table;
    }

    public ElementwiseOperator Operator { get; }

    public ImmutableArray<SOp> Operands { get; }

    /// <summary>Only for <see cref="ElementwiseOperator.Lookup"/>.</summary>
    public LookupTable? Table { get; }
}

/// <summary>
/// <c>aggregate(selector, value, default)</c>: with no position selected the default, with one its value, with several
/// their mean (numbers only). <see cref="Default"/> is null where the program gives none: then numbers use 0, and
/// other types must not meet an empty selection (in causal mode they use "" or False).
/// </summary>
public sealed class AggregateSOp : SOp
{
    internal AggregateSOp(int id, SOpType type, SourceSpan span, Selector selector, SOp value, Value? @default)
        : base(id, type, span)
    {
        Selector = selector;
        Value = value;
        Default = @default;
    }

    public Selector Selector { get; }

    public SOp Value { get; }

    public Value? Default { get; }
}

/// <summary>How many positions the selector selects, for each query position.</summary>
public sealed class SelectorWidthSOp : SOp
{
    internal SelectorWidthSOp(int id, SourceSpan span, Selector selector) : base(id, SOpType.Int, span) => Selector = selector;

    public Selector Selector { get; }
}
