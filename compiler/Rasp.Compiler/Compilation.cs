using System.Collections.Immutable;
using Rasp.Compiler.Binding;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Syntax;
using Rasp.Compiler.Warnings;

namespace Rasp.Compiler;

/// <summary>
/// The front end: RASP text to a typed program graph. <see cref="Program"/> is null where <see cref="Diagnostics"/> holds an
/// error. <see cref="Files"/> are the files that were read or looked for, for a build that watches them.
/// </summary>
public sealed record Compilation(RaspProgram? Program, ImmutableArray<Diagnostic> Diagnostics, ImmutableArray<string> Files)
{
    /// <summary>Loads a file and those that it loads. A missing file is a diagnostic.</summary>
    public static Compilation Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return LargeStack.Run(() => Compile((files, diagnostics) => files.Read(path, new SourceSpan(path, 1, 1, 1, 1), diagnostics)));
    }

    /// <summary>Compiles text; <paramref name="path"/> stands in diagnostics, and files are loaded relative to it.</summary>
    public static Compilation Parse(string text, string path)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(path);
        return LargeStack.Run(() => Compile((_, diagnostics) => SyntaxReader.Read(text, path, diagnostics)));
    }

    public void Deconstruct(out RaspProgram? program, out ImmutableArray<Diagnostic> diagnostics) =>
        (program, diagnostics) = (Program, Diagnostics);

    private static Compilation Compile(Func<SourceFiles, DiagnosticBag, SyntaxTree?> read)
    {
        DiagnosticBag diagnostics = new();
        SourceFiles files = new();
        SyntaxTree? tree = read(files, diagnostics);
        RaspProgram? program = null;
        if (tree is not null)
        {
            ProgramBinder binder = new(files, diagnostics);
            program = binder.Bind(tree);
            new SourceWarnings(diagnostics, binder.IsLibraryName, Variables(program)).Report(binder.Trees);
        }

        return new Compilation(diagnostics.HasErrors ? null : program, diagnostics.ToImmutable(), files.Paths);
    }

    /// <summary>The names of s-ops that the exports read.</summary>
    private static ImmutableHashSet<string> Variables(RaspProgram program)
    {
        IEnumerable<SOp> exports = (program.Settings.Exports ?? []).Select(program.Find).OfType<NamedSOp>().Select(s => s.SOp);
        HashSet<object> read = [.. ProgramGraph.Reachable(exports)];
        return [.. program.SOps.Where(s => read.Contains(s.SOp)).Select(s => s.Name)];
    }
}
