using System.Globalization;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Tool.Text;

/// <summary>The program graph, a node a line: <c>%7 int = aggregate(%5, %6)</c>. Operands stand above what reads them.</summary>
internal static class GraphText
{
    public static IEnumerable<string> Lines(RaspProgram program)
    {
        ILookup<SOp, string> names = program.SOps.ToLookup(s => s.SOp, s => s.Name);
        foreach (object node in ProgramGraph.Reachable(program.SOps.Select(s => s.SOp)))
        {
            string line = node is SOp sop
                ? $"{Id(sop)} {ManifestText.TypeName(sop.Type)} = {Describe(sop)}"
                : $"{Id(node)} selector = {Describe(node)}";
            string named = node is SOp { } s && names.Contains(s) ? string.Join(", ", names[s]) : string.Empty;
            yield return named.Length > 0 ? $"{line}  # {named}" : line;
        }
    }

    private static string Describe(object node) => node switch
    {
        TokensSOp { Type: SOpType.String } => "tokens_str",
        TokensSOp s => $"tokens_{ManifestText.TypeName(s.Type)}",
        IndicesSOp => "indices",
        ConstantSOp s => ValueText.Format(s.Value),
        ElementwiseSOp { Table: LookupTable table } s => $"lookup({Operands(s)}) in {table.Entries.Count} entries",
        ElementwiseSOp s => $"{Spelling(s.Operator)}({Operands(s)})",
        AggregateSOp { Default: { } otherwise } s => $"aggregate({Operands(s)}, {ValueText.Format(otherwise)})",
        AggregateSOp s => $"aggregate({Operands(s)})",
        SelectorWidthSOp s => $"selector_width({Operands(s)})",
        SelectSelector s => $"select({Operands(s)}, {Spelling(s.Comparison)})",
        NotSelector s => $"not({Operands(s)})",
        AndSelector s => $"and({Operands(s)})",
        OrSelector s => $"or({Operands(s)})",
        _ => throw new ArgumentOutOfRangeException(nameof(node), node, null),
    };

    private static string Operands(object node) => string.Join(", ", ProgramGraph.Operands(node).Select(Id));

    private static string Id(object node) =>
        string.Create(CultureInfo.InvariantCulture, $"%{(node is SOp sop ? sop.Id : ((Selector)node).Id)}");

    private static string Spelling(Comparison comparison) => comparison switch
    {
        Comparison.Equal => "==",
        Comparison.NotEqual => "!=",
        Comparison.Less => "<",
        Comparison.LessOrEqual => "<=",
        Comparison.Greater => ">",
        _ => ">=",
    };

    private static string Spelling(ElementwiseOperator op) => op switch
    {
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
        ElementwiseOperator.Conditional => "if",
        _ => op.ToString().ToLowerInvariant(),
    };
}
