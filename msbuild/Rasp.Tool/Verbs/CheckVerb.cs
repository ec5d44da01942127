using System.CommandLine;
using Rasp.Compiler;
using Rasp.Compiler.Diagnostics;
using Rasp.Tool.Options;
using Rasp.Tool.Text;

namespace Rasp.Tool.Verbs;

/// <summary><c>rasp check FILE...</c>: reports what is wrong with programs, without compiling them.</summary>
internal static class CheckVerb
{
    public static Command Create()
    {
        Argument<string[]> files = new("FILE") { Description = "The .rasp files.", Arity = ArgumentArity.OneOrMore };
        Option<bool> json = new("--json") { Description = "Print one JSON object a diagnostic." };
        Option<bool> warnAsError = WarningOption.Create();
        Command command = new("check", "Reports errors and warnings in programs.") { files, json, warnAsError };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(files), parsed.GetValue(json), parsed.GetValue(warnAsError), parsed.InvocationConfiguration.Output));
        return command;
    }

    private static int Run(string[] files, bool json, bool warnAsError, TextWriter output)
    {
        int errors = 0;
        int warnings = 0;
        foreach (string file in files)
        {
            foreach (Diagnostic diagnostic in WarningOption.Apply(warnAsError, Compilation.Load(file).Diagnostics))
            {
                if (diagnostic.Severity == Severity.Error) errors++;
                else warnings++;
                if (json) JsonLine.Write(output, diagnostic);
                else output.WriteLine(diagnostic);
            }
        }

        if (!json) output.WriteLine($"{ManifestText.Count(files.Length, "file")}: {ManifestText.Count(errors, "error")}, {ManifestText.Count(warnings, "warning")}");
        return errors == 0 ? 0 : 1;
    }
}
