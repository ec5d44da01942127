using System.Globalization;
using System.Text;

namespace Benchmarks.Measuring;

/// <summary>A Markdown table whose columns line up when read as text.</summary>
internal sealed class Table(params string[] head)
{
    private readonly List<string[]> rows = [];

    internal void Add(params string[] row)
    {
        if (row.Length != head.Length) throw new ArgumentException($"{row.Length} cells in a table of {head.Length} columns", nameof(row));
        rows.Add(row);
    }

    internal string Text()
    {
        int[] widths = [.. head.Select((title, i) => rows.Select(r => r[i].Length).Append(title.Length).Max())];
        StringBuilder text = new();
        Line(head);
        Line([.. widths.Select((w, i) => i == 0 ? new string('-', w) : new string('-', w - 1) + ":")]);
        foreach (string[] row in rows) Line(row);
        return text.ToString();

        void Line(string[] cells) => text
            .Append("| ")
            .AppendJoin(" | ", cells.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i])))
            .Append(" |\n");
    }

    /// <summary>The median of ratios with their quartiles: "0.97 (0.95–0.99)".</summary>
    internal static string Ratio(IReadOnlyCollection<double> ratios) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Statistics.Quantile(ratios, 0.5):0.00} ({Statistics.Quantile(ratios, 0.25):0.00}–{Statistics.Quantile(ratios, 0.75):0.00})");

    /// <summary>A time with three significant digits and its unit.</summary>
    internal static string Time(double seconds)
    {
        (double value, string unit) = seconds switch
        {
            >= 1 => (seconds, "s"),
            >= 1e-3 => (seconds * 1e3, "ms"),
            _ => (seconds * 1e6, "µs"),
        };
        string format = value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00";
        return value.ToString(format, CultureInfo.InvariantCulture) + " " + unit;
    }
}
