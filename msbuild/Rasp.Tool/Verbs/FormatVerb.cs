using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Syntax;
using Rasp.Format;

namespace Rasp.Tool.Verbs;

/// <summary><c>rasp format FILE...</c>: writes programs in one style; comments and blank lines between statements stay.</summary>
internal static class FormatVerb
{
    public static Command Create()
    {
        Argument<string[]> files = new("FILE") { Description = "The .rasp files.", Arity = ArgumentArity.OneOrMore };
        Option<bool> check = new("--check") { Description = "Write nothing; name the files that are not formatted and exit with 1 if there are any." };
        Command command = new("format", "Writes programs in one style.") { files, check };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(files),
            parsed.GetValue(check),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(string[] files, bool check, TextWriter output, TextWriter error)
    {
        bool succeeded = true;
        foreach (string file in files)
        {
            string text = Read(file);
            if (Format(text, file, error) is not string formatted)
            {
                succeeded = false;
            }
            else if (formatted != text)
            {
                output.WriteLine(check ? $"{file} is not formatted" : $"{file} formatted");
                if (check) succeeded = false;
                else AtomicFile.Write(file, Encoding.UTF8.GetBytes(formatted));
            }
        }

        return succeeded ? 0 : 1;
    }

    /// <summary>The formatted text with the line ends of the old one; null, with the errors printed, where it cannot be read.</summary>
    private static string? Format(string text, string path, TextWriter error)
    {
        DiagnosticBag diagnostics = new();
        SyntaxTree tree = SyntaxReader.Read(text, path, diagnostics);
        if (!ProgramSource.Report([.. diagnostics.ToImmutable().Where(d => d.Severity == Severity.Error)], error)) return null;
        string formatted = SyntaxPrinter.Print(tree);
        return text.Contains("\r\n", StringComparison.Ordinal) ? formatted.Replace("\n", "\r\n", StringComparison.Ordinal) : formatted;
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RaspException($"the file '{file}' does not exist; check its name and folder", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new RaspException($"the file '{file}' cannot be read: {e.Message}", e);
        }
    }
}
