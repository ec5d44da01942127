using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Rasp.MSBuild;

/// <summary>Lists the models that the compiles, whether run or skipped, have left, with their place beside the program.</summary>
public sealed class RaspOutputs : Task
{
    [Required]
    public ITaskItem[] Programs { get; set; } = [];

    /// <summary>The folder below the project's output folder.</summary>
    [Required]
    public string OutputFolder { get; set; } = string.Empty;

    /// <summary>The weights and manifests, with <c>TargetPath</c> and <c>Source</c>.</summary>
    [Output]
    public ITaskItem[] Models { get; private set; } = [];

    /// <summary>Every file below the intermediate folder that belongs to this build; <c>clean</c> removes them.</summary>
    [Output]
    public ITaskItem[] Written { get; private set; } = [];

    public override bool Execute()
    {
        Dictionary<string, string> owners = new(StringComparer.OrdinalIgnoreCase);
        List<ITaskItem> models = [];
        List<string> written = [];
        foreach (ITaskItem program in Programs)
        {
            written.Add(program.GetMetadata("OptionsFile"));
            if (Depfile.TryRead(program.GetMetadata("Depfile")) is not Depfile last) continue;
            written.Add(program.GetMetadata("Depfile"));
            foreach (string output in last.Outputs)
            {
                string target = Path.Combine(OutputFolder, Path.GetFileName(output));
                if (owners.TryGetValue(target, out string? owner))
                {
                    Log.LogError($"'{owner}' and '{program.ItemSpec}' both give '{target}'. Give one of them another Name, or export the s-op from one file only.");
                    continue;
                }

                owners.Add(target, program.ItemSpec);
                TaskItem model = new(output);
                model.SetMetadata("TargetPath", target);
                model.SetMetadata("Source", program.ItemSpec);
                models.Add(model);
                written.Add(output);
            }
        }

        Models = [.. models];
        Written = [.. written.Select(path => new TaskItem(path))];
        return !Log.HasLoggedErrors;
    }
}
