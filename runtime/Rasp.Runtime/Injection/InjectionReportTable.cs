using System.Globalization;
using System.Text;
using Rasp.Runtime.Verification;

namespace Rasp.Runtime.Injection;

/// <summary>The report as aligned columns.</summary>
internal static class InjectionReportTable
{
    // Nats a token by which a coarse report calls a loss higher.
    private const double Noticeable = 0.2;

    public static string Write(InjectionReport report) => Write(report, Share, (loss, _) => loss.ToString("F4", CultureInfo.InvariantCulture), coarse: false);

    public static string WriteCoarse(InjectionReport report) => Write(report, Coarse, (loss, before) => loss - before < Noticeable ? "as before" : "higher", coarse: true);

    private static string Write(InjectionReport report, Func<double, string> share, Func<double, double, string> loss, bool coarse)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"Injection of {report.Export} ({report.Task}) into a model of {report.ModelParameters} parameters, {report.Options.Steps} steps, seed {report.Options.Seed}\n\n");

        string answers = string.Join("/", report.Sets.SelectMany(s => s.After.Answers).Select(a => a.Answer).Distinct());
        List<string[]> rows = [[$"accuracy (all, {answers})", "inputs", "before", "baseline", "injected"]];
        foreach (SetReport set in report.Sets)
            rows.Add([set.Set + (set.InDistribution ? "" : " *"), $"{set.After.Inputs}", Accuracy(set.Before), Accuracy(set.Baseline), Accuracy(set.After)]);
        LanguageReport language = report.Language;
        rows.Add(["language loss, nats/token", $"{language.Tokens}", loss(language.Before, language.Before), loss(language.Baseline, language.Before), loss(language.After, language.Before)]);
        Append(text, rows);
        text.Append("* out of distribution. Language loss is on ").Append(report.Language.Text).Append(".\n\n");

        rows = [["variable", "program", "model", "decoded", "majority", "interchange", "control", "changed"]];
        foreach (VariableReport v in report.Variables)
            rows.Add(
            [
                v.Name, v.Written, v.Taught,
                v.Decoding is null ? "-" : share(v.Decoding.Accuracy), v.Decoding is null ? "-" : share(v.Decoding.Majority),
                v.Interchange is null ? "-" : share(v.Interchange.Success), v.Interchange is null ? "-" : share(v.Interchange.Control),
                v.Interchange is null ? "-" : coarse ? Magnitude(v.Interchange.Counterfactuals) : $"{v.Interchange.Counterfactuals}",
            ]);
        Append(text, rows);
        foreach (IGrouping<string, VariableReport> why in report.Variables.Where(v => v.WhyNoInterchange is not null).GroupBy(v => v.WhyNoInterchange ?? string.Empty))
            text.Append("No interchange of ").AppendJoin(", ", why.Select(v => v.Name)).Append(": ").Append(why.Key).Append('\n');
        foreach (IGrouping<string, VariableReport> read in report.Variables.GroupBy(v => v.ReadAs))
            text.Append("Read as ").Append(read.Key).Append(": ").AppendJoin(", ", read.Select(v => v.Name)).Append('\n');
        text.Append("Decoded: share of positions read right; majority: the same for the most frequent value at each position.\n");
        text.Append("Interchange: share of exchanges that change the program's answer after which the model gives that answer; control: with a random subspace of the same size.\n");
        return text.ToString();

        string Accuracy(TaskAccuracy a) => $"{share(a.Accuracy)} ({string.Join("/", a.Answers.Select(x => share(x.Accuracy)))})";
    }

    private static void Append(StringBuilder text, List<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length))];
        foreach (string[] row in rows)
        {
            IEnumerable<string> cells = row.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]));
            text.Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }
    }

    private static string Share(double share) => double.IsNaN(share) ? "-" : share.ToString("F3", CultureInfo.InvariantCulture);

    private static string Coarse(double share) => share switch
    {
        double.NaN => "-",
        >= 0.95 => "all",
        >= 0.5 => "most",
        > 0.05 => "some",
        _ => "few",
    };

    private static string Magnitude(int count) => count switch
    {
        >= 100 => "100+",
        >= 10 => "10+",
        _ => "<10",
    };
}
