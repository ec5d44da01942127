using System.Collections.Immutable;
using System.CommandLine;
using Rasp.Compiler;
using Rasp.Compiler.Graph;
using Rasp.Format;
using Rasp.Tool.Options;
using Rasp.Tool.Text;

namespace Rasp.Tool.Verbs;

/// <summary><c>rasp compile FILE -o DIR</c>: writes NAME.safetensors and NAME.json for every export, or nothing.</summary>
internal static class CompileVerb
{
    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description = "The .rasp file." };
        Option<string> directory = new("--output", "-o")
        {
            Description = "The folder for NAME.safetensors and NAME.json.",
            HelpName = "DIR",
            DefaultValueFactory = _ => ".",
        };
        Option<string?> depfile = new("--depfile") { Description = "Also write what was written and read, in Make's notation.", HelpName = "PATH" };
        Option<bool> json = new("--json") { Description = "Print one JSON object a model." };
        Option<bool> warnAsError = WarningOption.Create();
        Command command = new("compile", "Compiles programs to transformer weights.") { file, directory, depfile, json, warnAsError };
        ProgramOptions options = new(command);
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(file),
            options.Read(parsed),
            parsed.GetRequiredValue(directory),
            parsed.GetValue(depfile),
            parsed.GetValue(json),
            parsed.GetValue(warnAsError),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(
        string path, CompileSettings options, string directory, string? depfile, bool json, bool warnAsError, TextWriter output, TextWriter error)
    {
        if (ProgramSource.Load(path, options, error, warnAsError) is not ProgramSource source) return 1;
        List<CompiledModel> models = [];
        bool failed = false;
        foreach (NamedSOp export in source.Exports())
        {
            CompileResult result = ProgramCompiler.Compile(source.Program, export.Name, source.Settings);
            if (ProgramSource.Report(result.Diagnostics, error) && result.Model is not null) models.Add(result.Model);
            else failed = true;
        }

        if (failed) return 1;
        foreach (CompiledModel model in models)
        {
            model.Save(directory);
            Report(model.Manifest, directory, json, output);
        }

        if (depfile is not null)
        {
            IEnumerable<string> written = models.SelectMany(m => Files(directory, m.Manifest.Name));
            AtomicFile.Write(depfile, Text.Depfile.Encode(written, source.Files));
        }

        return 0;
    }

    private static ImmutableArray<string> Files(string directory, string export) =>
        [Path.Combine(directory, $"{export}.safetensors"), Path.Combine(directory, $"{export}.json")];

    private static void Report(Manifest manifest, string directory, bool json, TextWriter output)
    {
        ImmutableArray<string> files = Files(directory, manifest.Name);
        if (json)
        {
            JsonLine.Write(output, writer =>
            {
                writer.WriteString("export", manifest.Name);
                writer.WriteString("weights", files[0]);
                writer.WriteString("manifest", files[1]);
                ManifestText.WriteSizes(writer, manifest);
            });
        }
        else
        {
            output.WriteLine($"{manifest.Name}: {ManifestText.Sizes(manifest)}; {ManifestText.Verified(manifest.Verification)} -> {files[1]}");
        }
    }
}
