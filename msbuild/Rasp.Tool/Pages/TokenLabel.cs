using System.Globalization;
using Rasp.Format;

namespace Rasp.Tool.Pages;

/// <summary>A token as a label: what would be invisible gets a sign.</summary>
internal static class TokenLabel
{
    public const string BeginningOfSequence = "BOS";

    public static string Of(Value token) => token.ToString() switch
    {
        "" => "\"\"",
        " " => "␣",
        string text => VisibleText.Of(text),
    };

    /// <summary>At most <paramref name="longest"/> characters as a reader counts them, the last an ellipsis where there are more.</summary>
    public static string Short(string label, int longest)
    {
        StringInfo characters = new(label);
        return characters.LengthInTextElements <= longest ? label : characters.SubstringByTextElements(0, longest - 1) + "…";
    }
}
