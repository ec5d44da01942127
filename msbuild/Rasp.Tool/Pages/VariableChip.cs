using System.Globalization;
using System.Xml.Linq;
using Rasp.Format;
using Rasp.Tool.Text;

namespace Rasp.Tool.Pages;

/// <summary>A variable's name in the colour of its encoding; pointing at one lights it up everywhere on the page.</summary>
internal static class VariableChip
{
    public static XElement Of(Manifest m, int variable) =>
        PageDocument.Element("span", $"chip {Style(m.Variables[variable].Encoding)}", Mark(variable), Title(m.Variables[variable]), m.Variables[variable].Name);

    public static XAttribute Mark(int variable) => new("data-v", variable.ToString(CultureInfo.InvariantCulture));

    public static XAttribute Title(ManifestVariable v) =>
        new("title", $"{v.Name}: {ManifestText.Encoding(v.Encoding)}, columns {ManifestText.Columns(v.Columns)}");

    public static string Style(VariableEncoding encoding) => encoding switch
    {
        VariableEncoding.OneHot => "onehot",
        VariableEncoding.Linear => "linear",
        _ => "vector",
    };
}
