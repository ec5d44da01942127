using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rasp.Compiler.Diagnostics;

namespace Rasp.Tool.Text;

/// <summary>One JSON object a line, what every verb's <c>--json</c> prints.</summary>
internal static class JsonLine
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(TextWriter output, Action<Utf8JsonWriter> writeProperties)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, Options))
        {
            json.WriteStartObject();
            writeProperties(json);
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    public static void Write(TextWriter output, Diagnostic diagnostic) => Write(output, json =>
    {
        json.WriteString("file", diagnostic.Span.Path);
        json.WriteNumber("line", diagnostic.Span.StartLine);
        json.WriteNumber("column", diagnostic.Span.StartColumn);
        json.WriteNumber("endLine", diagnostic.Span.EndLine);
        json.WriteNumber("endColumn", diagnostic.Span.EndColumn);
        json.WriteString("severity", diagnostic.Severity == Severity.Error ? "error" : "warning");
        json.WriteString("code", diagnostic.Code);
        json.WriteString("message", diagnostic.Message);
    });
}
