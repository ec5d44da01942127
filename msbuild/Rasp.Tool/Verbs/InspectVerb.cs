using System.CommandLine;
using Rasp.Compiler;
using Rasp.Compiler.Graph;
using Rasp.Format;
using Rasp.Tool.Options;
using Rasp.Tool.Pages;
using Rasp.Tool.Text;

namespace Rasp.Tool.Verbs;

/// <summary>
/// <c>rasp inspect FILE|MANIFEST</c>: a program's settings and graph, or a compiled model's sizes, variables, certificate and
/// passes; <c>--html</c> writes the model as a page that also shows it at work on an input.
/// </summary>
internal static class InspectVerb
{
    public static Command Create()
    {
        Argument<string> file = new("FILE|MANIFEST") { Description = "A .rasp file, or the NAME.json that compile wrote (with its weights beside it)." };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Option<bool> types = new("--types") { Description = "List the names of a program with their types and, for a vocabulary and maximum length, their values." };
        Option<bool> compiled = new("--compiled") { Description = "Compile the program in memory and show the model." };
        Option<string?> html = new("--html") { Description = "Write the model (of a program: compiled in memory) as a page, with the attention of every head and the residual stream on an input.", HelpName = "PATH" };
        Option<string?> input = new("--input") { Description = "The page's input: each character is a token. Without it: a few tokens of the vocabulary.", HelpName = "TEXT" };
        Option<string?> tokens = new("--tokens") { Description = "The page's input, of longer tokens or numbers: '[\"the\",\"cat\"]'.", HelpName = "LIST" };
        Command command = new("inspect", "Shows what is in a program or a compiled model.") { file, types, compiled, html, input, tokens, json };
        ProgramOptions settings = new(command);
        ModelOptions options = new(command, withName: false);
        command.SetStoppableAction(parsed => Run(
            parsed.GetRequiredValue(file),
            settings.Read(parsed),
            options.Read(parsed),
            new View(parsed.GetValue(types), parsed.GetValue(compiled), parsed.GetValue(html), parsed.GetValue(input), parsed.GetValue(tokens), parsed.GetValue(json)),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(string path, CompileSettings settings, CompileOptions options, View view, TextWriter output, TextWriter error)
    {
        bool isManifest = Path.GetExtension(path) == ".json";
        if (Contradiction(isManifest, settings, options, view) is string contradiction) throw new RaspException(contradiction);
        if (isManifest)
        {
            // Loading checks that the weights belong to the manifest.
            Show(CompiledModel.Load(path), view, output);
            return 0;
        }

        if (ProgramSource.Load(path, settings, error) is not ProgramSource source) return 1;
        if (view.Compiled || view.Page is not null)
        {
            if (source.Compile(options with { MeasurePasses = true }, error) is not CompiledModel model) return 1;
            Show(model, view, output);
            return 0;
        }

        RaspProgram program = source.Program with { Settings = source.Settings };
        if (view.Types) TypeTable.Write(output, program, view.Json);
        else if (view.Json) ProgramSummary.WriteJson(output, program);
        else ProgramSummary.Write(output, program);
        return 0;
    }

    private static string? Contradiction(bool isManifest, CompileSettings settings, CompileOptions options, View view)
    {
        bool isModel = isManifest || view.Compiled || view.Page is not null;
        if (isModel && view.Types) return "--types lists the names of a .rasp file; a compiled model lists its variables without it";
        if (isManifest && view.Compiled) return "--compiled is for a .rasp file; a manifest's model is compiled already";
        if (isManifest && (settings != CompileSettings.None || options != CompileOptions.Default))
            return "--export, --vocab, --max-length, --causal and --verify-budget are for a .rasp file; a compiled model keeps those of its compile";
        if (!isModel && options != CompileOptions.Default) return "--verify-budget is for a compile; add --compiled or --html";
        if (view.Page is null && (view.Input ?? view.Tokens) is not null) return "--input and --tokens are for the page of --html PATH";
        if (view is { Input: not null, Tokens: not null }) return "give --input or --tokens, not both";
        return view.Page is "" ? "--html needs the page's path" : null;
    }

    private static void Show(CompiledModel model, View view, TextWriter output)
    {
        if (view.Page is string page)
        {
            InputTokens input = view switch
            {
                { Input: string text } => InputTokens.FromCharacters(text),
                { Tokens: string list } => InputTokens.FromJson(list, "--tokens: ", "a JSON list of tokens"),
                _ => SampleInput.Of(model.Manifest),
            };
            ModelPage.Write(page, model, input.Within(model.Manifest).Tokens);
        }

        if (view.Json)
        {
            JsonLine.Write(output, json =>
            {
                ModelJson.Write(json, model.Manifest);
                if (view.Page is not null) json.WriteString("page", view.Page);
            });
        }
        else if (view.Page is not null)
        {
            output.WriteLine($"{ManifestText.Title(model.Manifest)}: {ManifestText.Sizes(model.Manifest)} -> {view.Page}");
        }
        else
        {
            ModelTable.Write(output, model.Manifest);
        }
    }

    /// <summary>What is to be shown, and how.</summary>
    private sealed record View(bool Types, bool Compiled, string? Page, string? Input, string? Tokens, bool Json);
}
