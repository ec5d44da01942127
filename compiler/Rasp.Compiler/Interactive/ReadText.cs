using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Syntax;

namespace Rasp.Compiler.Interactive;

/// <summary>Statements with what is wrong with their text. A statement on a line with an error is not run.</summary>
internal sealed record ReadText(ImmutableArray<StatementSyntax> Statements, ImmutableArray<Diagnostic> Problems)
{
    public bool IsSound(StatementSyntax statement) => statement is not BrokenSyntax && !Problems.Any(p =>
        p.Severity == Severity.Error && p.Span.StartLine <= statement.Span.EndLine && p.Span.EndLine >= statement.Span.StartLine);
}
