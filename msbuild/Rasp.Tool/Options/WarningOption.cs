using System.Collections.Immutable;
using System.CommandLine;
using Rasp.Compiler.Diagnostics;

namespace Rasp.Tool.Options;

/// <summary><c>--warnaserror</c>: every warning counts and is printed as an error.</summary>
internal static class WarningOption
{
    public static Option<bool> Create() => new("--warnaserror") { Description = "Treat warnings as errors." };

    public static ImmutableArray<Diagnostic> Apply(bool warnAsError, ImmutableArray<Diagnostic> diagnostics) =>
        warnAsError ? [.. diagnostics.Select(d => d with { Severity = Severity.Error })] : diagnostics;
}
