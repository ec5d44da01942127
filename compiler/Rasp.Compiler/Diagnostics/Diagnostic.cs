using System.Globalization;

namespace Rasp.Compiler.Diagnostics;

/// <summary>A stretch of source text; lines and columns count from 1, the end column is the one after the last character.</summary>
public readonly record struct SourceSpan(string Path, int StartLine, int StartColumn, int EndLine, int EndColumn)
{
    /// <summary>Of what stands in no text of the program: base s-ops and what the library makes of them.</summary>
    public static SourceSpan None { get; } = new(string.Empty, 0, 0, 0, 0);
}

public enum Severity
{
    Warning,
    Error,
}

/// <summary>What is wrong, where, and what to do about it, under a stable code (<c>RASP0001</c>…).</summary>
public sealed record Diagnostic(string Code, Severity Severity, SourceSpan Span, string Message)
{
    /// <summary>MSBuild's canonical form: <c>file(line,col,line,col): error RASP0001: text</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Span.Path}({Span.StartLine},{Span.StartColumn},{Span.EndLine},{Span.EndColumn}): {(Severity == Severity.Error ? "error" : "warning")} {Code}: {Message}");
}
