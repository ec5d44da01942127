using System.CommandLine;
using System.Globalization;
using Rasp.Compiler.Graph;
using Rasp.Format;
using Rasp.Tool.Options;
using Rasp.Tool.Text;

namespace Rasp.Tool.Verbs;

/// <summary><c>rasp inspect FILE|MANIFEST</c>: a program's settings and graph, or a compiled model's sizes and variables.</summary>
internal static class InspectVerb
{
    public static Command Create()
    {
        Argument<string> file = new("FILE|MANIFEST") { Description = "A .rasp file, or the NAME.json that compile wrote (with its weights beside it)." };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Option<bool> types = new("--types") { Description = "List the names of a program with their types and, for a vocabulary and maximum length, their values." };
        Command command = new("inspect", "Shows what is in a program or a compiled model.") { file, types, json };
        ProgramOptions options = new(command, withExport: false);
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(file), options.Read(parsed), parsed.GetValue(types), parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(string path, CompileSettings options, bool types, bool json, TextWriter output, TextWriter error)
    {
        if (Path.GetExtension(path) == ".json")
        {
            if (types) throw new RaspException("--types lists the names of a .rasp file; a compiled model lists its variables without it");

            // Loading checks that the weights belong to the manifest.
            Manifest manifest = CompiledModel.Load(path).Manifest;
            if (json) WriteJson(output, manifest);
            else WriteTable(output, manifest);
            return 0;
        }

        if (ProgramSource.Load(path, options, error) is not ProgramSource source) return 1;
        RaspProgram program = source.Program with { Settings = source.Settings };
        if (types) TypeTable.Write(output, program, json);
        else if (json) WriteJson(output, program);
        else WriteTable(output, program);
        return 0;
    }

    private static void WriteTable(TextWriter output, Manifest m)
    {
        ManifestVerification v = m.Verification;
        output.WriteLine($"{m.Name} of {m.Program}, {ManifestText.TypeName(m.Outputs[0].Type)}");
        output.WriteLine(ManifestText.Sizes(m));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"at most {m.MaxLength} tokens of {ValueText.Format(m.Vocabulary)}, {(m.Causal ? "causal" : "bidirectional")}"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{ManifestText.Verified(v)} ({v.Positions:N0} positions) in {v.Precision}"));
        output.WriteLine();
        TextTable.Write(
            output,
            ["variable", "type", "values", "encoding", "columns", "from", "line"],
            m.Variables.Select(x => new[]
            {
                x.Resident ? x.Name : $"({x.Name})",
                ManifestText.TypeName(x.Type),
                x.Values.Length.ToString(CultureInfo.InvariantCulture),
                x.Encoding == VariableEncoding.OneHot ? "one-hot" : "linear",
                string.Join(' ', Runs(x.Columns)),
                ManifestText.Place(x),
                string.Create(CultureInfo.InvariantCulture, $"{x.Line},{x.Column}"),
            }));
        if (m.Variables.Any(x => !x.Resident)) output.WriteLine("(in parentheses: a function of another variable's columns)");
    }

    private static void WriteTable(TextWriter output, RaspProgram program)
    {
        CompileSettings s = program.Settings;
        output.WriteLine(program.Path);
        output.WriteLine($"export {(s.Exports is { } names ? string.Join(", ", names) : "not said")}");
        output.WriteLine($"vocabulary {(s.Vocabulary is { } tokens ? ValueText.Format(tokens) : "not said")}");
        output.WriteLine($"max length {(s.MaxLength is int length ? length.ToString(CultureInfo.InvariantCulture) : "not said")}");
        output.WriteLine(s.Causal == true ? "causal" : "bidirectional");
        output.WriteLine();
        output.Write(GraphPrinter.Print(program.SOps));
    }

    private static void WriteJson(TextWriter output, Manifest m) => JsonLine.Write(output, json =>
    {
        json.WriteString("program", m.Program);
        json.WriteString("export", m.Name);
        json.WriteString("type", ManifestText.TypeName(m.Outputs[0].Type));
        ManifestText.WriteSizes(json, m);
        json.WriteStartArray("variables");
        foreach (ManifestVariable x in m.Variables)
        {
            json.WriteStartObject();
            json.WriteString("name", x.Name);
            json.WriteString("type", ManifestText.TypeName(x.Type));
            json.WriteNumber("line", x.Line);
            json.WriteNumber("column", x.Column);
            json.WriteBoolean("resident", x.Resident);
            json.WriteString("from", ManifestText.Place(x));
            json.WriteString("encoding", x.Encoding == VariableEncoding.OneHot ? "oneHot" : "linear");
            json.WriteStartArray("columns");
            foreach (int column in x.Columns) json.WriteNumberValue(column);
            json.WriteEndArray();
            ValueText.WriteList(json, "values", x.Values);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void WriteJson(TextWriter output, RaspProgram program) => JsonLine.Write(output, json =>
    {
        CompileSettings s = program.Settings;
        json.WriteString("program", program.Path);
        if (s.Exports is { } names)
        {
            json.WriteStartArray("exports");
            foreach (string name in names) json.WriteStringValue(name);
            json.WriteEndArray();
        }

        if (s.Vocabulary is { } tokens) ValueText.WriteList(json, "vocabulary", tokens);
        if (s.MaxLength is int length) json.WriteNumber("maxLength", length);
        json.WriteBoolean("causal", s.Causal ?? false);
        json.WriteStartArray("sops");
        foreach (NamedSOp x in program.SOps)
        {
            json.WriteStartObject();
            json.WriteString("name", x.Name);
            json.WriteString("type", ManifestText.TypeName(x.SOp.Type));
            json.WriteNumber("line", x.Span.StartLine);
            json.WriteNumber("column", x.Span.StartColumn);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("graph");
        foreach (string line in GraphPrinter.Print(program.SOps).Split('\n', StringSplitOptions.RemoveEmptyEntries)) json.WriteStringValue(line);
        json.WriteEndArray();
    });

    /// <summary>3 4 5 9 as 3-5 9.</summary>
    private static IEnumerable<string> Runs(IReadOnlyList<int> columns)
    {
        for (int i = 0; i < columns.Count;)
        {
            int end = i;
            while (end + 1 < columns.Count && columns[end + 1] == columns[end] + 1) end++;
            yield return i == end
                ? columns[i].ToString(CultureInfo.InvariantCulture)
                : string.Create(CultureInfo.InvariantCulture, $"{columns[i]}-{columns[end]}");
            i = end + 1;
        }
    }
}
