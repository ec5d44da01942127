using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rasp.Format;

namespace Rasp.Tool.Text;

/// <summary>How values are printed: as JSON for machines, in the language's own notation for people.</summary>
internal static class ValueText
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Integers as they are, other fractions as the shortest decimal that reads back as the same double.</summary>
    public static void Write(Utf8JsonWriter json, Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Text:
                json.WriteStringValue(value.Text);
                break;
            case ValueKind.Boolean:
                json.WriteBooleanValue(value.IsTrue);
                break;
            default:
                if (value.Number.IsInteger) json.WriteNumberValue(value.Number.Numerator);
                else json.WriteNumberValue(value.Number.ToDouble());
                break;
        }
    }

    public static void WriteList(Utf8JsonWriter json, string property, ImmutableArray<Value> values)
    {
        json.WriteStartArray(property);
        foreach (Value value in values) Write(json, value);
        json.WriteEndArray();
    }

    /// <summary><c>["c", "b", "a"]</c>, <c>[0.5, 1]</c>, <c>[True, False]</c>.</summary>
    public static string Format(ImmutableArray<Value> values) => $"[{string.Join(", ", values.Select(Format))}]";

    public static string Format(Value value) => value.Kind switch
    {
        ValueKind.Text => Quote(value.Text),
        ValueKind.Boolean => value.ToString(),
        _ when value.Number.IsInteger => value.ToString(),
        _ => JsonSerializer.Serialize(value.Number.ToDouble()),
    };

    public static string Quote(string text) => JsonSerializer.Serialize(text, Readable);
}
