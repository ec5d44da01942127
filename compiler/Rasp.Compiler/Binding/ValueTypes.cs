using System.Collections.Immutable;
using Rasp.Compiler.Graph;

namespace Rasp.Compiler.Binding;

/// <summary>The type of a compile-time value, in words.</summary>
internal sealed class ValueTypes
{
    // Lists of lists of lists: what lies deeper is not named. A program can nest them as deep as it has steps.
    private const int Depth = 3;

    // Lists share their elements: each is described once.
    private readonly Dictionary<(CompileTimeValue Value, int Depth), string> known = [];

    public TypedName Describe(Definition definition, GraphBuilder graph)
    {
        (NameKind kind, SOp? sop) = definition.Value switch
        {
            SOpValue v => (NameKind.SOp, v.SOp),
            SelectorValue => (NameKind.Selector, null),
            FunctionValue or BuiltInValue => (NameKind.Function, null),
            AtomValue v => (NameKind.Value, graph.Constant(v.Value, v.Type, definition.Span)),
            _ => (NameKind.Value, null as SOp),
        };
        return new TypedName(definition.Name, kind, definition.Value is SOpValue s ? TypeNames.Of(s.SOp.Type) : Of(definition.Value, Depth), sop, definition.Span);
    }

    private string Of(CompileTimeValue value, int depth)
    {
        if (!known.TryGetValue((value, depth), out string? type)) known.Add((value, depth), type = Describe(value, depth));
        return type;
    }

    private string Describe(CompileTimeValue value, int depth) => value switch
    {
        AtomValue v => TypeNames.Of(v.Type),
        SOpValue v => $"{TypeNames.Of(v.SOp.Type)} s-op",
        SelectorValue => "selector",
        FunctionValue v => $"function ({string.Join(", ", v.Syntax.Parameters.Select(p => p.Name))})",
        BuiltInValue => "function",
        ListValue v when v.Elements.IsEmpty => "empty list",
        DictionaryValue v when v.Keys.IsEmpty => "empty dictionary",
        ListValue when depth == 0 => "list",
        DictionaryValue when depth == 0 => "dictionary",
        ListValue v => $"list of {Common(v.Elements, depth - 1)}",
        DictionaryValue v => $"dictionary from {Common(v.Keys, depth - 1)} to {Common(v.Keys.Select(k => v.Entries[k.Value]), depth - 1)}",
        ShownValue => "result of a run",
        _ => "unknown",
    };

    private string Common(IEnumerable<CompileTimeValue> values, int depth)
    {
        ImmutableArray<string> types = [.. values.Select(v => Of(v, depth)).Distinct()];
        if (types.Length == 1) return types[0];
        return types.All(t => t is "int" or "float") ? "float" : types.All(t => t is "int s-op" or "float s-op") ? "float s-op" : "mixed types";
    }
}
