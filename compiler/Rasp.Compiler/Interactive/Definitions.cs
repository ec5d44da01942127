using System.Collections.Immutable;
using Rasp.Compiler.Binding;
using Rasp.Compiler.Syntax;

namespace Rasp.Compiler.Interactive;

/// <summary>
/// What the names that a statement defines stood for before it. A statement that fails defines nothing, except that a
/// loop keeps what it did before it failed.
/// </summary>
internal sealed class Definitions
{
    private readonly ImmutableArray<(string Name, Definition? Before)> former;

    private Definitions(ImmutableArray<(string Name, Definition? Before)> former) => this.former = former;

    public static Definitions Of(StatementSyntax statement, Scope scope) =>
        new([.. Names(statement).Distinct().Select(n => (n, scope.Own(n)))]);

    public void TakeBack(Scope scope)
    {
        foreach ((string name, Definition? before) in former)
        {
            if (scope.Own(name) is { } now && now != before && !IsKnown(now.Value)) scope.Restore(name, before);
        }
    }

    private static IEnumerable<string> Names(StatementSyntax statement) => statement switch
    {
        AssignmentSyntax s => s.Names.Select(n => n.Name),
        FunctionSyntax s => [s.Name.Name],
        ForSyntax s => s.Names.Select(n => n.Name).Concat(s.Body.SelectMany(Names)),
        _ => [],
    };

    private static bool IsKnown(CompileTimeValue value) => value switch
    {
        UnknownValue => false,
        ListValue list => list.Elements.All(IsKnown),
        DictionaryValue dictionary => dictionary.Entries.Values.All(IsKnown),
        _ => true,
    };
}
