using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Syntax;
using Rasp.Format;

namespace Rasp.Compiler.Binding;

/// <summary>
/// What an expression is while a program is bound. Only s-ops and selectors are left afterwards.
/// <see cref="Description"/> names its kind in messages, <see cref="Advice"/> says what to do where it is not accepted.
/// </summary>
internal abstract class CompileTimeValue
{
    public abstract string Description { get; }

    public abstract string Advice { get; }
}

/// <summary>A single int, float, bool or string.</summary>
internal sealed class AtomValue(Value value, SOpType type) : CompileTimeValue
{
    public Value Value { get; } = value;

    public SOpType Type { get; } = type;

    public override string Description => TypeNames.WithArticle(Type);

    public override string Advice => "write one in its place";
}

internal sealed class ListValue(ImmutableArray<CompileTimeValue> elements) : CompileTimeValue
{
    public ImmutableArray<CompileTimeValue> Elements { get; } = elements;

    public override string Description => "a list";

    public override string Advice => "read one element with [ ], or loop over it";
}

/// <summary>Entries in the order in which their keys were first written.</summary>
internal sealed class DictionaryValue(ImmutableArray<AtomValue> keys, ImmutableDictionary<Value, CompileTimeValue> entries) : CompileTimeValue
{
    public ImmutableArray<AtomValue> Keys { get; } = keys;

    public ImmutableDictionary<Value, CompileTimeValue> Entries { get; } = entries;

    public override string Description => "a dictionary";

    public override string Advice => "look one entry up with [ ], or loop over its keys";
}

internal sealed class SOpValue(SOp sop) : CompileTimeValue
{
    public SOp SOp { get; } = sop;

    public override string Description => $"{TypeNames.WithArticle(SOp.Type)} s-op";

    public override string Advice => "an s-op has values only on an input, and select makes a selector of it";
}

internal sealed class SelectorValue(Selector selector) : CompileTimeValue
{
    public Selector Selector { get; } = selector;

    public override string Description => "a selector";

    public override string Advice => "read it with aggregate or selector_width";
}

/// <summary>A function of the program, with the scope in which it was defined.</summary>
internal sealed class FunctionValue(FunctionSyntax syntax, Scope scope, bool isLibrary) : CompileTimeValue
{
    public FunctionSyntax Syntax { get; } = syntax;

    public Scope Scope { get; } = scope;

    public bool IsLibrary { get; } = isLibrary;

    public override string Description => "a function";

    public override string Advice => "call it with its arguments";
}

/// <summary>A function of the language.</summary>
internal sealed class BuiltInValue(BuiltInFunction function) : CompileTimeValue
{
    public BuiltInFunction Function { get; } = function;

    public override string Description => "a function";

    public override string Advice => "call it with its arguments";
}

/// <summary>What <c>sop("abc")</c> or <c>draw</c> shows at a prompt; nothing can be computed from it.</summary>
internal sealed class ShownValue(CompileTimeValue subject, CompileTimeValue? input) : CompileTimeValue
{
    /// <summary>The s-op or selector.</summary>
    public CompileTimeValue Subject { get; } = subject;

    /// <summary>A string or a list of tokens; null for the running example.</summary>
    public CompileTimeValue? Input { get; } = input;

    public override string Description => "the result of a run on one input";

    public override string Advice => "it can only be shown";
}

/// <summary>
/// A value about which nothing is known: it follows from a mistake that has been reported, or it is a parameter of a
/// function that is never called. It is accepted everywhere, so that one mistake gives one message.
/// </summary>
internal sealed class UnknownValue : CompileTimeValue
{
    public override string Description => "an unknown value";

    public override string Advice => "mend the mistake that it comes from";
}

internal static class TypeNames
{
    public static string Of(SOpType type) => type switch
    {
        SOpType.Int => "int",
        SOpType.Float => "float",
        SOpType.Bool => "bool",
        _ => "string",
    };

    public static string WithArticle(SOpType type) => type == SOpType.Int ? "an int" : $"a {Of(type)}";
}
