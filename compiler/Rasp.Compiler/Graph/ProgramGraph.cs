using System.Collections.Immutable;

namespace Rasp.Compiler.Graph;

/// <summary>Walks over the nodes of a program.</summary>
public static class ProgramGraph
{
    /// <summary>The s-ops and selectors that <paramref name="roots"/> read, with themselves, operands first.</summary>
    public static ImmutableArray<object> Reachable(IEnumerable<SOp> roots)
    {
        // No recursion: a chain of operators may be longer than the stack.
        HashSet<object> seen = [];
        Stack<object> open = new(roots);
        while (open.TryPop(out object? node))
        {
            if (!seen.Add(node)) continue;
            foreach (object operand in Operands(node)) open.Push(operand);
        }

        return [.. seen.OrderBy(Id)];
    }

    /// <summary>The s-ops and selectors that a node reads itself, in the order in which they were written.</summary>
    public static IEnumerable<object> Operands(object node) => node switch
    {
        ElementwiseSOp s => s.Operands,
        AggregateSOp s => [s.Selector, s.Value],
        SelectorWidthSOp s => [s.Selector],
        SelectSelector s => [s.Key, s.Query],
        NotSelector s => [s.Operand],
        AndSelector s => [s.Left, s.Right],
        OrSelector s => [s.Left, s.Right],
        _ => [],
    };

    private static int Id(object node) => node is SOp sop ? sop.Id : ((Selector)node).Id;
}
