using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Syntax;
using Rasp.Format;

namespace Rasp.Compiler.Binding;

/// <summary>A function that the language itself provides.</summary>
internal sealed class BuiltInFunction
{
    private readonly int fewest;
    private readonly int most;
    private readonly string expected;
    private readonly Func<BuiltInCall, CompileTimeValue> bind;

    private BuiltInFunction(string name, int fewest, int most, string expected, Func<BuiltInCall, CompileTimeValue> bind)
    {
        Name = name;
        this.fewest = fewest;
        this.most = most;
        this.expected = expected;
        this.bind = bind;
    }

    public static ImmutableArray<BuiltInFunction> All { get; } =
    [
        new("aggregate", 2, 3, "a selector, an s-op and possibly a default", Aggregate),
        new("selector_width", 1, 1, "one selector", SelectorWidth),
        new("round", 1, 1, "one number", c => c.Unary(c.Binder.Elementwise.Round)),
        new("indicator", 1, 1, "one condition", c => c.Unary(c.Binder.Elementwise.Indicator)),
        new("range", 1, 3, "an end, or a start, an end and a step", Range),
        new("zip", 1, int.MaxValue, "lists", Zip),
        new("len", 1, 1, "one list, dictionary or string", Length),
        new("draw", 1, 2, "an s-op and possibly an input", Draw),
    ];

    public string Name { get; }

    public CompileTimeValue Call(ExpressionBinder binder, CallSyntax syntax, ImmutableArray<CompileTimeValue> arguments)
    {
        if (arguments.Length < fewest || arguments.Length > most)
        {
            binder.Session.Diagnostics.WrongArgumentCount(binder.Session.At(syntax.Span), Name, expected, arguments.Length);
            return new UnknownValue();
        }

        return arguments.Any(a => a is UnknownValue) ? new UnknownValue() : bind(new BuiltInCall(binder, syntax, arguments));
    }

    private static CompileTimeValue Aggregate(BuiltInCall call)
    {
        Selector? selector = call.Selector(0);
        SOp? value = call.SOp(1);
        if (selector is null || value is null) return new UnknownValue();
        bool isMoved = SelectorWidths.IsAtMostOne(selector);
        if (!value.IsNumeric && !isMoved && SelectorWidths.IsSeveral(selector, call.Graph))
        {
            call.Diagnostics.NoMean(call.Place(1), TypeNames.WithArticle(value.Type), value.Type == SOpType.Bool);
            return new UnknownValue();
        }

        bool isMean = value.IsNumeric && !isMoved;
        SOpType type = isMean ? SOpType.Float : value.Type;
        Value? @default = null;
        if (call.Arguments.Length == 3)
        {
            if (call.Arguments[2] is not AtomValue atom) return call.WrongKind(2, "a single value as default");
            if (ElementwiseBinder.CommonType(type, atom.Type) is not { } common)
            {
                call.Diagnostics.DefaultType(call.Place(2), TypeNames.WithArticle(value.Type), atom.Description);
                return new UnknownValue();
            }

            type = common;
            @default = atom.Value;
        }

        return new SOpValue(call.Graph.Aggregate(selector, value, @default, type, call.Span));
    }

    private static CompileTimeValue SelectorWidth(BuiltInCall call) =>
        call.Selector(0) is { } selector ? new SOpValue(call.Graph.SelectorWidth(selector, call.Span)) : new UnknownValue();

    private static CompileTimeValue Range(BuiltInCall call)
    {
        List<long> numbers = [];
        for (int i = 0; i < call.Arguments.Length; i++)
        {
            if (call.Arguments[i] is not AtomValue { Type: SOpType.Int } atom) return call.WrongKind(i, "an int");
            numbers.Add(atom.Value.Number.Numerator);
        }

        (long start, long end, long step) = numbers.Count switch
        {
            1 => (0L, numbers[0], 1L),
            2 => (numbers[0], numbers[1], 1L),
            _ => (numbers[0], numbers[1], numbers[2]),
        };
        if (step == 0)
        {
            call.Diagnostics.StepIsZero(call.Place(2));
            return new UnknownValue();
        }

        Int128 count = ((Int128)end - start + step - Math.Sign(step)) / step;
        if (count <= 0) return new ListValue([]);
        if (!call.Binder.Session.TryStep(call.Syntax.Span, (int)Int128.Min(count, int.MaxValue))) return new UnknownValue();
        return new ListValue([.. Enumerable.Range(0, (int)count).Select(i => new AtomValue(start + (i * step), SOpType.Int))]);
    }

    private static CompileTimeValue Zip(BuiltInCall call)
    {
        List<ImmutableArray<CompileTimeValue>> lists = [];
        for (int i = 0; i < call.Arguments.Length; i++)
        {
            if (call.Arguments[i] is not ListValue list) return call.WrongKind(i, "a list");
            lists.Add(list.Elements);
        }

        int count = lists[0].Length;
        if (lists.Any(l => l.Length != count))
        {
            // With unknown arguments the lengths say nothing.
            if (call.Binder.Session.IsChecking) return new UnknownValue();
            call.Diagnostics.ListLengths(call.Span, lists.Select(l => l.Length));
            return new UnknownValue();
        }

        if (!call.Binder.Session.TryStep(call.Syntax.Span, (int)Math.Min((long)count * lists.Count, int.MaxValue))) return new UnknownValue();
        return new ListValue([.. Enumerable.Range(0, count).Select(i => new ListValue([.. lists.Select(l => l[i])]))]);
    }

    private static CompileTimeValue Length(BuiltInCall call) => call.Arguments[0] switch
    {
        ListValue list => new AtomValue(list.Elements.Length, SOpType.Int),
        DictionaryValue dictionary => new AtomValue(dictionary.Keys.Length, SOpType.Int),
        AtomValue { Type: SOpType.String } text => new AtomValue(text.Value.Text.Length, SOpType.Int),
        SOpValue => call.WrongKind(0, "a list, a dictionary or a string (length is the length of the input)"),
        _ => call.WrongKind(0, "a list, a dictionary or a string"),
    };

    private static CompileTimeValue Draw(BuiltInCall call)
    {
        if (call.Arguments[0] is not SOpValue sop) return call.WrongKind(0, "an s-op");
        bool canRun = call.Arguments.Length == 1 || call.Binder.IsInput(call.Arguments[1], call.Syntax.Arguments[1].Span);
        return canRun ? new ShownValue(sop, call.Arguments.ElementAtOrDefault(1)) : new UnknownValue();
    }
}

/// <summary>One call of a <see cref="BuiltInFunction"/>; no argument is unknown.</summary>
internal sealed record BuiltInCall(ExpressionBinder Binder, CallSyntax Syntax, ImmutableArray<CompileTimeValue> Arguments)
{
    public GraphBuilder Graph => Binder.Session.Graph;

    public DiagnosticBag Diagnostics => Binder.Session.Diagnostics;

    public SourceSpan Span => Binder.Session.At(Syntax.Span);

    public SourceSpan Place(int argument) => Binder.Session.At(Syntax.Arguments[argument].Span);

    public SOp? SOp(int argument) => Binder.ToSOp(Arguments[argument], Syntax.Arguments[argument].Span);

    public Selector? Selector(int argument)
    {
        if (Arguments[argument] is SelectorValue value) return value.Selector;
        WrongKind(argument, "a selector");
        return null;
    }

    public CompileTimeValue Unary(Func<SOp, SourceSpan, SOp?> apply) =>
        SOp(0) is { } operand ? Binder.Elementwise.ToValue(apply(operand, Span), Span, Arguments[0]) : new UnknownValue();

    public UnknownValue WrongKind(int argument, string expected)
    {
        Diagnostics.WrongKind(Place(argument), expected, Arguments[argument].Description, Arguments[argument].Advice);
        return new UnknownValue();
    }
}
