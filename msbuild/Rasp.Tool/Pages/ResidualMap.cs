using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using Rasp.Format;
using Rasp.Tool.Text;

namespace Rasp.Tool.Pages;

/// <summary>
/// The residual stream as a map: its columns from top to bottom, the stages that write it from left to right, and each variable
/// from the stage that writes it to the one that reads it last. A column that is used again holds one bar after another.
/// </summary>
internal static class ResidualMap
{
    private const int AxisTracks = 1;
    private const int HeaderRows = 1;
    private const int LeastHeight = 38;
    private const int HeightAColumn = 4;
    private const int MostHeight = 80;

    public static IEnumerable<XElement> Of(ModelAtWork work)
    {
        Manifest m = work.Manifest;
        ImmutableArray<Band> bands = Bands(m);
        string rows = string.Join(' ', bands.Select(b => string.Create(CultureInfo.InvariantCulture, $"minmax({Height(b)}px,auto)")));
        yield return PageDocument.Element(
            "p",
            "note",
            "Each bar is a variable in its columns, from where it is written to where it is read last; dots are reads. ",
            ((VariableEncoding[])[VariableEncoding.OneHot, VariableEncoding.Linear, VariableEncoding.Vector])
                .Where(e => m.Variables.Any(v => v.Encoding == e))
                .Select(e => PageDocument.Element("span", $"chip {VariableChip.Style(e)}", ManifestText.Encoding(e))));
        yield return PageDocument.Element(
            "div",
            "scroll",
            PageDocument.Element(
                "div",
                "map",
                new XAttribute("style", string.Create(
                    CultureInfo.InvariantCulture,
                    $"min-width:{(13 * work.Use.Stages / 2) + 3}rem;grid-template-columns:3rem repeat({2 * work.Use.Stages},minmax(0,1fr));grid-template-rows:auto {rows}")),
                Enumerable.Range(0, work.Use.Stages).SelectMany(s => Stage(s, work.Use.Stages, bands.Length)),
                bands.Select((b, i) => Axis(b, i)),
                bands.Index().Where(b => b.Item.Variables.IsEmpty).Select(b => Unowned(work.Use, b.Index, b.Item)),
                m.Variables.Index().Where(v => v.Item.Resident).SelectMany(v => Variable(work, v.Index, bands))));
    }

    /// <summary>Neighbouring columns that hold the same variables, in one row of the map.</summary>
    private static ImmutableArray<Band> Bands(Manifest m)
    {
        List<Band> bands = [];
        for (int column = 0; column < m.DModel; column++)
        {
            ImmutableArray<int> variables = [.. m.Variables.Index().Where(v => v.Item.Resident && v.Item.Columns.Contains(column)).Select(v => v.Index)];
            if (bands.Count > 0 && bands[^1].Variables.SequenceEqual(variables)) bands[^1] = bands[^1] with { Last = column };
            else bands.Add(new Band(column, column, variables));
        }

        return [.. bands];
    }

    private static int Height(Band band) => Math.Min(MostHeight, LeastHeight + (HeightAColumn * (band.Last - band.First)));

    /// <summary>The stage's ground and its name.</summary>
    private static IEnumerable<XElement> Stage(int stage, int stages, int bands)
    {
        string layer = string.Create(CultureInfo.InvariantCulture, $"blocks.{(stage - 1) / 2}");
        (string name, string? writes) = stage == 0 ? ("embed", "resid_pre")
            : stage == stages - 1 ? ("unembed", null)
            : stage % 2 == 1 ? ($"{layer} attn", "resid_mid")
            : ($"{layer} mlp", "resid_post");
        yield return PageDocument.Element("div", stage % 2 == 1 ? "lane odd" : "lane", Area(1, Row(bands), Start(stage), Start(stage) + 2));
        yield return PageDocument.Element(
            "div",
            "stage",
            Area(1, 1 + HeaderRows, Start(stage), Start(stage) + 2),
            new XElement("b", name),
            writes is null ? null : new XElement("span", writes));
    }

    private static XElement Axis(Band band, int row) => PageDocument.Element(
        "div",
        "axis",
        Area(Row(row), Row(row) + 1, 1, 2),
        band.First == band.Last
            ? band.First.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{band.First}–{band.Last}"));

    /// <summary>Columns of which the manifest names no variable, from the first of them that is written to the last that is read.</summary>
    private static XElement Unowned(ResidualUse use, int row, Band band)
    {
        (int Written, int Read)[] lives = [.. Enumerable.Range(band.First, 1 + band.Last - band.First).Select(use.LifeOf)];
        return PageDocument.Element(
            "div", "bar unowned", Area(Row(row), Row(row) + 1, Start(lives.Min(l => l.Written)) + 1, Start(lives.Max(l => l.Read)) + 1), "no variable");
    }

    private static IEnumerable<XElement> Variable(ModelAtWork work, int variable, ImmutableArray<Band> bands)
    {
        ManifestVariable v = work.Manifest.Variables[variable];
        ImmutableArray<VariableReader> readers = work.Use.ReadersOf(variable);
        int written = ResidualUse.WrittenAt(v);
        int end = readers.IsEmpty ? Start(written) + 2 : Start(readers[^1].Stage) + 1;
        string values = string.Join(' ', work.Run.Variables.GetValueOrDefault(v.Name, []).Select(TokenLabel.Of));
        string read = readers.IsEmpty ? "not read" : $"read by {string.Join(", ", readers.Select(r => r.Name))}";
        foreach ((int first, int last) in Runs(bands, variable))
        {
            yield return PageDocument.Element(
                "div",
                $"bar {VariableChip.Style(v.Encoding)}",
                VariableChip.Mark(variable),
                new XAttribute("title", $"{v.Name}: {ManifestText.Encoding(v.Encoding)}, columns {ManifestText.Columns(v.Columns)}; {read}; on the input {values}"),
                Area(Row(first), Row(last) + 1, Start(written) + 1, end),
                new XElement("b", v.Name),
                new XElement("span", values));
            foreach (IGrouping<int, VariableReader> stage in readers.GroupBy(r => r.Stage))
            {
                yield return PageDocument.Element(
                    "i",
                    $"read {VariableChip.Style(v.Encoding)}",
                    VariableChip.Mark(variable),
                    new XAttribute("title", $"{v.Name} is read by {string.Join(", ", stage.Select(r => r.Name))}"),
                    Area(Row(first), Row(last) + 1, Start(stage.Key), Start(stage.Key) + 1));
            }
        }
    }

    /// <summary>Neighbouring rows of the variable as one bar each.</summary>
    private static IEnumerable<(int First, int Last)> Runs(ImmutableArray<Band> bands, int variable)
    {
        for (int i = 0; i < bands.Length; i++)
        {
            if (!bands[i].Variables.Contains(variable)) continue;
            int first = i;
            while (i + 1 < bands.Length && bands[i + 1].Variables.Contains(variable)) i++;
            yield return (first, i);
        }
    }

    /// <summary>The first of a stage's two tracks: in it the stage reads, in the second it has written.</summary>
    private static int Start(int stage) => 1 + AxisTracks + (2 * stage);

    private static int Row(int band) => 1 + HeaderRows + band;

    private static XAttribute Area(int rowStart, int rowEnd, int columnStart, int columnEnd) => new(
        "style", string.Create(CultureInfo.InvariantCulture, $"grid-area:{rowStart}/{columnStart}/{rowEnd}/{columnEnd}"));

    /// <summary>The columns from <see cref="First"/> to <see cref="Last"/> and the variables that they hold, one after another.</summary>
    private sealed record Band(int First, int Last, ImmutableArray<int> Variables);
}
