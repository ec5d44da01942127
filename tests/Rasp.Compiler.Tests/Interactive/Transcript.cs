using System.Text.RegularExpressions;

namespace Rasp.Compiler.Tests.Interactive;

/// <summary>What a prompt printed, in a form in which two interpreters can be compared: an error is an error, whatever it says.</summary>
internal static partial class Transcript
{
    public const string Error = "<error>";

    /// <summary>The text with a line for every prompt, and one line <see cref="Error"/> in the place of each error.</summary>
    public static string Normalise(string text)
    {
        List<string> lines = [];
        foreach (string answer in Prompt().Split(text.ReplaceLineEndings("\n").TrimEnd('\n', ' ')))
        {
            bool isInError = false;
            foreach (string line in answer.Split('\n'))
            {
                if (BeginsError(line)) lines.Add(Error);
                isInError = BeginsError(line) || (isInError && !BeginsResult().IsMatch(line));
                if (!isInError) lines.Add(line);
            }
        }

        return string.Join('\n', lines);
    }

    private static bool BeginsError(string line) =>
        line.Contains("!!", StringComparison.Ordinal) || line.StartsWith("something went wrong", StringComparison.Ordinal) ||
        line.StartsWith("not implemented this command", StringComparison.Ordinal);

    [GeneratedRegex(@"(?<=>> |\.\. )")]
    private static partial Regex Prompt();

    [GeneratedRegex(@"^\t* .*   (s-op:|selector:|list:|dict:|value:|\S+ function:)|^\t(s-op|selector) example:|^\t = |^ \t Example:")]
    private static partial Regex BeginsResult();
}
