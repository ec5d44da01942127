using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Syntax;

namespace Rasp.Compiler.Warnings;

/// <summary>
/// Names that nothing reads. At the top level they are judged only where it is certain that nobody else reads them: in
/// the main file beside a <c>#pragma export</c>, and private names in every file. Loop variables are never judged,
/// nor the names of a list of which another one is read, nor names of what an export computes anyway: those are the
/// names of its variables.
/// </summary>
internal sealed class UnusedNames(DiagnosticBag diagnostics, ImmutableHashSet<string> variables)
{
    /// <summary>Reports the top-level names, and returns them.</summary>
    public ImmutableHashSet<string> Report(SyntaxTree tree, bool isMain)
    {
        ImmutableArray<NameSyntax> unused =
        [
            .. Unused(tree.Statements, [.. tree.Exports.Select(e => e.Name), .. isMain ? variables : []])
                .Where(n => IsPrivate(n.Name) ? n.Name != "_" : isMain && tree.Exports.Length > 0),
        ];
        foreach (NameSyntax name in unused) diagnostics.UnusedName(name.Span, name.Name);
        return [.. unused.Select(n => n.Name)];
    }

    /// <summary>Reports the function's parameters and local names, and returns them.</summary>
    public ImmutableHashSet<string> Report(FunctionSyntax function)
    {
        HashSet<string> read = [.. function.Body.SelectMany(SyntaxNodes.Reads)];
        ImmutableArray<NameSyntax> parameters = [.. function.Parameters.Where(p => !read.Contains(p.Name) && !IsPrivate(p.Name))];
        foreach (NameSyntax name in parameters) diagnostics.UnusedParameter(name.Span, name.Name, function.Name.Name);
        ImmutableArray<NameSyntax> locals =
            [.. Unused(function.Body, []).Where(n => !IsPrivate(n.Name) && parameters.All(p => p.Name != n.Name))];
        foreach (NameSyntax name in locals) diagnostics.UnusedLocal(name.Span, name.Name, function.Name.Name);
        return [.. parameters.Concat(locals).Select(n => n.Name)];
    }

    private static bool IsPrivate(string name) => name.StartsWith('_');

    /// <summary>The last definition of each name that no statement but its own definitions reads.</summary>
    private static IEnumerable<NameSyntax> Unused(ImmutableArray<StatementSyntax> statements, ImmutableHashSet<string> exports)
    {
        HashSet<string> used = [.. exports];
        Dictionary<string, (NameSyntax Name, IReadOnlyList<NameSyntax> Beside)> last = [];
        foreach (StatementSyntax statement in SyntaxNodes.Unrolled(statements))
        {
            IReadOnlyList<NameSyntax> defined = SyntaxNodes.Defines(statement);
            IEnumerable<string> reads = statement is ForSyntax ? SyntaxNodes.OwnReads(statement) : SyntaxNodes.Reads(statement);
            used.UnionWith(reads.Where(r => defined.All(d => d.Name != r)));
            if (statement is ForSyntax) continue;
            foreach (NameSyntax name in defined) last[name.Name] = (name, defined);
        }

        return last.Values.Where(d => !d.Beside.Any(n => used.Contains(n.Name))).Select(d => d.Name);
    }
}
