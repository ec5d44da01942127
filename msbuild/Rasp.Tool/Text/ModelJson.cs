using System.Text.Json;
using Rasp.Format;

namespace Rasp.Tool.Text;

/// <summary>A compiled model for machines.</summary>
internal static class ModelJson
{
    public static void WriteSizes(Utf8JsonWriter json, Manifest m)
    {
        json.WriteNumber("layers", m.Layers);
        json.WriteNumber("headsPerLayer", m.HeadsPerLayer);
        json.WriteNumber("dModel", m.DModel);
        json.WriteNumber("dHead", m.DHead);
        json.WriteNumber("dMlp", m.DMlp);
        json.WriteNumber("parameters", m.Parameters);
        json.WriteNumber("nonzeros", m.Nonzeros);
        ValueText.WriteList(json, "vocabulary", m.Vocabulary);
        json.WriteNumber("maxLength", m.MaxLength);
        json.WriteBoolean("causal", m.Causal);
        json.WriteStartObject("verification");
        json.WriteBoolean("exhaustive", m.Verification.Exhaustive);
        json.WriteNumber("inputs", m.Verification.Inputs);
        json.WriteNumber("positions", m.Verification.Positions);
        json.WriteNumber("mismatches", m.Verification.Mismatches);
        json.WriteString("precision", m.Verification.Precision);
        json.WriteEndObject();
        WriteObjects(json, "certificates", m.Certificates, c =>
        {
            json.WriteString("format", c.Format);
            json.WriteNumber("maxLength", c.MaxLength);
            json.WriteNumber("margin", c.Margin);
            if (c.Limit is not null) json.WriteString("limit", c.Limit);
        });
    }

    /// <summary>Everything but the weights.</summary>
    public static void Write(Utf8JsonWriter json, Manifest m)
    {
        json.WriteString("program", m.Program);
        json.WriteString("name", m.Name);
        WriteObjects(json, "outputs", m.Outputs, o =>
        {
            json.WriteString("name", o.Name);
            json.WriteString("type", ManifestText.TypeName(o.Type));
            json.WriteNumber("first", o.First);
            json.WriteNumber("logits", o.Logits);
            ValueText.WriteList(json, "values", o.Values);
        });
        WriteSizes(json, m);
        WriteObjects(json, "variables", m.Variables, v => WriteVariable(json, v));
        WriteObjects(json, "passes", m.Passes, p =>
        {
            json.WriteString("name", p.Name);
            WriteSizes(json, "before", p.Before);
            WriteSizes(json, "after", p.After);
        });
    }

    private static void WriteVariable(Utf8JsonWriter json, ManifestVariable v)
    {
        json.WriteString("name", v.Name);
        json.WriteString("type", ManifestText.TypeName(v.Type));
        json.WriteNumber("line", v.Line);
        json.WriteNumber("column", v.Column);
        json.WriteNumber("endLine", v.EndLine);
        json.WriteNumber("endColumn", v.EndColumn);
        json.WriteBoolean("resident", v.Resident);
        json.WriteString("from", ManifestText.Place(v));
        json.WriteNumber("lastLayer", v.LastLayer);
        json.WriteString("encoding", v.Encoding switch { VariableEncoding.OneHot => "oneHot", VariableEncoding.Linear => "linear", _ => "vector" });
        json.WriteStartArray("columns");
        foreach (int column in v.Columns) json.WriteNumberValue(column);
        json.WriteEndArray();
        ValueText.WriteList(json, "values", v.Values);
    }

    private static void WriteSizes(Utf8JsonWriter json, string property, ManifestSizes sizes)
    {
        json.WriteStartObject(property);
        json.WriteNumber("nodes", sizes.Nodes);
        json.WriteNumber("layers", sizes.Layers);
        json.WriteNumber("heads", sizes.Heads);
        json.WriteNumber("dModel", sizes.DModel);
        json.WriteNumber("dHead", sizes.DHead);
        json.WriteNumber("dMlp", sizes.DMlp);
        json.WriteNumber("parameters", sizes.Parameters);
        json.WriteEndObject();
    }

    private static void WriteObjects<T>(Utf8JsonWriter json, string property, IEnumerable<T> items, Action<T> writeProperties)
    {
        json.WriteStartArray(property);
        foreach (T item in items)
        {
            json.WriteStartObject();
            writeProperties(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
