namespace Rasp.Compiler.Diagnostics;

/// <summary>
/// Where warnings are silent: <c>#pragma disable</c> counts from its line to the <c>#pragma restore</c> of the same code,
/// or to the end of the file.
/// </summary>
internal sealed class Suppressions
{
    private readonly Dictionary<(string Path, string Code), List<(int Line, bool IsSilent)>> switches = [];

    /// <summary>Switches one code from a place on; places of a file come in order.</summary>
    public void Switch(DiagnosticDescriptor code, SourceSpan from, bool isSilent)
    {
        if (!switches.TryGetValue((from.Path, code.Code), out List<(int Line, bool IsSilent)>? lines))
            switches.Add((from.Path, code.Code), lines = []);
        lines.Add((from.StartLine, isSilent));
    }

    public bool Silences(Diagnostic diagnostic) =>
        diagnostic.Severity == Severity.Warning &&
        switches.TryGetValue((diagnostic.Span.Path, diagnostic.Code), out List<(int Line, bool IsSilent)>? lines) &&
        lines.LastOrDefault(l => l.Line <= diagnostic.Span.StartLine).IsSilent;
}
