using System.Collections.Immutable;
using Rasp.Compiler;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Format;
using Rasp.Tool.Options;

namespace Rasp.Tool;

/// <summary>A program's file as the verbs meet it: loaded, its diagnostics printed, its settings overridden by the options.</summary>
internal sealed record ProgramSource(RaspProgram Program, CompileSettings Settings, ImmutableArray<string> Files)
{
    /// <summary>Prints all diagnostics; null where one is an error.</summary>
    public static ProgramSource? Load(string path, CompileSettings options, TextWriter error, bool warnAsError = false)
    {
        if (Path.GetExtension(path) is ".json" or ".safetensors")
            throw new RaspException($"'{path}' is a compiled model or its weights; name the .rasp file, or let inspect or export read the model's NAME.json");
        Compilation compilation = Compilation.Load(path);
        return Report(WarningOption.Apply(warnAsError, compilation.Diagnostics), error) && compilation.Program is RaspProgram program
            ? new ProgramSource(program, program.Settings.OverriddenBy(options), compilation.Files)
            : null;
    }

    /// <summary>Prints diagnostics in canonical form; false where one is an error.</summary>
    public static bool Report(ImmutableArray<Diagnostic> diagnostics, TextWriter error)
    {
        foreach (Diagnostic diagnostic in diagnostics) error.WriteLine(diagnostic);
        return diagnostics.All(d => d.Severity != Severity.Error);
    }

    /// <summary>The s-ops to work on: those of <c>--export</c>, else those of <c>#pragma export</c>.</summary>
    public ImmutableArray<NamedSOp> Exports()
    {
        if (Settings.Exports is not { IsEmpty: false } names)
            throw new RaspException($"'{Program.Path}' does not say what to export: give --export NAME, or write '#pragma export NAME' in the file; it has {Names()}");
        return [.. names.Select(name => Program.Find(name)
            ?? throw new RaspException(Spelling.Nearest(name, Program.SOps.Select(s => s.Name)) is string near
                ? $"'{Program.Path}' has no s-op '{name}'; did you mean '{near}'?"
                : $"'{Program.Path}' has no s-op '{name}'; it has {Names()}"))];
    }

    /// <summary>Compiles all exports to one model; null where that fails, with the diagnostics printed.</summary>
    public CompiledModel? Compile(CompileOptions options, TextWriter error)
    {
        ImmutableArray<string> exports = [.. Exports().Select(e => e.Name)];
        if (options.Name is null && exports.Length > 1 && Path.GetFileNameWithoutExtension(Program.Path).Length == 0)
            throw new RaspException($"'{Program.Path}' gives its model no name: give --name NAME");
        CompileResult result = ProgramCompiler.Compile(Program, exports, Settings, options);
        return Report(result.Diagnostics, error) ? result.Model : null;
    }

    private string Names() => Program.SOps.IsEmpty ? "none" : string.Join(", ", Program.SOps.Select(s => s.Name));
}
