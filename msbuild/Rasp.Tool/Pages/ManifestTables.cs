using System.Globalization;
using System.Xml.Linq;
using Rasp.Format;
using Rasp.Tool.Text;

namespace Rasp.Tool.Pages;

/// <summary>What the manifest says, as tables.</summary>
internal static class ManifestTables
{
    public static XElement Variables(Manifest m) => Table(
        "wide",
        ["variable", "type", "source", "encoding", "columns", "alive", "values"],
        m.Variables.Select((v, i) => new XElement(
            "tr",
            VariableChip.Mark(i),
            new XElement("td", VariableChip.Of(m, i), v.Resident ? null : PageDocument.Element("span", "note", " a function of another's columns")),
            new XElement("td", ManifestText.TypeName(v.Type)),
            new XElement("td", ManifestText.Source(v)),
            new XElement("td", ManifestText.Encoding(v.Encoding)),
            new XElement("td", ManifestText.Columns(v.Columns)),
            new XElement("td", ManifestText.Alive(v, m)),
            PageDocument.Element("td", "number", new XAttribute("title", ValueText.Format(v.Values)), v.Values.Length.ToString(CultureInfo.InvariantCulture)))));

    public static IEnumerable<XElement> Certificate(Manifest m)
    {
        if (!m.Certificates.IsEmpty)
        {
            yield return Table(
                "certificate",
                ["format", "answers proved"],
                m.Certificates.Select(c => new XElement(
                    "tr",
                    new XElement("th", c.Format),
                    PageDocument.Element("td", c.MaxLength >= m.MaxLength ? "whole" : "part", ManifestText.Proved(c, m)))));
        }

        yield return new XElement("p", $"The weights were run: {ManifestText.VerificationRun(m.Verification)}.");
    }

    public static IEnumerable<XElement> Passes(Manifest m)
    {
        PassSavings savings = PassSavings.Of(m);
        if (!savings.Rows.IsEmpty)
        {
            yield return Table(
                "passes",
                PassSavings.Header,
                savings.Rows.Select(row => new XElement(
                    "tr",
                    new XElement("th", row[0]),
                    row.Skip(1).Select(size => PageDocument.Element("td", size.Contains('→', StringComparison.Ordinal) ? "number changed" : "number", size)))));
        }

        if (!savings.WithoutEffect.IsEmpty) yield return new XElement("p", $"Saved nothing: {string.Join(", ", savings.WithoutEffect)}.");
    }

    private static XElement Table(string style, IEnumerable<string> header, IEnumerable<XElement> rows) => PageDocument.Element(
        "div",
        "scroll",
        PageDocument.Element(
            "table",
            style,
            new XElement("thead", new XElement("tr", header.Select(h => new XElement("th", h)))),
            new XElement("tbody", rows)));
}
