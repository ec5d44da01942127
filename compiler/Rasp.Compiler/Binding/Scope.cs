using Rasp.Compiler.Diagnostics;

namespace Rasp.Compiler.Binding;

internal sealed record Definition(string Name, CompileTimeValue Value, SourceSpan Span);

/// <summary>Names and what they stand for, in order of definition; an unknown name is looked up in the parent.</summary>
internal sealed class Scope(Scope? parent)
{
    private readonly Dictionary<string, LinkedListNode<Definition>> byName = [];
    private readonly LinkedList<Definition> definitions = [];
    private bool isIncomplete;

    /// <summary>This scope's own names; one that was defined again stands at its last place.</summary>
    public IEnumerable<Definition> Definitions => definitions;

    public void Define(string name, CompileTimeValue value, SourceSpan span)
    {
        if (byName.TryGetValue(name, out LinkedListNode<Definition>? old)) definitions.Remove(old);
        byName[name] = definitions.AddLast(new Definition(name, value, span));
    }

    /// <summary>Set where a file could not be loaded, which was reported: any name may come from it.</summary>
    public bool IsIncomplete
    {
        get => isIncomplete || Parent is { IsIncomplete: true };
        set => isIncomplete = value;
    }

    /// <summary>This scope's own definition of the name, or null.</summary>
    public Definition? Own(string name) => byName.TryGetValue(name, out LinkedListNode<Definition>? found) ? found.Value : null;

    /// <summary>Takes a definition back: the name stands for what it stood for before, or for nothing.</summary>
    public void Restore(string name, Definition? before)
    {
        if (byName.Remove(name, out LinkedListNode<Definition>? now)) definitions.Remove(now);
        if (before is not null) byName[name] = definitions.AddLast(before);
    }

    /// <summary>Defines a name in the scope around this one, where it can be read but is none of this scope's own.</summary>
    public void DefineAround(string name, CompileTimeValue value) => Parent?.Define(name, value, SourceSpan.None);

    public bool Contains(string name) => byName.ContainsKey(name);

    public CompileTimeValue? Find(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope.byName.TryGetValue(name, out LinkedListNode<Definition>? found)) return found.Value.Value;
        }

        return null;
    }

    public IEnumerable<string> VisibleNames()
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
        {
            foreach (Definition definition in scope.definitions) yield return definition.Name;
        }
    }

    private Scope? Parent { get; } = parent;
}
