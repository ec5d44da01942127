using System.Globalization;
using System.Text.Json;
using Rasp.Format;

namespace Rasp.Tool.Text;

/// <summary>A compiled program's sizes and variables, for people and for machines.</summary>
internal static class ManifestText
{
    /// <summary>The model's name, with its exports where that does not say them.</summary>
    public static string Title(Manifest m) =>
        m.Outputs.Length == 1 && m.Outputs[0].Name == m.Name ? m.Name : $"{m.Name} ({string.Join(", ", m.Outputs.Select(o => o.Name))})";

    public static string Sizes(Manifest m) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Count(m.Layers, "layer")} of {Count(m.HeadsPerLayer, "head")}, dModel {m.DModel}, dHead {m.DHead}, dMlp {m.DMlp}, {m.Parameters:N0} parameters ({m.Nonzeros:N0} nonzero)");

    public static string Verified(ManifestVerification v) => string.Create(
        CultureInfo.InvariantCulture,
        $"equal to the interpreter on {(v.Exhaustive ? "all" : "a sample of")} {v.Inputs:N0} inputs");

    public static string Count(int number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? string.Empty : "s")}");

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
    }

    /// <summary>Where it first stands, TransformerLens's name: <c>blocks.1.hook_resid_post</c>.</summary>
    public static string Place(ManifestVariable variable) => string.Create(
        CultureInfo.InvariantCulture, $"blocks.{variable.Layer}.hook_resid_{Name(variable.Site)}");

    public static string TypeName(SOpType type) => type switch
    {
        SOpType.Int => "int",
        SOpType.Float => "float",
        SOpType.Bool => "bool",
        _ => "string",
    };

    private static string Name(ResidualSite site) => site switch
    {
        ResidualSite.Pre => "pre",
        ResidualSite.Mid => "mid",
        _ => "post",
    };
}
