using System.Globalization;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Lowering;

namespace Rasp.Compiler.Emission;

/// <summary>What variables are called: the program's own names, where it has them.</summary>
internal sealed class VariableNames(RaspProgram program)
{
    private const int LongestExpression = 60;

    private readonly Dictionary<object, string> programNames = program.SOps.GroupBy(s => s.SOp).ToDictionary(g => (object)g.Key, g => g.Last().Name);

    public NamedSOp? Named(Variable variable) => variable is AttentionVariable { IsPacked: true } ? null : program.SOps.LastOrDefault(s => s.SOp == variable.SOp);

    /// <summary>The program's name; else the expression itself, where it is short; else what it is and where it stands.</summary>
    public string Describe(Variable variable) => Named(variable)?.Name ?? MadeUp(variable);

    public string MadeUp(Variable variable) => variable is AttentionVariable { IsPacked: true } ? $"sum for {Expression(variable)}" : Expression(variable);

    private string Expression(Variable variable) =>
        GraphPrinter.Expression(variable.SOp, programNames, LongestExpression) ?? variable.SOp switch
        {
            AggregateSOp => Place("aggregate", variable),
            SelectorWidthSOp => Place("selector_width", variable),
            _ => Place("elementwise", variable),
        };

    /// <summary>The selector as an expression, or where it stands.</summary>
    public string Describe(Selector selector) =>
        GraphPrinter.Expression(selector, programNames, LongestExpression)
            ?? string.Create(CultureInfo.InvariantCulture, $"selector@{selector.Span.StartLine}:{selector.Span.StartColumn}");

    private static string Place(string kind, Variable variable) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}@{variable.SOp.Span.StartLine}:{variable.SOp.Span.StartColumn}");
}
