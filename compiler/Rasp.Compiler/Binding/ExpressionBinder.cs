using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Syntax;
using Rasp.Format;

namespace Rasp.Compiler.Binding;

/// <summary>Expressions to compile-time values, s-ops and selectors.</summary>
internal sealed class ExpressionBinder
{
    private static readonly UnknownValue Unknown = new();

    private readonly BindingSession session;
    private readonly ElementwiseBinder elementwise;
    private readonly Indexing indexing;
    private readonly StatementBinder statements;

    public ExpressionBinder(BindingSession session, StatementBinder statements)
    {
        this.session = session;
        this.statements = statements;
        elementwise = new ElementwiseBinder(session.Graph, session.Diagnostics);
        indexing = new Indexing(session, elementwise);
    }

    public BindingSession Session => session;

    public ElementwiseBinder Elementwise => elementwise;

    public CompileTimeValue Bind(ExpressionSyntax syntax, Scope scope)
    {
        if (session.Observer is not { } observer) return BindUnobserved(syntax, scope);
        observer.Begin();
        CompileTimeValue value = BindUnobserved(syntax, scope);
        observer.End(syntax, value);
        return value;
    }

    private CompileTimeValue BindUnobserved(ExpressionSyntax syntax, Scope scope)
    {
        if (!session.TryStep(syntax.Span)) return Unknown;
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            session.Diagnostics.NestedTooDeeply(session.At(syntax.Span));
            return Unknown;
        }

        return syntax switch
        {
            LiteralSyntax s => new AtomValue(s.Value, s.Type),
            NameSyntax s => BindName(s, scope),
            ParenthesizedSyntax s => Bind(s.Inner, scope),
            ListSyntax s => new ListValue(BindAll(s.Elements, scope)),
            DictionarySyntax s => BindDictionary(s, scope),
            ComprehensionSyntax s => BindComprehension(s, scope),
            PrefixSyntax s => BindPrefix(s, scope),
            BinarySyntax s => BindBinary(s, scope),
            ConditionalSyntax s => BindConditional(s, scope),
            ContainedSyntax s => BindContained(s, scope),
            IndexSyntax s => indexing.Bind(s, Bind(s.Target, scope), Bind(s.Index, scope)),
            CallSyntax s => BindCall(s, scope),
            SelectSyntax s => BindSelect(s, scope),
            _ => throw new ArgumentOutOfRangeException(nameof(syntax), syntax.GetType().Name, null),
        };
    }

    public ImmutableArray<CompileTimeValue> BindAll(ImmutableArray<ExpressionSyntax> expressions, Scope scope)
    {
        ImmutableArray<CompileTimeValue>.Builder values = ImmutableArray.CreateBuilder<CompileTimeValue>(expressions.Length);
        foreach (ExpressionSyntax expression in expressions) values.Add(Bind(expression, scope));
        return values.DrainToImmutable();
    }

    /// <summary>What a loop runs over: the elements of a list or the keys of a dictionary; null when it is neither.</summary>
    public IReadOnlyList<CompileTimeValue>? Elements(CompileTimeValue source, SourceSpan span)
    {
        switch (source)
        {
            case ListValue list:
                return list.Elements;
            case DictionaryValue dictionary:
                return dictionary.Keys;
            case UnknownValue:
                return [Unknown];
            default:
                session.Diagnostics.WrongKind(session.At(span), "a list or a dictionary", source.Description, source.Advice);
                return null;
        }
    }

    /// <summary>Whether an s-op or selector can be run on the value; reported where not.</summary>
    public bool IsInput(CompileTimeValue value, SourceSpan span) => indexing.IsInput(value, span);

    /// <summary>An s-op: itself, or an atom lifted to a constant; null after anything else was reported.</summary>
    public SOp? ToSOp(CompileTimeValue value, SourceSpan span)
    {
        switch (value)
        {
            case SOpValue v:
                return v.SOp;
            case AtomValue v:
                return session.Graph.Constant(v.Value, v.Type, session.At(span));
            default:
                if (value is not UnknownValue) session.Diagnostics.WrongKind(session.At(span), "an s-op or a single value", value.Description, value.Advice);
                return null;
        }
    }

    private CompileTimeValue BindName(NameSyntax syntax, Scope scope)
    {
        if (scope.Find(syntax.Name) is { } value) return value;
        if (scope.IsIncomplete) return Unknown;
        session.Diagnostics.UndefinedName(session.At(syntax.Span), syntax.Name, Spelling.Nearest(syntax.Name, scope.VisibleNames()));
        return Unknown;
    }

    private DictionaryValue BindDictionary(DictionarySyntax syntax, Scope scope)
    {
        DictionaryBuilder builder = new(session);
        foreach (DictionaryEntrySyntax entry in syntax.Entries)
            builder.Add(Bind(entry.Key, scope), entry.Key.Span, Bind(entry.Value, scope));
        return builder.ToValue();
    }

    private CompileTimeValue BindComprehension(ComprehensionSyntax syntax, Scope scope)
    {
        if (Elements(Bind(syntax.Source, scope), syntax.Source.Span) is not { } source) return Unknown;
        DictionaryBuilder? dictionary = syntax.Key is null ? null : new DictionaryBuilder(session);
        ImmutableArray<CompileTimeValue>.Builder list = ImmutableArray.CreateBuilder<CompileTimeValue>();
        foreach (CompileTimeValue element in source)
        {
            Scope inner = new(scope);
            if (!statements.DefineAll(syntax.Names, element, inner, syntax.Source.Span)) return Unknown;
            if (dictionary is not null && syntax.Key is not null)
                dictionary.Add(Bind(syntax.Key, inner), syntax.Key.Span, Bind(syntax.Element, inner));
            else
                list.Add(Bind(syntax.Element, inner));
            if (session.IsExhausted) return Unknown;
        }

        return dictionary is null ? new ListValue(list.DrainToImmutable()) : dictionary.ToValue();
    }

    private CompileTimeValue BindPrefix(PrefixSyntax syntax, Scope scope)
    {
        CompileTimeValue operand = Bind(syntax.Operand, scope);
        SourceSpan span = session.At(syntax.Span);
        if (operand is SelectorValue selector && syntax.Operator == PrefixOperator.Not)
            return new SelectorValue(session.Graph.Not(selector.Selector, span));
        if (operand is ListValue or DictionaryValue && syntax.Operator == PrefixOperator.Not)
            return new AtomValue(CompileTimeOperators.Truth(operand) is false, SOpType.Bool);
        if (ToSOp(operand, syntax.Operand.Span) is not { } sop) return Unknown;
        SOp? result = syntax.Operator switch
        {
            PrefixOperator.Not => elementwise.Not(sop, span),
            PrefixOperator.Minus => elementwise.Negate(sop, span),
            _ => elementwise.Plus(sop, span),
        };
        return elementwise.ToValue(result, span, operand);
    }

    private CompileTimeValue BindBinary(BinarySyntax syntax, Scope scope)
    {
        CompileTimeValue left = Bind(syntax.Left, scope);
        CompileTimeValue right = Bind(syntax.Right, scope);
        SourceSpan span = session.At(syntax.Span);
        if (syntax.Operator is ElementwiseOperator.And or ElementwiseOperator.Or && (left is SelectorValue || right is SelectorValue))
            return CombineSelectors(syntax, left, right, span);
        if (CompileTimeOperators.TryApply(session, syntax, left, right) is { } value) return value;
        SOp? a = ToSOp(left, syntax.Left.Span);
        SOp? b = a is null && left is not UnknownValue ? null : ToSOp(right, syntax.Right.Span);
        return a is null || b is null ? Unknown : elementwise.ToValue(elementwise.Apply(syntax.Operator, syntax.Symbol, a, b, span), span, left, right);
    }

    private CompileTimeValue CombineSelectors(BinarySyntax syntax, CompileTimeValue left, CompileTimeValue right, SourceSpan span)
    {
        Selector? a = ToSelector(left, syntax.Left.Span);
        Selector? b = ToSelector(right, syntax.Right.Span);
        if (a is null || b is null) return Unknown;
        return new SelectorValue(syntax.Operator == ElementwiseOperator.And ? session.Graph.And(a, b, span) : session.Graph.Or(a, b, span));
    }

    private Selector? ToSelector(CompileTimeValue value, SourceSpan span)
    {
        if (value is SelectorValue selector) return selector.Selector;
        if (value is not UnknownValue) session.Diagnostics.WrongKind(session.At(span), "a selector", value.Description, value.Advice);
        return null;
    }

    private CompileTimeValue BindConditional(ConditionalSyntax syntax, Scope scope)
    {
        CompileTimeValue condition = Bind(syntax.Condition, scope);
        SourceSpan span = session.At(syntax.Span);

        // A choice made while the program is bound may be between anything, and ends recursions.
        if (CompileTimeOperators.Truth(condition) is { } isTrue) return Bind(isTrue ? syntax.WhenTrue : syntax.WhenFalse, scope);

        CompileTimeValue whenTrue = Bind(syntax.WhenTrue, scope);
        CompileTimeValue whenFalse = Bind(syntax.WhenFalse, scope);
        if (condition is UnknownValue) return Unknown;
        SOp? test = ToSOp(condition, syntax.Condition.Span);
        SOp? a = ToSOp(whenTrue, syntax.WhenTrue.Span);
        SOp? b = a is null && whenTrue is not UnknownValue ? null : ToSOp(whenFalse, syntax.WhenFalse.Span);
        return test is null || a is null || b is null ? Unknown : elementwise.ToValue(elementwise.Conditional(test, a, b, span), span, condition);
    }

    private CompileTimeValue BindContained(ContainedSyntax syntax, Scope scope)
    {
        CompileTimeValue item = Bind(syntax.Item, scope);
        CompileTimeValue container = Bind(syntax.Container, scope);
        return indexing.Contains(syntax, item, container);
    }

    private CompileTimeValue BindCall(CallSyntax syntax, Scope scope)
    {
        CompileTimeValue target = Bind(syntax.Target, scope);
        ImmutableArray<CompileTimeValue> arguments = BindAll(syntax.Arguments, scope);
        switch (target)
        {
            case FunctionValue function:
                return statements.Call(function, arguments, syntax.Span);
            case BuiltInValue builtIn:
                return builtIn.Function.Call(this, syntax, arguments);
            case SOpValue or SelectorValue when arguments.Length == 1:
                return IsInput(arguments[0], syntax.Arguments[0].Span) ? new ShownValue(target, arguments[0]) : Unknown;
            case SOpValue or SelectorValue:
                session.Diagnostics.WrongArgumentCount(session.At(syntax.Span), target.Description, "one input, a string or a list", arguments.Length);
                return Unknown;
            case UnknownValue:
                return Unknown;
            default:
                session.Diagnostics.NotCallable(session.At(syntax.Target.Span), target.Description);
                return Unknown;
        }
    }

    private CompileTimeValue BindSelect(SelectSyntax syntax, Scope scope)
    {
        SOp? key = ToSOp(Bind(syntax.Key, scope), syntax.Key.Span);
        SOp? query = ToSOp(Bind(syntax.Query, scope), syntax.Query.Span);
        if (key is null || query is null) return Unknown;
        SourceSpan span = session.At(syntax.Span);
        return elementwise.Comparable(key, query, span) is var (k, q)
            ? new SelectorValue(session.Graph.Select(k, q, syntax.Comparison, span))
            : Unknown;
    }
}
