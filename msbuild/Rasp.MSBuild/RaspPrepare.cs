using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Rasp.MSBuild;

/// <summary>
/// Gives every <c>Rasp</c> item the metadata that its incremental compile needs: where its outputs go, which files the
/// last compile read and wrote, and a file that changes exactly when the options or the compiler do.
/// </summary>
public sealed class RaspPrepare : Task
{
    private static readonly string[] Options = ["Export", "Name", "Vocab", "MaxLength", "Causal", "VerifyBudget"];

    // What decides the weights; the runtime's assemblies lie beside them and do not.
    private static readonly string[] CompilerAssemblies = ["rasp.dll", "Rasp.Compiler.dll", "Rasp.Format.dll", "Rasp.Grammar.dll"];

    [Required]
    public ITaskItem[] Sources { get; set; } = [];

    [Required]
    public string IntermediatePath { get; set; } = string.Empty;

    [Required]
    public string ToolAssembly { get; set; } = string.Empty;

    /// <summary>What the project says about warnings: with other settings every program is compiled again.</summary>
    public string WarningSettings { get; set; } = string.Empty;

    /// <summary>For the programs without a <c>VerifyBudget</c> of their own.</summary>
    public string VerifyBudget { get; set; } = string.Empty;

    [Output]
    public ITaskItem[] Programs { get; private set; } = [];

    public override bool Execute()
    {
        if (!File.Exists(ToolAssembly))
        {
            Log.LogError($"The rasp command is not at '{ToolAssembly}'. Build msbuild/Rasp.Tool first, or set the property RaspToolAssembly.");
            return false;
        }

        string compiler = CompilerIdentity();
        Dictionary<string, string> owners = new(StringComparer.OrdinalIgnoreCase);
        List<ITaskItem> programs = [];
        foreach (ITaskItem source in Sources)
        {
            string name = source.GetMetadata("RecursiveDir") + source.GetMetadata("Filename");
            if (owners.TryGetValue(name, out string? owner))
            {
                if (owner == source.GetMetadata("FullPath")) continue;
                Log.LogError($"'{owner}' and '{source.ItemSpec}' would both be compiled into '{name}'. Rename one of the files.");
                continue;
            }

            owners.Add(name, source.GetMetadata("FullPath"));
            programs.Add(Prepare(source, Path.Combine(IntermediatePath, name), compiler));
        }

        Programs = [.. programs];
        return !Log.HasLoggedErrors;
    }

    private TaskItem Prepare(ITaskItem source, string directory, string compiler)
    {
        string depfile = Path.Combine(directory, "rasp.d");
        TaskItem program = new(source);
        if (program.GetMetadata("VerifyBudget").Length == 0) program.SetMetadata("VerifyBudget", VerifyBudget);
        string optionsFile = Path.Combine(directory, "rasp.options");
        WriteWhenDifferent(
            optionsFile,
            string.Concat(Options.Select(o => $"{o}={program.GetMetadata(o)}\n")) + $"Warnings={WarningSettings}\nCompiler={compiler}\n");

        Depfile? last = Depfile.TryRead(depfile);
        program.SetMetadata("OutputDirectory", directory);
        program.SetMetadata("Depfile", depfile);
        program.SetMetadata("OptionsFile", optionsFile);
        program.SetMetadata("Dependencies", last is null ? string.Empty : string.Join(";", last.Inputs.Select(EscapedItem)));
        program.SetMetadata("OutputFiles", last is null ? depfile : string.Join(";", last.Outputs.Select(EscapedItem)));
        return program;

        static string EscapedItem(string path) => path.Replace("%", "%25").Replace(";", "%3B");
    }

    private static void WriteWhenDifferent(string path, string content)
    {
        if (File.Exists(path) && File.ReadAllText(path) == content) return;
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? ".");
        File.WriteAllText(path, content);
    }

    private string CompilerIdentity()
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(ToolAssembly)) ?? ".";
        using SHA256 hash = SHA256.Create();
        StringBuilder identity = new();
        foreach (string path in CompilerAssemblies.Select(a => Path.Combine(folder, a)).Where(File.Exists))
        {
            using FileStream stream = File.OpenRead(path);
            foreach (byte b in hash.ComputeHash(stream).Take(8)) identity.Append(b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return identity.ToString();
    }
}
