using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Format;

namespace Rasp.Compiler.Graph;

/// <summary>An s-op that the program gives a name to at top level; <see cref="Span"/> is the name's place.</summary>
public sealed record NamedSOp(string Name, SOp SOp, SourceSpan Span);

public enum NameKind
{
    SOp,
    Selector,
    Function,
    Value,
}

/// <summary>
/// What a name of the file is: <see cref="Type"/> is <c>int</c>, <c>selector</c>, <c>function (a, b)</c>, <c>list of int</c>
/// and the like. <see cref="SOp"/> is the s-op, or a single value as a constant.
/// </summary>
public sealed record TypedName(string Name, NameKind Kind, string Type, SOp? SOp, SourceSpan Span);

/// <summary>
/// A bound program: names, functions, loops and compile-time values are evaluated away.
/// <see cref="SOps"/> is in order of definition; a name that is assigned twice appears once, with its last value.
/// </summary>
public sealed record RaspProgram(string Path, ImmutableArray<NamedSOp> SOps, CompileSettings Settings)
{
    /// <summary>Every name that the file itself defines at top level, in order of definition.</summary>
    public ImmutableArray<TypedName> Names { get; init; } = [];

    public NamedSOp? Find(string name) => SOps.FirstOrDefault(s => s.Name == name);
}

/// <summary>
/// What a compile needs besides the program. Null means "not said": <c>#pragma</c> comments in the file say it first,
/// MSBuild metadata and command-line options override them.
/// </summary>
public sealed record CompileSettings
{
    public static CompileSettings None { get; } = new();

    /// <summary>The s-ops to compile, all to one model with an output each (<c>#pragma export NAME, NAME</c>).</summary>
    public ImmutableArray<string>? Exports { get; init; }

    /// <summary>The tokens an input may hold (<c>#pragma vocab abc</c> or <c>#pragma vocab ["the", "cat"]</c>).</summary>
    public ImmutableArray<Value>? Vocabulary { get; init; }

    /// <summary>The longest input, in tokens (<c>#pragma max-length 10</c>).</summary>
    public int? MaxLength { get; init; }

    /// <summary>Whether a position sees only itself and earlier ones (<c>#pragma causal</c>).</summary>
    public bool? Causal { get; init; }

    /// <summary>These settings, with those of <paramref name="other"/> wherever it says something.</summary>
    public CompileSettings OverriddenBy(CompileSettings other) => new()
    {
        Exports = other.Exports ?? Exports,
        Vocabulary = other.Vocabulary ?? Vocabulary,
        MaxLength = other.MaxLength ?? MaxLength,
        Causal = other.Causal ?? Causal,
    };
}
