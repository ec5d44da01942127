using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Syntax;

namespace Rasp.Compiler.Warnings;

/// <summary>What is allowed and yet probably a mistake, found in the text of each file after the program was bound.</summary>
/// <param name="diagnostics">Where the warnings go.</param>
/// <param name="isLibraryName">Whether the library defines a name.</param>
/// <param name="variables">The names of the main file whose values the exports compute.</param>
internal sealed class SourceWarnings(DiagnosticBag diagnostics, Func<string, bool> isLibraryName, ImmutableHashSet<string> variables)
{
    /// <summary>The first file is the main one; the others are those that it loads.</summary>
    public void Report(IReadOnlyList<SyntaxTree> trees)
    {
        foreach (SyntaxTree tree in trees)
        {
            new PrecedenceTraps(diagnostics).Report(tree.Statements);
            new HidingNames(diagnostics, isLibraryName).Report(tree);
        }

        // After an error a name may only look unused: what uses it could not be read.
        if (diagnostics.HasErrors) return;
        foreach (SyntaxTree tree in trees) ReportUnused(tree, isMain: tree == trees[0]);
    }

    private void ReportUnused(SyntaxTree tree, bool isMain)
    {
        UnusedNames names = new(diagnostics, variables);
        UnusedValues values = new(diagnostics);
        foreach (FunctionSyntax function in SyntaxNodes.All(tree.Statements).OfType<FunctionSyntax>())
            values.Report(function.Body, names.Report(function));

        // In a file for a prompt every statement shows something.
        if (tree.Statements.Any(s => s is InteractiveSyntax)) return;
        values.Report(tree.Statements, names.Report(tree, isMain));
    }
}
