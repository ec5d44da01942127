using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rasp.Format;

/// <summary>
/// The manifest as JSON, a property a line, and a line for each variable, output, certificate and pass. Values are JSON strings, booleans and integers; a
/// fraction is the array [numerator, denominator], so that nothing is rounded.
/// </summary>
internal static class ManifestJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new ValueConverter(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    public static string Write(Manifest manifest)
    {
        StringBuilder text = new("{");
        string separator = "\n";
        foreach (JsonProperty property in JsonSerializer.SerializeToElement(manifest, Options).EnumerateObject())
        {
            text.Append(separator).Append("  \"").Append(property.Name).Append("\": ");
            if (property.Value.ValueKind == JsonValueKind.Array && property.Value.EnumerateArray().Any(e => e.ValueKind == JsonValueKind.Object))
                AppendLines(text, property.Value);
            else
                text.Append(JsonSerializer.Serialize(property.Value, Options));
            separator = ",\n";
        }

        return text.Append("\n}\n").ToString();
    }

    /// <exception cref="JsonException">The text is not a manifest.</exception>
    public static Manifest Read(string text) =>
        JsonSerializer.Deserialize<Manifest>(text, Options) ?? throw new JsonException("the manifest is null");

    /// <summary>A part of a manifest, such as its vocabulary, on one line, as the manifest has it.</summary>
    public static string WriteValue<T>(T part) => JsonSerializer.Serialize(part, Options);

    private static void AppendLines(StringBuilder text, JsonElement array)
    {
        text.Append('[');
        string separator = "\n    ";
        foreach (JsonElement element in array.EnumerateArray())
        {
            text.Append(separator).Append(JsonSerializer.Serialize(element, Options));
            separator = ",\n    ";
        }

        text.Append("\n  ]");
    }

    private sealed class ValueConverter : JsonConverter<Value>
    {
        public override Value Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.True or JsonTokenType.False:
                    return reader.GetBoolean();
                case JsonTokenType.String:
                    return reader.GetString() ?? string.Empty;
                case JsonTokenType.Number:
                    return reader.GetInt64();
                case JsonTokenType.StartArray:
                    long[] parts = JsonSerializer.Deserialize<long[]>(ref reader, options) ?? [];
                    return parts is [long numerator, long denominator] && denominator > 0
                        ? Value.FromNumber(Rational.Create((BigInteger)numerator, denominator))
                        : throw new JsonException("a fraction is [numerator, denominator]");
                default:
                    throw new JsonException($"a value can't be a {reader.TokenType}");
            }
        }

        public override void Write(Utf8JsonWriter writer, Value value, JsonSerializerOptions options)
        {
            switch (value.Kind)
            {
                case ValueKind.Boolean:
                    writer.WriteBooleanValue(value.IsTrue);
                    break;
                case ValueKind.Text:
                    writer.WriteStringValue(value.Text);
                    break;
                case ValueKind.Number when value.Number.IsInteger:
                    writer.WriteNumberValue(value.Number.Numerator);
                    break;
                default:
                    writer.WriteStartArray();
                    writer.WriteNumberValue(value.Number.Numerator);
                    writer.WriteNumberValue(value.Number.Denominator);
                    writer.WriteEndArray();
                    break;
            }
        }
    }
}
