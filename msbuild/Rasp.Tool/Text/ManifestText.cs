using System.Globalization;
using Rasp.Format;

namespace Rasp.Tool.Text;

/// <summary>What a manifest says, in words: the same in the tables, in the page and after a compile.</summary>
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

    /// <summary><see cref="Verified"/> with the positions and the number format of the run.</summary>
    public static string VerificationRun(ManifestVerification v) =>
        string.Create(CultureInfo.InvariantCulture, $"{Verified(v)} ({v.Positions:N0} positions) in {v.Precision}");

    /// <summary>How far the answers are proved, without the format's name.</summary>
    public static string Proved(ManifestCertificate c, Manifest m)
    {
        string beyond = c.Limit ?? "no limit is named";
        if (c.MaxLength < 1) return $"proved for no length: {beyond}";
        string reach = string.Create(CultureInfo.InvariantCulture, $"proved up to {Count(c.MaxLength, "token")}");
        string margin = string.Create(CultureInfo.InvariantCulture, $"least margin {c.Margin:0.##}");
        return c.MaxLength >= m.MaxLength ? $"every answer {reach}, {margin}" : $"{reach}, {margin}; beyond it: {beyond}";
    }

    /// <summary>In which formats the answers are proved, and how far: <c>proved in fp32, fp16, in bf16 up to 20 tokens</c>.</summary>
    public static string Certified(Manifest m)
    {
        ILookup<int, ManifestCertificate> byReach = m.Certificates.ToLookup(c => c.MaxLength >= m.MaxLength ? 2 : Math.Min(c.MaxLength, 1));
        string[] parts =
        [
            .. byReach[2].Any() ? [$"in {string.Join(", ", byReach[2].Select(c => c.Format))}"] : Array.Empty<string>(),
            .. byReach[1].Select(c => $"in {c.Format} up to {Count(c.MaxLength, "token")}"),
            .. byReach[0].Select(c => $"not in {c.Format}"),
        ];
        return byReach[0].Count() == m.Certificates.Length ? "proved in no number format" : $"proved {string.Join(", ", parts)}";
    }

    public static string Count(int number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? string.Empty : "s")}");

    /// <summary>Where it first stands, TransformerLens's name: <c>blocks.1.hook_resid_post</c>.</summary>
    public static string Place(ManifestVariable variable) => string.Create(
        CultureInfo.InvariantCulture, $"blocks.{variable.Layer}.hook_{Name(variable.Site)}");

    /// <summary>From the site that writes it to the last layer that reads it: <c>0.resid_mid to 1</c>, <c>1.resid_post to unembed</c>.</summary>
    public static string Alive(ManifestVariable variable, Manifest m)
    {
        string from = string.Create(CultureInfo.InvariantCulture, $"{variable.Layer}.{Name(variable.Site)}");
        if (variable.LastLayer < variable.Layer) return from;
        return variable.LastLayer >= m.Layers ? $"{from} to unembed" : string.Create(CultureInfo.InvariantCulture, $"{from} to {variable.LastLayer}");
    }

    /// <summary><c>3,1-3,20</c>; the start alone where the end is not known.</summary>
    public static string Source(ManifestVariable v)
    {
        if (v.Line == 0) return "built in";
        string start = string.Create(CultureInfo.InvariantCulture, $"{v.Line},{v.Column}");
        return v.EndLine == 0 ? start : string.Create(CultureInfo.InvariantCulture, $"{start}-{v.EndLine},{v.EndColumn}");
    }

    public static string Encoding(VariableEncoding encoding) => encoding switch
    {
        VariableEncoding.OneHot => "one-hot",
        VariableEncoding.Linear => "linear",
        _ => "vector",
    };

    /// <summary>3 4 5 9 as <c>3-5 9</c>.</summary>
    public static string Columns(IReadOnlyList<int> columns) => string.Join(' ', Runs(columns));

    public static string TypeName(SOpType type) => type switch
    {
        SOpType.Int => "int",
        SOpType.Float => "float",
        SOpType.Bool => "bool",
        _ => "string",
    };

    private static string Name(ResidualSite site) => site switch
    {
        ResidualSite.Pre => "resid_pre",
        ResidualSite.Mid => "resid_mid",
        _ => "resid_post",
    };

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
