using System.Collections.Immutable;
using System.CommandLine;
using Rasp.Compiler;
using Rasp.Compiler.Graph;
using Rasp.Format;
using Rasp.Tool.Options;
using Rasp.Tool.Running;
using Rasp.Tool.Text;

namespace Rasp.Tool.Verbs;

/// <summary><c>rasp run FILE --export NAME INPUT</c>: an s-op's values, by the interpreter, by the compiled weights, or by both.</summary>
internal static class RunVerb
{
    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description = "The .rasp file." };
        Argument<string?> input = new("INPUT") { Description = "Each character is a token.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> tokens = new("--tokens") { Description = "An input of longer tokens or numbers: '[\"the\",\"cat\"]'.", HelpName = "LIST" };
        Option<string?> inputs = new("--inputs") { Description = "A file of inputs: one JSON string or list a line.", HelpName = "PATH" };
        Option<Engine> engine = new("--engine")
        {
            Description = "interpreter (unless said otherwise), transformer (the compiled weights) or both, which fails where they differ.",
            HelpName = "NAME",
            CustomParser = result =>
            {
                if (Enum.TryParse(result.Tokens[0].Value, ignoreCase: true, out Engine chosen) && Enum.IsDefined(chosen)) return chosen;
                result.AddError($"--engine is interpreter, transformer or both, not '{result.Tokens[0].Value}'");
                return default;
            },
        };
        Option<bool> json = new("--json") { Description = "Print one JSON object an input: export, input, values." };
        Option<bool> warnAsError = WarningOption.Create();
        Command command = new("run", "Prints an s-op's value on an input.") { file, input, tokens, inputs, engine, json, warnAsError };
        ProgramOptions settings = new(command);
        ModelOptions options = new(command, withName: false);
        command.SetStoppableAction(parsed => Run(
            parsed.GetRequiredValue(file),
            settings.Read(parsed),
            options.Read(parsed),
            Inputs(parsed.GetValue(input), parsed.GetValue(tokens), parsed.GetValue(inputs)),
            parsed.GetValue(engine),
            parsed.GetValue(json),
            parsed.GetValue(warnAsError),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    private static IEnumerable<InputTokens> Inputs(string? input, string? tokens, string? path) => (input, tokens, path) switch
    {
        ({ } text, null, null) => [InputTokens.FromCharacters(text)],
        (null, { } list, null) => [InputTokens.FromJson(list, "--tokens: ", "a JSON list of tokens")],
        (null, null, { } file) => InputTokens.FromFile(file),
        _ => throw new RaspException("give exactly one of INPUT, --tokens and --inputs; see 'rasp run --help'"),
    };

    private static int Run(
        string path, CompileSettings settings, CompileOptions options, IEnumerable<InputTokens> inputs, Engine engine, bool json, bool warnAsError,
        TextWriter output, TextWriter error)
    {
        if (ProgramSource.Load(path, settings, error, warnAsError) is not ProgramSource source) return 1;
        ImmutableArray<NamedSOp> exports = source.Exports();

        // The pragmas say what the weights are for; the interpreter takes any input unless an option says otherwise.
        CompileSettings bounds = engine == Engine.Interpreter ? settings : source.Settings;
        ImmutableArray<InputTokens> checkedInputs = [.. inputs.Select(i => i.Within(bounds))];

        if (ProgramRun.Prepare(source, exports, engine, checkedInputs, options, error) is not ProgramRun run) return 1;
        bool succeeded = true;
        foreach (NamedSOp export in exports)
        {
            foreach (InputTokens input in checkedInputs)
            {
                if (run.Evaluate(export, input, error) is not ImmutableArray<Value> values) succeeded = false;
                else if (json) WriteJson(output, export.Name, input, values);
                else output.WriteLine($"{export.Name}({input.Notation}) = {ValueText.Format(values)}");
            }
        }

        return succeeded ? 0 : 1;
    }

    private static void WriteJson(TextWriter output, string export, InputTokens input, ImmutableArray<Value> values) =>
        JsonLine.Write(output, json =>
        {
            json.WriteString("export", export);
            ValueText.WriteList(json, "input", input.Tokens);
            ValueText.WriteList(json, "values", values);
        });
}
