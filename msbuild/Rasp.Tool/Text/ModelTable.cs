using System.Globalization;
using Rasp.Format;

namespace Rasp.Tool.Text;

/// <summary>A compiled model for people: its sizes, a line a variable, the certificate, what each pass of the optimiser saved.</summary>
internal static class ModelTable
{
    public static void Write(TextWriter output, Manifest m)
    {
        output.WriteLine($"{m.Name} of {m.Program}: {string.Join(", ", m.Outputs.Select(o => $"{o.Name} ({ManifestText.TypeName(o.Type)})"))}");
        output.WriteLine(ManifestText.Sizes(m));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"at most {m.MaxLength} tokens of {ValueText.Format(m.Vocabulary)}, {(m.Causal ? "causal" : "bidirectional")}"));
        output.WriteLine();
        WriteVariables(output, m);
        output.WriteLine();
        output.WriteLine(ManifestText.VerificationRun(m.Verification));
        foreach (ManifestCertificate c in m.Certificates) output.WriteLine($"{c.Format}: {ManifestText.Proved(c, m)}");
        if (m.Passes.IsEmpty) return;
        output.WriteLine();
        WritePasses(output, PassSavings.Of(m));
    }

    private static void WriteVariables(TextWriter output, Manifest m)
    {
        TextTable.Write(
            output,
            ["variable", "type", "source", "encoding", "columns", "alive", "values"],
            m.Variables.Select(x => new[]
            {
                x.Resident ? x.Name : $"({x.Name})",
                ManifestText.TypeName(x.Type),
                ManifestText.Source(x),
                ManifestText.Encoding(x.Encoding),
                ManifestText.Columns(x.Columns),
                ManifestText.Alive(x, m),
                x.Values.Length.ToString(CultureInfo.InvariantCulture),
            }));
        if (m.Variables.Any(x => !x.Resident)) output.WriteLine("(in parentheses: a function of another variable's columns)");
    }

    private static void WritePasses(TextWriter output, PassSavings savings)
    {
        if (!savings.Rows.IsEmpty) TextTable.Write(output, [.. PassSavings.Header], savings.Rows);
        if (!savings.WithoutEffect.IsEmpty) output.WriteLine($"saved nothing: {string.Join(", ", savings.WithoutEffect)}");
    }
}
