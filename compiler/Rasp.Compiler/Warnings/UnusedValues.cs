using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Syntax;

namespace Rasp.Compiler.Warnings;

/// <summary>
/// Values that are replaced before anything reads them: a name that is defined twice. A name that a function reads is
/// never judged, because functions read names when they are called.
/// </summary>
internal sealed class UnusedValues(DiagnosticBag diagnostics)
{
    public void Report(ImmutableArray<StatementSyntax> statements, ImmutableHashSet<string> reported)
    {
        HashSet<string> exempt = [.. reported, .. SyntaxNodes.Unrolled(statements).OfType<FunctionSyntax>().SelectMany(SyntaxNodes.Reads)];
        Dictionary<string, NameSyntax> unread = [];
        foreach (StatementSyntax statement in statements)
        {
            foreach (string name in SyntaxNodes.Reads(statement)) unread.Remove(name);
            switch (statement)
            {
                case LoadSyntax:
                    unread.Clear();
                    break;
                case ForSyntax:
                    // It may run any number of times, also none.
                    foreach (NameSyntax name in SyntaxNodes.Unrolled([statement]).SelectMany(SyntaxNodes.Defines)) unread.Remove(name.Name);
                    break;
                default:
                    foreach (NameSyntax name in SyntaxNodes.Defines(statement)) Define(name);
                    break;
            }
        }

        void Define(NameSyntax name)
        {
            if (name.Name == "_" || exempt.Contains(name.Name)) return;
            if (unread.TryGetValue(name.Name, out NameSyntax? old)) diagnostics.UnusedValue(name.Span, name.Name, old.Span.StartLine);
            unread[name.Name] = name;
        }
    }
}
