using System.Collections.Immutable;
using Rasp.Compiler.Graph;

namespace Rasp.Compiler.Binding;

/// <summary>The type of a compile-time value, in words.</summary>
internal static class ValueTypes
{
    public static TypedName Describe(Definition definition, GraphBuilder graph)
    {
        (NameKind kind, SOp? sop) = definition.Value switch
        {
            SOpValue v => (NameKind.SOp, v.SOp),
            SelectorValue => (NameKind.Selector, null),
            FunctionValue or BuiltInValue => (NameKind.Function, null),
            AtomValue v => (NameKind.Value, graph.Constant(v.Value, v.Type, definition.Span)),
            _ => (NameKind.Value, null as SOp),
        };
        return new TypedName(definition.Name, kind, definition.Value is SOpValue s ? TypeNames.Of(s.SOp.Type) : Of(definition.Value), sop, definition.Span);
    }

    private static string Of(CompileTimeValue value) => value switch
    {
        AtomValue v => TypeNames.Of(v.Type),
        SOpValue v => $"{TypeNames.Of(v.SOp.Type)} s-op",
        SelectorValue => "selector",
        FunctionValue v => $"function ({string.Join(", ", v.Syntax.Parameters.Select(p => p.Name))})",
        BuiltInValue => "function",
        ListValue v => v.Elements.IsEmpty ? "empty list" : $"list of {Common(v.Elements)}",
        DictionaryValue v => v.Keys.IsEmpty ? "empty dictionary" : $"dictionary from {Common(v.Keys)} to {Common(v.Keys.Select(k => v.Entries[k.Value]))}",
        ShownValue => "result of a run",
        _ => "unknown",
    };

    private static string Common(IEnumerable<CompileTimeValue> values)
    {
        ImmutableArray<string> types = [.. values.Select(Of).Distinct()];
        if (types.Length == 1) return types[0];
        return types.All(t => t is "int" or "float") ? "float" : types.All(t => t is "int s-op" or "float s-op") ? "float s-op" : "mixed types";
    }
}
