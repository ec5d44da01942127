using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Rasp.Format;
using Rasp.Tool.Verbs;

namespace Rasp.Tool;

/// <summary>
/// The <c>rasp</c> command. Whatever a user can get wrong ends here as one line in MSBuild's canonical form and exit
/// code 1; exit code 0 means that the work was done.
/// </summary>
internal static partial class RaspCommandLine
{
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(30);

    public static Task<int> InvokeAsync(string[] arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken) =>
        InvokeAsync(arguments, Console.In, output, error, cancellationToken);

    public static async Task<int> InvokeAsync(
        string[] arguments, TextReader input, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        RootCommand root = new("Compiles RASP programs to exact transformer weights and injects them into language models.")
        {
            CheckVerb.Create(),
            FormatVerb.Create(),
            RunVerb.Create(),
            ReplVerb.Create(input),
            CompileVerb.Create(),
            InspectVerb.Create(),
            ExportVerb.Create(),
            PretrainVerb.Create(),
            InjectVerb.Create(),
        };
        try
        {
            ParseResult parsed = root.Parse(
                ResponseFile.Expand(arguments),
                new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
            if (arguments.Length == 0) parsed = root.Parse(["--help"]);
            if (OptionError(parsed) is string mistake) return Fail(error, mistake);
            int exitCode = await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = output,
                    Error = error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = TimeToStop,
                },
                cancellationToken);
            return arguments.Length == 0 ? 1 : exitCode;
        }
        catch (OperationCanceledException)
        {
            return Fail(error, "stopped before the work was done");
        }
        catch (Exception e) when (e is RaspException or IOException or UnauthorizedAccessException)
        {
            return Fail(error, e.Message);
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable("RASP_TRACE") is null)
        {
            return Fail(error, $"a defect in rasp itself ({e.GetType().Name}: {e.Message}); set RASP_TRACE=1 to see where, and report it");
        }
    }

    private static int Fail(TextWriter error, string message)
    {
        error.WriteLine($"rasp : error : {LineBreaks().Replace(message, " ").Trim()}");
        return 1;
    }

    private static string? OptionError(ParseResult parsed)
    {
        string help = parsed.CommandResult.Command is RootCommand ? "rasp --help" : $"rasp {parsed.CommandResult.Command.Name} --help";
        if (parsed.Errors.Count > 0)
        {
            // "No verb was given" hides which word was not understood.
            ParseError first = parsed.Errors[parsed.CommandResult.Command is RootCommand && parsed.Errors.Count > 1 ? 1 : 0];
            return $"{first.Message.TrimEnd('.')}; see '{help}'";
        }

        // A misspelt option would otherwise be taken for an input.
        bool separated = parsed.Tokens.Any(t => t.Type == TokenType.DoubleDash);
        string? option = separated
            ? null
            : parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value)
                .FirstOrDefault(t => OptionLike().IsMatch(t));
        return option is null ? null : $"there is no option '{option}'; see '{help}' (write -- before an input that begins with '-')";
    }

    [GeneratedRegex("^(--[A-Za-z].*|-[A-Za-z])$", RegexOptions.Singleline)]
    private static partial Regex OptionLike();

    [GeneratedRegex(@"\s*[\r\n]+\s*")]
    private static partial Regex LineBreaks();
}
