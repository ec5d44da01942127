using System.Buffers;
using System.CommandLine;
using System.CommandLine.Parsing;
using Rasp.Compiler;

namespace Rasp.Tool.Options;

/// <summary>What a verb that compiles is told about the model besides the program's settings.</summary>
internal sealed class ModelOptions
{
    private const int LongestName = 100;

    // Names of files on every system: a model that is compiled on one may be copied to another.
    private static readonly SearchValues<char> NotInNames = SearchValues.Create("<>:\"/\\|?*");

    private readonly Option<string?> name = new("--name")
    {
        Description = "The model's name and its files'. Without it: the export's, or the program file's where there are several exports.",
        HelpName = "NAME",
        CustomParser = ReadName,
    };

    private readonly Option<int?> verifyBudget = PositiveInteger.Create(
        "--verify-budget",
        $"On how many positions at most the weights are run against the interpreter: all inputs if that is enough, else samples and boundary cases (unless said otherwise {CompileOptions.Default.VerifyBudget}).");

    private readonly bool hasName;

    public ModelOptions(Command command, bool withName)
    {
        hasName = withName;
        if (withName) command.Add(name);
        command.Add(verifyBudget);
    }

    public CompileOptions Read(ParseResult parsed) => CompileOptions.Default with
    {
        Name = hasName ? parsed.GetValue(name) : null,
        VerifyBudget = parsed.GetValue(verifyBudget) ?? CompileOptions.Default.VerifyBudget,
    };

    private static string? ReadName(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        bool isName = text.Length is > 0 and <= LongestName && !text.AsSpan().ContainsAny(NotInNames) && !text.Any(char.IsControl) &&
            text == text.Trim(' ') && text[0] != '.' && text[^1] != '.';
        if (!isName) result.AddError($"--name needs a file's name without folder and extension, not '{text}'");
        return isName ? text : null;
    }
}
