using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Syntax;

/// <summary>An expression as it was written.</summary>
internal abstract class ExpressionSyntax(SourceSpan span)
{
    public SourceSpan Span { get; } = span;
}

internal sealed class LiteralSyntax(SourceSpan span, Value value, SOpType type) : ExpressionSyntax(span)
{
    public Value Value { get; } = value;

    public SOpType Type { get; } = type;
}

internal sealed class NameSyntax(SourceSpan span, string name) : ExpressionSyntax(span)
{
    public string Name { get; } = name;
}

/// <summary>Kept in the tree because the warnings about precedence depend on it.</summary>
internal sealed class ParenthesizedSyntax(SourceSpan span, ExpressionSyntax inner) : ExpressionSyntax(span)
{
    public ExpressionSyntax Inner { get; } = inner;
}

internal sealed class ListSyntax(SourceSpan span, ImmutableArray<ExpressionSyntax> elements) : ExpressionSyntax(span)
{
    public ImmutableArray<ExpressionSyntax> Elements { get; } = elements;
}

internal sealed record DictionaryEntrySyntax(ExpressionSyntax Key, ExpressionSyntax Value);

internal sealed class DictionarySyntax(SourceSpan span, ImmutableArray<DictionaryEntrySyntax> entries) : ExpressionSyntax(span)
{
    public ImmutableArray<DictionaryEntrySyntax> Entries { get; } = entries;
}

/// <summary><c>[element for names in source]</c>, or with a key <c>{key: element for names in source}</c>.</summary>
internal sealed class ComprehensionSyntax(
    SourceSpan span, ExpressionSyntax? key, ExpressionSyntax element, ImmutableArray<NameSyntax> names, ExpressionSyntax source)
    : ExpressionSyntax(span)
{
    public ExpressionSyntax? Key { get; } = key;

    public ExpressionSyntax Element { get; } = element;

    public ImmutableArray<NameSyntax> Names { get; } = names;

    public ExpressionSyntax Source { get; } = source;
}

internal enum PrefixOperator
{
    Not,
    Minus,
    Plus,
}

internal sealed class PrefixSyntax(SourceSpan span, PrefixOperator op, ExpressionSyntax operand) : ExpressionSyntax(span)
{
    public PrefixOperator Operator { get; } = op;

    public ExpressionSyntax Operand { get; } = operand;
}

/// <summary>Arithmetic, comparison, <c>and</c> and <c>or</c>; the graph's operators name them.</summary>
internal sealed class BinarySyntax(
    SourceSpan span, ElementwiseOperator op, string symbol, ExpressionSyntax left, ExpressionSyntax right) : ExpressionSyntax(span)
{
    public ElementwiseOperator Operator { get; } = op;

    public string Symbol { get; } = symbol;

    public ExpressionSyntax Left { get; } = left;

    public ExpressionSyntax Right { get; } = right;
}

/// <summary><c>whenTrue if condition else whenFalse</c>.</summary>
internal sealed class ConditionalSyntax(
    SourceSpan span, ExpressionSyntax whenTrue, ExpressionSyntax condition, ExpressionSyntax whenFalse) : ExpressionSyntax(span)
{
    public ExpressionSyntax WhenTrue { get; } = whenTrue;

    public ExpressionSyntax Condition { get; } = condition;

    public ExpressionSyntax WhenFalse { get; } = whenFalse;
}

/// <summary><c>item in container</c>.</summary>
internal sealed class ContainedSyntax(SourceSpan span, ExpressionSyntax item, ExpressionSyntax container) : ExpressionSyntax(span)
{
    public ExpressionSyntax Item { get; } = item;

    public ExpressionSyntax Container { get; } = container;
}

internal sealed class IndexSyntax(SourceSpan span, ExpressionSyntax target, ExpressionSyntax index) : ExpressionSyntax(span)
{
    public ExpressionSyntax Target { get; } = target;

    public ExpressionSyntax Index { get; } = index;
}

internal sealed class CallSyntax(SourceSpan span, ExpressionSyntax target, ImmutableArray<ExpressionSyntax> arguments)
    : ExpressionSyntax(span)
{
    public ExpressionSyntax Target { get; } = target;

    public ImmutableArray<ExpressionSyntax> Arguments { get; } = arguments;
}

internal sealed class SelectSyntax(SourceSpan span, ExpressionSyntax key, ExpressionSyntax query, Comparison comparison)
    : ExpressionSyntax(span)
{
    public ExpressionSyntax Key { get; } = key;

    public ExpressionSyntax Query { get; } = query;

    public Comparison Comparison { get; } = comparison;
}
