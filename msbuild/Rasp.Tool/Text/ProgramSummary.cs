using System.Globalization;
using Rasp.Compiler.Graph;

namespace Rasp.Tool.Text;

/// <summary>A program that is not compiled: its settings and its graph.</summary>
internal static class ProgramSummary
{
    public static void Write(TextWriter output, RaspProgram program)
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

    public static void WriteJson(TextWriter output, RaspProgram program) => JsonLine.Write(output, json =>
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
}
