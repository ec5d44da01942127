using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using Rasp.Format;

namespace Rasp.Tool.Pages;

/// <summary>Values at each token: a column a position.</summary>
internal static class ValueTable
{
    public static XElement OfOutputs(ModelAtWork work) =>
        Table(work, work.Manifest.Outputs.Select(o => new XElement("tr", new XElement("th", o.Name), Cells(work.Run.Outputs[o.Name]))));

    public static XElement OfVariables(ModelAtWork work) => Table(
        work,
        work.Manifest.Variables.Select((v, i) => new XElement(
            "tr",
            VariableChip.Mark(i),
            new XElement("th", VariableChip.Of(work.Manifest, i)),
            Cells(work.Run.Variables.GetValueOrDefault(v.Name, [])))));

    private static XElement Table(ModelAtWork work, IEnumerable<XElement> rows) => PageDocument.Element(
        "div",
        "scroll",
        PageDocument.Element(
            "table",
            "values",
            new XElement(
                "thead",
                PageDocument.Element("tr", "positions", new XElement("th", "position"), work.Tokens.Select((_, p) => new XElement("th", p.ToString(CultureInfo.InvariantCulture)))),
                new XElement("tr", new XElement("th", "input"), work.Tokens.Select(t => new XElement("th", TokenLabel.Of(t))))),
            new XElement("tbody", rows)));

    private static IEnumerable<XElement> Cells(ImmutableArray<Value> values) => values.Select(v => new XElement("td", TokenLabel.Of(v)));
}
