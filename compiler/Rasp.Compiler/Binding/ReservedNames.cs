using System.Collections.Immutable;

namespace Rasp.Compiler.Binding;

/// <summary>
/// Names that belong to the language: those of the base everywhere, those of the library at the top level of a file
/// (a parameter may be called <c>max</c>).
/// </summary>
internal sealed class ReservedNames(ImmutableHashSet<string> everywhere, ImmutableHashSet<string> atTopLevel)
{
    public bool Contains(string name, bool isTopLevel) =>
        everywhere.Contains(name) || (isTopLevel && atTopLevel.Contains(name));
}
