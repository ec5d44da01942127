using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Rasp.MSBuild;

/// <summary>
/// Starts <c>dotnet exec rasp.dll compile @file.rsp</c> for one program, so that nothing but this thin task is loaded
/// into the build. The command prints diagnostics in MSBuild's canonical form, which the base class turns into errors.
/// </summary>
public sealed class RaspCompile : ToolTask
{
    private static readonly Regex Warning = new(@"\): warning (RASP[0-9]{4}): ", RegexOptions.CultureInvariant);

    [Required]
    public string Source { get; set; } = string.Empty;

    [Required]
    public string OutputDirectory { get; set; } = string.Empty;

    [Required]
    public string Depfile { get; set; } = string.Empty;

    [Required]
    public string DotnetHost { get; set; } = string.Empty;

    [Required]
    public string ToolAssembly { get; set; } = string.Empty;

    /// <summary>Names separated by commas or semicolons; empty: the file's <c>#pragma export</c>.</summary>
    public string? Export { get; set; }

    /// <summary>The model's and its files'; empty: the export's, or the program file's where there are several exports.</summary>
    public string? Name { get; set; }

    public string? Vocab { get; set; }

    public string? MaxLength { get; set; }

    public string? Causal { get; set; }

    public string? VerifyBudget { get; set; }

    /// <summary>Makes errors of warnings, except those of <see cref="NoWarn"/> and <see cref="WarningsNotAsErrors"/>.</summary>
    public bool TreatWarningsAsErrors { get; set; }

    public string? NoWarn { get; set; }

    public string? WarningsNotAsErrors { get; set; }

    protected override string ToolName => Path.GetFileName(DotnetHost);

    protected override MessageImportance StandardErrorLoggingImportance => MessageImportance.High;

    protected override Encoding ResponseFileEncoding => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    protected override string GenerateFullPathToTool() => DotnetHost;

    protected override string GenerateCommandLineCommands() => $"exec \"{ToolAssembly}\" compile";

    protected override string GetResponseFileSwitch(string responseFilePath) => $"\"@{responseFilePath}\"";

    public override bool Execute()
    {
        Log.LogMessage(MessageImportance.Normal, $"rasp: compiling {Source}");
        bool succeeded = base.Execute() && !Log.HasLoggedErrors;

        // Where a warning counts as an error the models are written all the same: without the depfile the next build compiles again.
        if (!succeeded) File.Delete(Depfile);
        return succeeded;
    }

    protected override void LogEventsFromTextOutput(string singleLine, MessageImportance messageImportance)
    {
        Match warning = TreatWarningsAsErrors ? Warning.Match(singleLine) : Match.Empty;
        bool isError = warning.Success && !Lists(NoWarn, warning.Groups[1].Value) && !Lists(WarningsNotAsErrors, warning.Groups[1].Value);
        base.LogEventsFromTextOutput(isError ? Warning.Replace(singleLine, "): error $1: ", 1) : singleLine, messageImportance);
    }

    private static bool Lists(string? codes, string code) =>
        (codes ?? string.Empty).Split(',', ';').Any(c => string.Equals(c.Trim(), code, StringComparison.OrdinalIgnoreCase));

    /// <summary>One argument a line: <c>rasp</c> reads response files without any quoting.</summary>
    protected override string GenerateResponseFileCommands()
    {
        StringBuilder lines = new();
        Add(Source, "-o", OutputDirectory, "--depfile", Depfile);
        foreach (string name in (Export ?? string.Empty).Split(',', ';'))
        {
            if (name.Trim().Length > 0) Add("--export", name.Trim());
        }

        AddOption("--name", Name);
        AddOption("--vocab", Vocab);
        AddOption("--max-length", MaxLength);
        AddOption("--causal", Causal);
        AddOption("--verify-budget", VerifyBudget);
        return lines.ToString();

        void AddOption(string option, string? value)
        {
            if (value is { Length: > 0 }) Add(option, value);
        }

        void Add(params string[] arguments)
        {
            foreach (string argument in arguments) lines.Append(argument).Append('\n');
        }
    }
}
