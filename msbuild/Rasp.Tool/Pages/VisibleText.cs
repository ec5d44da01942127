using System.Globalization;
using System.Text;

namespace Rasp.Tool.Pages;

/// <summary>Names and tokens with control and formatting characters as escapes: most are forbidden in XML, and some reorder a line.</summary>
internal static class VisibleText
{
    // They join what stands beside them, emoji for instance, and show nothing themselves.
    private const int NonJoiner = 0x200C;
    private const int Joiner = 0x200D;

    public static string Of(string text)
    {
        StringBuilder visible = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value == '\n') visible.Append("\\n");
            else if (rune.Value == '\t') visible.Append("\\t");
            else if (IsHidden(rune)) visible.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}");
            else visible.Append(rune.ToString());
        }

        return visible.ToString();
    }

    private static bool IsHidden(Rune rune) => rune.Value switch
    {
        NonJoiner or Joiner => false,
        0xFFFE or 0xFFFF => true,
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator,
    };
}
