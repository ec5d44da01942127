using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;

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

    /// <summary>
    /// Where the node is written; where it stands in no text of the program, the first expression that makes something of it, or the
    /// export that it is.
    /// </summary>
    public static SourceSpan Place(SOp sop, IEnumerable<NamedSOp> exports)
    {
        if (sop.Span != SourceSpan.None) return sop.Span;
        NamedSOp[] named = [.. exports];
        HashSet<object> nowhere = [sop];
        foreach (object node in Reachable(named.Select(e => e.SOp)))
        {
            if (!Operands(node).Any(nowhere.Contains)) continue;
            SourceSpan span = node is SOp reader ? reader.Span : ((Selector)node).Span;
            if (span != SourceSpan.None) return span;
            nowhere.Add(node);
        }

        return (named.FirstOrDefault(e => nowhere.Contains(e.SOp)) ?? named[0]).Span;
    }

    private static int Id(object node) => node is SOp sop ? sop.Id : ((Selector)node).Id;
}
