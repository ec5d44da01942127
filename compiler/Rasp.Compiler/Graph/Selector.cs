using Rasp.Compiler.Diagnostics;

namespace Rasp.Compiler.Graph;

public enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>A boolean matrix [query position, key position]. Shared like <see cref="SOp"/>: reference equality is structural.</summary>
public abstract class Selector
{
    private protected Selector(int id, SourceSpan span)
    {
        Id = id;
        Span = span;
    }

    public int Id { get; }

    public SourceSpan Span { get; }
}

/// <summary><c>select(key, query, op)</c>: position k is selected for position q where <c>key[k] op query[q]</c>.</summary>
public sealed class SelectSelector : Selector
{
    internal SelectSelector(int id, SourceSpan span, SOp key, SOp query, Comparison comparison) : base(id, span)
    {
        Key = key;
        Query = query;
        Comparison = comparison;
    }

    public SOp Key { get; }

    public SOp Query { get; }

    public Comparison Comparison { get; }
}

public sealed class NotSelector : Selector
{
    internal NotSelector(int id, SourceSpan span, Selector operand) : base(id, span) => Operand = operand;

    public Selector Operand { get; }
}

public sealed class AndSelector : Selector
{
    internal AndSelector(int id, SourceSpan span, Selector left, Selector right) : base(id, span) => (Left, Right) = (left, right);

    public Selector Left { get; }

    public Selector Right { get; }
}

public sealed class OrSelector : Selector
{
    internal OrSelector(int id, SourceSpan span, Selector left, Selector right) : base(id, span) => (Left, Right) = (left, right);

    public Selector Left { get; }

    public Selector Right { get; }
}
