using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Rasp.Format;

namespace Rasp.Compiler.Graph;

/// <summary>A program graph as text: one line a node, operands first, the same text for the same graph.</summary>
public static class GraphPrinter
{
    /// <summary>Prints the named s-ops and everything they read. A node that has a name is written by it, others as %1, %2, ….</summary>
    public static string Print(IEnumerable<NamedSOp> sops)
    {
        ImmutableArray<NamedSOp> named = [.. sops];
        ImmutableArray<object> nodes = ProgramGraph.Reachable(named.Select(s => s.SOp));
        Dictionary<object, string> labels = named.GroupBy(s => s.SOp).ToDictionary(g => (object)g.Key, g => g.First().Name);
        StringBuilder text = new();
        int unnamed = 0;
        foreach (object node in nodes)
        {
            if (!labels.TryGetValue(node, out string? label))
            {
                label = string.Create(CultureInfo.InvariantCulture, $"%{++unnamed}");
                labels.Add(node, label);
            }

            text.Append(label).Append(": ").Append(TypeOf(node)).Append(" = ").Append(Describe(node, labels)).Append('\n');
        }

        foreach (NamedSOp alias in named.Where(s => labels[s.SOp] != s.Name))
            text.Append(alias.Name).Append(" is ").Append(labels[alias.SOp]).Append('\n');
        return text.ToString();
    }

    /// <summary>
    /// The node as one expression in which the nodes of <paramref name="names"/> and the library's stand by their names; null where it would
    /// be longer than <paramref name="limit"/> characters.
    /// </summary>
    public static string? Expression(object node, IReadOnlyDictionary<object, string> names, int limit)
    {
        if (LibraryName(node) is string known) return known;
        Dictionary<object, string> labels = [];
        foreach (object operand in ProgramGraph.Operands(node))
        {
            if (names.TryGetValue(operand, out string? name)) labels[operand] = name;
            else if (Expression(operand, names, limit - 2) is string inner) labels[operand] = IsCompound(operand) ? $"({inner})" : inner;
            else return null;
        }

        string text = Describe(node, labels);
        return text.Length <= limit ? text : null;
    }

    /// <summary>The operator as it is written in the language; lookups and conditionals have none.</summary>
    public static string Symbol(ElementwiseOperator op) => op switch
    {
        ElementwiseOperator.Not => "not",
        ElementwiseOperator.Negate => "-",
        ElementwiseOperator.Round => "round",
        ElementwiseOperator.Indicator => "indicator",
        ElementwiseOperator.Power => "^",
        ElementwiseOperator.Multiply => "*",
        ElementwiseOperator.Divide => "/",
        ElementwiseOperator.Modulo => "%",
        ElementwiseOperator.Add => "+",
        ElementwiseOperator.Subtract => "-",
        ElementwiseOperator.Equal => "==",
        ElementwiseOperator.NotEqual => "!=",
        ElementwiseOperator.Less => "<",
        ElementwiseOperator.LessOrEqual => "<=",
        ElementwiseOperator.Greater => ">",
        ElementwiseOperator.GreaterOrEqual => ">=",
        ElementwiseOperator.And => "and",
        ElementwiseOperator.Or => "or",
        ElementwiseOperator.Conditional => "if",
        _ => "lookup",
    };

    // What the library defines, however a program writes it.
    private static string? LibraryName(object node) => node switch
    {
        SelectSelector { Key: ConstantSOp, Comparison: Comparison.Equal } s when s.Key == s.Query => "full_s",
        SelectorWidthSOp s when LibraryName(s.Selector) is not null => "length",
        _ => null,
    };

    private static bool IsCompound(object node) => node is NotSelector or AndSelector or OrSelector
        or ElementwiseSOp { Operator: not (ElementwiseOperator.Round or ElementwiseOperator.Indicator or ElementwiseOperator.Lookup or ElementwiseOperator.Tuple) };

    private static string TypeOf(object node) => node is not SOp sop ? "selector" : sop.Type switch
    {
        SOpType.Int => "int",
        SOpType.Float => "float",
        SOpType.Bool => "bool",
        _ => "string",
    };

    private static string Describe(object node, Dictionary<object, string> labels) => node switch
    {
        TokensSOp => "tokens",
        IndicesSOp => "indices",
        ConstantSOp s => Describe(s.Value),
        ElementwiseSOp s => Describe(s, [.. s.Operands.Select(o => labels[o])]),
        AggregateSOp { Default: { } @default } s => $"aggregate({labels[s.Selector]}, {labels[s.Value]}, {Describe(@default)})",
        AggregateSOp s => $"aggregate({labels[s.Selector]}, {labels[s.Value]})",
        SelectorWidthSOp s => $"selector_width({labels[s.Selector]})",
        SelectSelector s => $"select({labels[s.Key]}, {labels[s.Query]}, {Symbol(s.Comparison)})",
        NotSelector s => $"not {labels[s.Operand]}",
        AndSelector s => $"{labels[s.Left]} and {labels[s.Right]}",
        OrSelector s => $"{labels[s.Left]} or {labels[s.Right]}",
        _ => throw new ArgumentOutOfRangeException(nameof(node), node.GetType().Name, null),
    };

    private static string Describe(ElementwiseSOp node, ImmutableArray<string> operands) => node.Operator switch
    {
        ElementwiseOperator.Conditional => $"{operands[1]} if {operands[0]} else {operands[2]}",
        ElementwiseOperator.Tuple => $"({string.Join(", ", operands)})",
        ElementwiseOperator.Lookup => $"lookup({operands[0]}, {Describe(node.Table)})",
        ElementwiseOperator.Round or ElementwiseOperator.Indicator => $"{Symbol(node.Operator)}({operands[0]})",
        _ when operands.Length == 1 => $"{Symbol(node.Operator)} {operands[0]}",
        _ => $"{operands[0]} {Symbol(node.Operator)} {operands[1]}",
    };

    private static string Describe(LookupTable? table)
    {
        if (table is null) return "{}";
        IEnumerable<string> entries = table.Entries.OrderBy(e => e.Key).Select(e => $"{Describe(e.Key)}: {Describe(e.Value)}");
        string text = "{" + string.Join(", ", entries) + "}";
        return table.Otherwise is { } otherwise ? $"{text} else {Describe(otherwise)}" : text;
    }

    /// <summary>The value with quotes around a text.</summary>
    public static string Describe(Value value) => value.Kind == ValueKind.Text ? $"\"{value.Text}\"" : value.ToString();

    /// <summary>The comparison as it is written in the language.</summary>
    public static string Symbol(Comparison comparison) => comparison switch
    {
        Comparison.Equal => "==",
        Comparison.NotEqual => "!=",
        Comparison.Less => "<",
        Comparison.LessOrEqual => "<=",
        Comparison.Greater => ">",
        _ => ">=",
    };
}
