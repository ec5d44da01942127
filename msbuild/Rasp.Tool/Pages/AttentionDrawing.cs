using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using Rasp.Format;

namespace Rasp.Tool.Pages;

/// <summary>
/// Every head's attention pattern as a heat map, query rows by key columns, with what the head reads and writes. Heads that
/// count leave almost all weight to the beginning of sequence, so tokens are shaded by their share of the rest; the weights
/// themselves are beside the cells.
/// </summary>
internal static class AttentionDrawing
{
    private const int LongestLabel = 10;
    private const int CharacterWidth = 7;
    private const int CharacterHeight = 12;

    // A share that could not be told from none; what a selector leaves out is 0 or far below.
    private const double LeastShare = 0.0005;

    // So that a small share can be told from none, on dark ground too.
    private const double LeastOpacity = 0.15;

    public static IEnumerable<XElement> Of(ModelAtWork work)
    {
        ImmutableArray<float[,,]> patterns = AttentionPatterns.Of(work.Model, work.Tokens);
        if (patterns.IsEmpty)
        {
            yield return new XElement("p", "The model has no layers.");
            yield break;
        }

        yield return PageDocument.Element(
            "p",
            "note",
            "Rows ask (query), columns answer (key). BOS is shaded by its weight, tokens by their share of what BOS leaves. ",
            PageDocument.Element("span", "scale", ((double[])[0, 0.25, 0.5, 0.75, 1]).Select(Swatch)));
        yield return PageDocument.Element("div", "layers", patterns.Select((pattern, layer) => Layer(work, pattern, layer)));
    }

    private static XElement Layer(ModelAtWork work, float[,,] pattern, int layer)
    {
        ILookup<bool, (int Index, HeadUse Use)> heads = work.Use.Heads[layer].Index().ToLookup(h => h.Item.IsUsed);
        string unused = string.Join(", ", heads[false].Select(h => h.Index.ToString(CultureInfo.InvariantCulture)));
        return new XElement(
            "div",
            new XElement("h3", string.Create(CultureInfo.InvariantCulture, $"blocks.{layer}")),
            PageDocument.Element("div", "heads", heads[true].Select(h => Head(work, pattern, layer, h.Index, h.Use))),
            unused.Length == 0 ? null : PageDocument.Element("p", "note", $"not used: head {unused}"));
    }

    private static XElement Swatch(double weight) => PageDocument.Element(
        "span", "swatch", new XElement("i", new XAttribute("style", string.Create(CultureInfo.InvariantCulture, $"opacity:{Opacity(weight)}"))), weight.ToString(CultureInfo.InvariantCulture));

    private static string Opacity(double weight) =>
        (weight == 0 ? 0 : LeastOpacity + ((1 - LeastOpacity) * weight)).ToString("0.##", CultureInfo.InvariantCulture);

    private static XElement Head(ModelAtWork work, float[,,] pattern, int layer, int head, HeadUse use)
    {
        Manifest m = work.Manifest;
        string name = string.Create(CultureInfo.InvariantCulture, $"head {head}");
        return new XElement(
            "figure",
            new XElement(
                "figcaption",
                new XElement("b", name),
                new XElement("dl", Role("query", use.Query), Role("key", use.Key), Role("moves", use.Value), Role("writes", use.Written))),
            PageDocument.Element("div", "scroll", Map(work, pattern, head, string.Create(CultureInfo.InvariantCulture, $"attention pattern of {name} of blocks.{layer}"))),
            PageDocument.Element("p", "readout", "\u00a0"));

        XElement Role(string role, ImmutableArray<int> variables) => new(
            "div",
            new XElement("dt", role),
            new XElement("dd", variables.IsEmpty ? PageDocument.Element("span", "note", "a constant") : variables.Select(v => VariableChip.Of(m, v))));
    }

    private static XElement Map(ModelAtWork work, float[,,] pattern, int head, string name)
    {
        string[] labels = [TokenLabel.BeginningOfSequence, .. work.Tokens.Select(TokenLabel.Of)];
        string[] shortened = [.. labels.Select(l => TokenLabel.Short(l, LongestLabel))];
        int n = labels.Length;
        int cell = n <= 12 ? 24 : n <= 24 ? 18 : 14;
        int margin = Width(shortened.MaxBy(Width) ?? string.Empty) + 10;
        int top = shortened.Where(IsTurned).Select(Width).Append(CharacterHeight).Max() + 8;
        XElement svg = PageDocument.Element(
            "svg",
            "pattern",
            new XAttribute("width", margin + (n * cell) + 2),
            new XAttribute("height", top + (n * cell) + 2),
            new XAttribute("role", "img"),
            new XAttribute("aria-label", name));
        for (int i = 0; i < n; i++)
        {
            int middle = (i * cell) + (cell / 2);
            svg.Add(Label(margin - 6, top + middle + 4, "row", shortened[i], null));
            svg.Add(IsTurned(shortened[i])
                ? Label(margin + middle + 4, top - 6, "turned", shortened[i], $"rotate(-90 {margin + middle + 4} {top - 6})")
                : Label(margin + middle, top - 6, "column", shortened[i], null));
        }

        for (int query = 0; query < n; query++)
        {
            int visible = work.Manifest.Causal ? query + 1 : n;
            svg.Add(Rectangle(margin, top + (query * cell), visible * cell, cell, "ground"));
            double rest = Enumerable.Range(1, visible - 1).Sum(key => (double)pattern[head, query, key]);
            for (int key = 0; key < visible; key++)
            {
                float weight = pattern[head, query, key];
                double share = key == 0 ? weight : weight / rest;
                if (weight == 0 || share < LeastShare) continue;
                XElement rectangle = Rectangle(margin + (key * cell) + 1, top + (query * cell) + 1, cell - 2, cell - 2, "weight");
                rectangle.Add(
                    new XAttribute("fill-opacity", Opacity(share)),
                    new XElement("title", $"{At(query)} attends to {At(key)}: {weight.ToString("G3", CultureInfo.InvariantCulture)}"));
                svg.Add(rectangle);
            }
        }

        return svg;

        bool IsTurned(string label) => Width(label) > cell;

        string At(int position) =>
            position == 0 ? labels[0] : string.Create(CultureInfo.InvariantCulture, $"{labels[position]} ({position - 1})");
    }

    /// <summary>At most what a label takes: from Hangul on characters may be twice as wide as Latin ones.</summary>
    private static int Width(string label) => label.EnumerateRunes().Sum(r => r.Value < 0x1100 ? CharacterWidth : 2 * CharacterWidth);

    private static XElement Label(int x, int y, string style, string text, string? transform) => PageDocument.Element(
        "text", style, new XAttribute("x", x), new XAttribute("y", y), transform is null ? null : new XAttribute("transform", transform), text);

    private static XElement Rectangle(int x, int y, int width, int height, string style) => PageDocument.Element(
        "rect", style, new XAttribute("x", x), new XAttribute("y", y), new XAttribute("width", width), new XAttribute("height", height));
}
