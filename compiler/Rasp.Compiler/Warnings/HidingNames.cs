using System.Collections.Immutable;
using System.Globalization;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Syntax;

namespace Rasp.Compiler.Warnings;

/// <summary>
/// Parameters and local names that hide a name of the library, or one that the file defined at its top level before:
/// whoever assigns it in a function does not change it outside.
/// </summary>
internal sealed class HidingNames(DiagnosticBag diagnostics, Func<string, bool> isLibraryName)
{
    public void Report(SyntaxTree tree)
    {
        Dictionary<string, NameSyntax> outer = [];
        foreach (StatementSyntax statement in SyntaxNodes.Unrolled(tree.Statements))
        {
            if (statement is FunctionSyntax function)
            {
                foreach (FunctionSyntax inner in SyntaxNodes.All([function]).OfType<FunctionSyntax>()) Report(inner, outer);
            }

            // A loop variable is left over from its loop; nobody means to read it later.
            if (statement is ForSyntax) continue;
            foreach (NameSyntax name in SyntaxNodes.Defines(statement)) outer.TryAdd(name.Name, name);
        }
    }

    private void Report(FunctionSyntax function, Dictionary<string, NameSyntax> outer)
    {
        ImmutableArray<NameSyntax> locals = [.. function.Parameters, .. SyntaxNodes.Unrolled(function.Body).SelectMany(SyntaxNodes.Defines)];
        foreach (NameSyntax name in locals.DistinctBy(n => n.Name))
        {
            if (isLibraryName(name.Name)) diagnostics.HidingName(name.Span, name.Name, "the library's name", function.Name.Name);
            else if (outer.TryGetValue(name.Name, out NameSyntax? hidden))
                diagnostics.HidingName(name.Span, name.Name, string.Create(CultureInfo.InvariantCulture, $"the name of line {hidden.Span.StartLine}"), function.Name.Name);
        }
    }
}
