using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Rasp.Format;
using Rasp.Tool.Text;

namespace Rasp.Tool.Verbs;

/// <summary><c>rasp export MANIFEST --to transformer-lens|onnx</c>: a compiled model in files that other tools read without code of ours.</summary>
internal static class ExportVerb
{
    private static readonly ImmutableArray<string> Targets = ["transformer-lens", "onnx"];

    /// <summary>Under the names that certificates have.</summary>
    private static readonly ImmutableDictionary<string, SafetensorsDtype> Dtypes = ImmutableDictionary.CreateRange(
        StringComparer.Ordinal,
        [KeyValuePair.Create("fp32", SafetensorsDtype.F32), KeyValuePair.Create("fp16", SafetensorsDtype.F16), KeyValuePair.Create("bf16", SafetensorsDtype.BF16)]);

    public static Command Create()
    {
        Argument<string> manifest = new("MANIFEST") { Description = "The NAME.json that compile wrote, with its weights beside it." };
        Option<string> target = OneOf("--to", "transformer-lens (a config for HookedTransformer, and its weights) or onnx.", [.. Targets]);
        target.Required = true;
        Option<string> dtype = OneOf("--dtype", "The weights' number format: fp32 (unless said otherwise), fp16 or bf16, rounded to the nearest.", ["fp32", "fp16", "bf16"]);
        dtype.DefaultValueFactory = _ => "fp32";
        Option<string?> to = new("--output", "-o")
        {
            Description = "The folder, or for onnx a file that ends in .onnx; without it, beside the manifest.",
            HelpName = "DIR|FILE",
        };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("export", "Writes a compiled model for other tools.") { manifest, target, to, dtype, json };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(manifest),
            parsed.GetRequiredValue(target),
            parsed.GetValue(to),
            parsed.GetRequiredValue(dtype),
            parsed.GetValue(json),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(string path, string target, string? to, string format, bool json, TextWriter output, TextWriter error)
    {
        if (Path.GetExtension(path) is ".rasp" or ".safetensors")
            throw new RaspException($"'{path}' is not the manifest of a compiled program: name the NAME.json that 'rasp compile' wrote");
        CompiledModel model = CompiledModel.Load(path);
        string folder = to ?? Path.GetDirectoryName(path) ?? string.Empty;
        string stem = Path.Combine(folder, Path.GetFileNameWithoutExtension(path));
        ImmutableArray<string> files;
        if (target == "onnx")
        {
            files = [to is not null && Path.GetExtension(to).Equals(".onnx", StringComparison.OrdinalIgnoreCase) ? to : stem + ".onnx"];
            OnnxFile.Write(model, files[0], Dtypes[format]);
        }
        else
        {
            files = [TransformerLensFiles.ConfigPath(stem), TransformerLensFiles.WeightsPath(stem)];
            TransformerLensFiles.Write(model, stem, Dtypes[format]);
        }

        ManifestCertificate? certificate = model.Manifest.Certificates.FirstOrDefault(c => c.Format == format);
        if (Doubt(model.Manifest, format, certificate) is string doubt) error.WriteLine($"{path} : warning : {doubt}");
        if (!json)
        {
            output.WriteLine($"{model.Manifest.Name}: {target}, {format} -> {string.Join(", ", files)}");
            return 0;
        }

        JsonLine.Write(output, writer =>
        {
            writer.WriteString("export", model.Manifest.Name);
            writer.WriteString("target", target);
            writer.WriteString("dtype", format);
            if (certificate is not null) writer.WriteNumber("provedLength", certificate.MaxLength);
            writer.WriteStartArray("files");
            foreach (string file in files) writer.WriteStringValue(file);
            writer.WriteEndArray();
        });
        return 0;
    }

    /// <summary>What of the exported answers is not proved. Without a certificate fp32 has still been run against the interpreter.</summary>
    private static string? Doubt(Manifest manifest, string format, ManifestCertificate? certificate) => certificate switch
    {
        null when format == "fp32" => null,
        null => $"nothing is proved of '{manifest.Name}' in {format}: its manifest has no certificate for that format",
        { MaxLength: 0 } => $"nothing is proved of '{manifest.Name}' in {format}: {certificate.Limit}",
        { MaxLength: int length } when length < manifest.MaxLength => string.Create(
            CultureInfo.InvariantCulture,
            $"the answers of '{manifest.Name}' in {format} are proved for inputs of up to {length} tokens, not for its {manifest.MaxLength}: {certificate.Limit}"),
        _ => null,
    };

    private static Option<string> OneOf(string name, string description, string[] values)
    {
        Option<string> option = new(name)
        {
            Description = description,
            HelpName = "NAME",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (!values.Contains(text)) result.AddError($"{name} is {string.Join(", ", values[..^1])} or {values[^1]}, not '{text}'");
                return text;
            },
        };
        return option;
    }
}
