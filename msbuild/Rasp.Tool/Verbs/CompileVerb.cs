using System.Collections.Immutable;
using System.CommandLine;
using Rasp.Compiler;
using Rasp.Compiler.Graph;
using Rasp.Format;
using Rasp.Tool.Options;
using Rasp.Tool.Text;

namespace Rasp.Tool.Verbs;

/// <summary><c>rasp compile FILE -o DIR</c>: writes one model with all the exports, NAME.safetensors and NAME.json, or nothing.</summary>
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
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Option<bool> warnAsError = WarningOption.Create();
        Command command = new("compile", "Compiles a program to the weights of one transformer.") { file, directory, depfile, json, warnAsError };
        ProgramOptions settings = new(command);
        ModelOptions options = new(command, withName: true);
        command.SetStoppableAction(parsed => Run(
            parsed.GetRequiredValue(file),
            settings.Read(parsed),
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
        string path, CompileSettings settings, CompileOptions options, string directory, string? depfile, bool json, bool warnAsError, TextWriter output, TextWriter error)
    {
        if (ProgramSource.Load(path, settings, error, warnAsError) is not ProgramSource source) return 1;
        if (source.Compile(options, error) is not CompiledModel model) return 1;
        model.Save(directory);
        ImmutableArray<string> files =
            [Path.Combine(directory, $"{model.Manifest.Name}.safetensors"), Path.Combine(directory, $"{model.Manifest.Name}.json")];
        Report(model.Manifest, files, json, output);
        if (depfile is not null) AtomicFile.Write(depfile, Text.Depfile.Encode(files, source.Files));
        return 0;
    }

    private static void Report(Manifest manifest, ImmutableArray<string> files, bool json, TextWriter output)
    {
        if (json)
        {
            JsonLine.Write(output, writer =>
            {
                writer.WriteString("name", manifest.Name);
                writer.WriteStartArray("exports");
                foreach (ManifestOutput export in manifest.Outputs) writer.WriteStringValue(export.Name);
                writer.WriteEndArray();
                writer.WriteString("weights", files[0]);
                writer.WriteString("manifest", files[1]);
                ModelJson.WriteSizes(writer, manifest);
            });
        }
        else
        {
            output.WriteLine($"{ManifestText.Title(manifest)}: {ManifestText.Sizes(manifest)}; {ManifestText.Verified(manifest.Verification)}; {ManifestText.Certified(manifest)} -> {files[1]}");
        }
    }
}
