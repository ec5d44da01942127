using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Rasp.Tool.Pages;

/// <summary>
/// A page in one file: style and script inside, nothing fetched. It is HTML that is well-formed XML as well, so every element is
/// closed and every text escaped by the writer.
/// </summary>
internal static class PageDocument
{
    private static readonly HashSet<string> Void = ["meta", "br", "rect", "line", "path"];

    private static readonly XmlWriterSettings Settings = new()
    {
        OmitXmlDeclaration = true,
        Indent = true,
        IndentChars = "  ",
        NewLineChars = "\n",
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
    };

    public static string Create(string title, params ReadOnlySpan<object?> body)
    {
        XElement html = new(
            "html",
            new XAttribute("lang", "en"),
            new XElement(
                "head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("meta", new XAttribute("name", "color-scheme"), new XAttribute("content", "light dark")),
                new XElement("title", title),
                new XElement("style", Part("page.css"))),
            new XElement("body", body.ToArray(), new XElement("script", Part("page.js"))));
        MakeVisible(html);

        // <div/> would not be closed in HTML.
        foreach (XElement empty in html.Descendants().Where(e => e.IsEmpty && !Void.Contains(e.Name.LocalName))) empty.Value = string.Empty;
        StringBuilder text = new("<!DOCTYPE html>\n");
        using (XmlWriter writer = XmlWriter.Create(text, Settings)) html.Save(writer);
        return text.Append('\n').ToString();
    }

    /// <summary>An element with a class.</summary>
    public static XElement Element(string name, string style, params ReadOnlySpan<object?> content) =>
        new(name, new XAttribute("class", style), content.ToArray());

    /// <summary>Also what a section forgot: most control characters are forbidden in XML.</summary>
    private static void MakeVisible(XElement html)
    {
        foreach (XElement element in html.DescendantsAndSelf().Where(e => e.Name.LocalName is not ("style" or "script")))
        {
            foreach (XText text in element.Nodes().OfType<XText>()) text.Value = VisibleText.Of(text.Value);
            foreach (XAttribute attribute in element.Attributes()) attribute.Value = VisibleText.Of(attribute.Value);
        }
    }

    /// <summary>Style and script are not escaped in HTML: they hold none of the characters that XML escapes.</summary>
    private static string Part(string name)
    {
        using Stream stream = typeof(PageDocument).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in the assembly");
        using StreamReader reader = new(stream);
        return "\n" + reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
