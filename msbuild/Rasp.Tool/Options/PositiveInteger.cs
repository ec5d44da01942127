using System.CommandLine;
using System.Globalization;

namespace Rasp.Tool.Options;

/// <summary>An option whose value is an integer of at least 1; null where it is not given.</summary>
internal static class PositiveInteger
{
    public static Option<int?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0) return number;
            result.AddError($"{name} needs a positive integer, not '{text}'");
            return null;
        },
    };
}
