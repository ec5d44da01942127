using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Rasp.Compiler;
using Rasp.Compiler.Graph;
using Rasp.Format;
using Rasp.Runtime.Injection;
using Rasp.Runtime.Injection.Tasks;
using Rasp.Runtime.LanguageModels;
using Rasp.Tool.Options;
using Rasp.Tool.Text;

namespace Rasp.Tool.Verbs;

/// <summary>
/// <c>rasp inject FILE|MANIFEST --model DIR</c>: distils a program's variables into a pretrained language model and reports
/// what that changed.
/// </summary>
internal static class InjectVerb
{
    public static Command Create()
    {
        Argument<string> file = new("FILE|MANIFEST") { Description = "A .rasp file, compiled first, or the NAME.json that compile wrote." };
        Option<string> model = new("--model") { Description = "The language model: a Hugging Face folder or a llama2.c file.", HelpName = "PATH", Required = true };
        Option<ImmutableArray<string>> pairs = new("--pairs")
        {
            Description = "The brackets of the task shuffle-dyck. [default: ()[]]",
            HelpName = "BRACKETS",
            DefaultValueFactory = _ => ["()", "[]"],
            CustomParser = ReadPairs,
        };
        Option<int> longest = new("--longest") { Description = "The longest input that is trained on.", HelpName = "N", DefaultValueFactory = _ => 30 };
        Option<bool> quick = new("--short") { Description = "A run of under a minute, to see the whole road." };
        Option<int?> steps = new("--steps") { Description = "Optimiser steps.", HelpName = "N" };
        Option<int?> seed = new("--seed") { Description = "Decides the inputs and their order.", HelpName = "N" };
        Option<string?> text = new("--text") { Description = "Text like the model's training text; without it, samples of the model itself.", HelpName = "PATH" };
        Option<string?> heldOut = new("--held-out") { Description = "Text that the model was not trained on, to measure the language loss.", HelpName = "PATH" };
        Option<string?> directory = new("--output", "-o") { Description = "The folder for the injected model, its heads and injection.json.", HelpName = "DIR" };
        Option<bool> json = new("--json") { Description = "Print the report as one JSON object." };
        Command command = new("inject", "Distils a program into a pretrained language model.")
        {
            file, model, pairs, longest, quick, steps, seed, text, heldOut, directory, json,
        };
        ProgramOptions options = new(command);
        command.SetAction((parsed, cancellation) =>
        {
            InjectionOptions recipe = parsed.GetValue(quick) ? InjectionOptions.Short : new InjectionOptions();
            recipe = recipe with
            {
                Steps = parsed.GetValue(steps) ?? recipe.Steps,
                Seed = parsed.GetValue(seed) ?? recipe.Seed,
                Text = parsed.GetValue(text),
                HeldOutText = parsed.GetValue(heldOut),
                Output = parsed.GetValue(directory),
            };
            // Before the compile, which takes longer.
            using LanguageModel pretrained = LanguageModel.Load(parsed.GetRequiredValue(model));
            TextWriter error = parsed.InvocationConfiguration.Error;
            CompiledModel? teacher = Teacher(parsed.GetRequiredValue(file), options.Read(parsed), error);
            if (teacher is null) return Task.FromResult(1);
            InjectionTask task = ShuffleDyck.Create(parsed.GetRequiredValue(pairs), parsed.GetValue(longest));
            InjectionReport report = Injector.Run(teacher, pretrained, task, recipe, new ProgressLines<InjectionProgress>(error, Describe), cancellation);
            Write(report, parsed.GetValue(json), parsed.InvocationConfiguration.Output);
            return Task.FromResult(0);
        });
        return command;
    }

    private static CompiledModel? Teacher(string path, CompileSettings options, TextWriter error)
    {
        if (Path.GetExtension(path) == ".json") return CompiledModel.Load(path);
        if (ProgramSource.Load(path, options, error) is not ProgramSource source) return null;
        ImmutableArray<NamedSOp> exports = source.Exports();
        if (exports.Length > 1)
            throw new RaspException($"'{path}' exports {string.Join(", ", exports.Select(e => e.Name))}; say which one to inject with --export");
        CompileResult result = ProgramCompiler.Compile(source.Program, exports[0].Name, source.Settings);
        return ProgramSource.Report(result.Diagnostics, error) ? result.Model : null;
    }

    private static StageProgress Describe(InjectionProgress p) => new(p.Stage, p.Done, p.Total, p.Left, p.Detail);

    private static void Write(InjectionReport report, bool json, TextWriter output)
    {
        // The report's own JSON is indented; every verb's --json is an object a line.
        if (json) output.WriteLine(JsonSerializer.Serialize(JsonDocument.Parse(report.ToJson()).RootElement));
        else output.Write(report.ToTable());
    }

    private static ImmutableArray<string> ReadPairs(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (text.Length > 0 && text.Length % 2 == 0 && text.Distinct().Count() == text.Length)
            return [.. text.Chunk(2).Select(pair => new string(pair))];
        result.AddError($"--pairs needs an opening and a closing character for each kind of bracket, such as ()[], not '{text}'");
        return [];
    }
}
