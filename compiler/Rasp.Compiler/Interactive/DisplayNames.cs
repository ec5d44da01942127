using System.Runtime.CompilerServices;
using Rasp.Compiler.Binding;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Syntax;

namespace Rasp.Compiler.Interactive;

/// <summary>
/// What to call an s-op or a selector that stands in a list or a dictionary: the name it was last assigned to, or one
/// made of the expression's parts as the original interpreter makes it. Also keeps the value of the last whole expression.
/// </summary>
internal sealed class DisplayNames : IBindingObserver
{
    private const int MaxLength = 30;
    private const int MaxArgumentLength = 20;
    private const string AnySOp = "s-op";
    private const string AnySelector = "plain select";

    private readonly ConditionalWeakTable<CompileTimeValue, string> names = [];

    // The values that the parts of the open expressions had, innermost expression on top.
    private readonly Stack<List<CompileTimeValue>> open = [];

    /// <summary>The value of the last expression that stood in no other; null before there is one.</summary>
    public CompileTimeValue? LastValue { get; private set; }

    public string Of(CompileTimeValue value) =>
        names.TryGetValue(value, out string? name) ? name : value is SelectorValue ? AnySelector : AnySOp;

    public void Begin() => open.Push([]);

    public void End(ExpressionSyntax syntax, CompileTimeValue value)
    {
        List<CompileTimeValue> parts = open.Pop();
        if (value is SOpValue or SelectorValue && Describe(syntax, parts) is { } name) Assign(name, value);
        if (open.TryPeek(out List<CompileTimeValue>? outer)) outer.Add(value);
        else LastValue = value;
    }

    public void Assign(string name, CompileTimeValue value)
    {
        bool isTooLong = name.EnumerateRunes().Count() > MaxLength;
        if (value is SOpValue or SelectorValue)
            names.AddOrUpdate(value, !isTooLong ? name : value is SOpValue ? AnySOp : "sel");
    }

    /// <summary>The name that an expression gives its value; null where the value is an older one and keeps its name.</summary>
    private string? Describe(ExpressionSyntax syntax, List<CompileTimeValue> parts) => syntax switch
    {
        PrefixSyntax or BinarySyntax when parts.Any(p => p is SelectorValue) => AnySelector,
        PrefixSyntax s => $"( {Symbol(s.Operator)} {Part(parts[0])} )",
        BinarySyntax s => Binary(s, parts[0], parts[1]),
        ConditionalSyntax when parts[0] is SOpValue => $"{Part(parts[1])} if {Part(parts[0])} else {Part(parts[2])}",
        ContainedSyntax s when parts[0] is SOpValue =>
            $"{Part(parts[0])} in {(s.Container is NameSyntax name ? name.Name : ValueNotation.Plain(parts[1]))}",
        ContainedSyntax => "( s-op > 0 )",
        IndexSyntax when parts[0] is SOpValue => $"{Part(parts[0])}[{Part(parts[1])}]",
        IndexSyntax s when parts[1] is SOpValue => $"{NameOrOut(s.Target)}[{NameOrOut(s.Index)}]",
        CallSyntax => Call(parts[0], parts),
        SelectSyntax => AnySelector,
        _ => null,
    };

    private string Call(CompileTimeValue target, List<CompileTimeValue> parts) => target switch
    {
        FunctionValue f => $"{f.Syntax.Name.Name}({string.Join(" , ", parts.Skip(1).Take(f.Syntax.Parameters.Length).Select(Argument))})",
        BuiltInValue { Function.Name: "selector_width" } => $"selector_width({Argument(parts[1])})",
        BuiltInValue { Function.Name: "round" } => $"( round {Part(parts[1])} )",
        BuiltInValue { Function.Name: "indicator" } => $"I({Part(parts[1])})",
        _ => AnySOp,
    };

    private string Binary(BinarySyntax syntax, CompileTimeValue left, CompileTimeValue right)
    {
        if (syntax.Operator is ElementwiseOperator.And or ElementwiseOperator.Or) return $"( {Part(left)} {syntax.Symbol} {Part(right)})";
        string symbol = syntax.Operator == ElementwiseOperator.Power ? "pow" : syntax.Symbol;

        // A comparison with the s-op on the right is turned round: 1 < s is named ( s > 1 ).
        bool isComparison = syntax.Operator is ElementwiseOperator.Equal or ElementwiseOperator.Less
            or ElementwiseOperator.LessOrEqual or ElementwiseOperator.Greater or ElementwiseOperator.GreaterOrEqual;
        return isComparison && left is AtomValue
            ? $"( {Part(right)} {Turned(symbol)} {Part(left)} )"
            : $"( {Part(left)} {symbol} {Part(right)} )";
    }

    private static string Turned(string symbol) => symbol switch
    {
        "<" => ">",
        ">" => "<",
        "<=" => ">=",
        ">=" => "<=",
        _ => symbol,
    };

    private static string Symbol(PrefixOperator op) => op switch
    {
        PrefixOperator.Not => "not",
        PrefixOperator.Minus => "-",
        _ => "+",
    };

    private static string NameOrOut(ExpressionSyntax syntax) => syntax is NameSyntax name ? name.Name : "out";

    private string Part(CompileTimeValue value) => value is SOpValue or SelectorValue ? Of(value) : ValueNotation.Plain(value);

    private string Argument(CompileTimeValue value)
    {
        string text = Nested(value);
        return text.EnumerateRunes().Count() <= MaxArgumentLength ? text : value switch
        {
            ListValue => "(list)",
            DictionaryValue => "(dict)",
            _ => text,
        };
    }

    private string Nested(CompileTimeValue value) => value switch
    {
        SOpValue or SelectorValue => Of(value),
        ListValue list => $"[{string.Join(", ", list.Elements.Select(Nested))}]",
        DictionaryValue d => $"{{{string.Join(", ", d.Keys.Select(k => $"{Nested(k)}: {Nested(d.Entries[k.Value])}"))}}}",
        _ => ValueNotation.Of(value),
    };
}
