using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Rasp.Format;

/// <summary>The two files of a compiled program: <c>NAME.json</c> and <c>NAME.safetensors</c>.</summary>
internal static class CompiledModelFiles
{
    /// <summary>The weights are moved into place first, so that a manifest always has its weights.</summary>
    public static void Save(CompiledModel model, string directory)
    {
        string manifestPath = Path.Combine(directory, model.Manifest.Name + ".json");
        SafetensorsWriter.Write(
            Path.ChangeExtension(manifestPath, ".safetensors"),
            model.Weights.Select(w => (w.Key, w.Value.Shape.Select(s => (long)s).ToArray(), w.Value.Data)));
        AtomicFile.Write(manifestPath, stream => stream.Write(Encoding.UTF8.GetBytes(ManifestJson.Write(model.Manifest))));
    }

    public static CompiledModel Load(string manifestPath)
    {
        if (Directory.Exists(manifestPath))
            throw new RaspException($"{manifestPath}: this is a folder; name the manifest in it, NAME.json.");
        if (!File.Exists(manifestPath))
            throw new RaspException($"{manifestPath}: there is no such file; 'rasp compile' writes it.");
        Manifest manifest = ReadManifest(manifestPath);
        using SafetensorsFile file = SafetensorsFile.Open(Path.ChangeExtension(manifestPath, ".safetensors"));
        Dictionary<string, WeightTensor> weights = [];
        foreach ((string name, var shape) in CompiledWeights.Shapes(manifest))
        {
            if (!file.Tensors.TryGetValue(name, out SafetensorInfo? info))
                throw new RaspException($"{file.Path}: the tensor '{name}' is missing; compile the program again.");
            if (!info.Shape.SequenceEqual(shape.Select(s => (long)s)))
                throw new RaspException($"{file.Path}: the tensor '{name}' has shape [{string.Join(", ", info.Shape)}] where the manifest says [{string.Join(", ", shape)}]; compile the program again.");
            float[] data = file.ReadSingle(name);
            if (!Array.TrueForAll(data, float.IsFinite))
                throw new RaspException($"{file.Path}: the tensor '{name}' holds a number that is not finite; compile the program again.");
            weights.Add(name, new WeightTensor(shape, data));
        }

        return new CompiledModel(manifest, weights);
    }

    private static Manifest ReadManifest(string path)
    {
        try
        {
            Manifest manifest = ManifestJson.Read(File.ReadAllText(path));
            return FindContradiction(manifest) is string contradiction
                ? throw new RaspException($"{path}: {contradiction}; compile the program again.")
                : manifest;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException or InvalidOperationException or OverflowException)
        {
            // A place in the file says more than the name of a type of ours.
            string reason = e is JsonException { Path: ['$', '.', ..] place, LineNumber: long line }
                ? string.Create(CultureInfo.InvariantCulture, $"line {line + 1}: {place} is not what belongs there")
                : e.Message.TrimEnd('.');
            throw new RaspException($"{path}: this is not the manifest of a compiled program ({reason}); compile the program again.", e);
        }
    }

    private static string? FindContradiction(Manifest m)
    {
        if (m.Format != Manifest.CurrentFormat)
            return $"it has format {m.Format} where this version reads {Manifest.CurrentFormat}";
        if (m.Layers < 0 || m.HeadsPerLayer < 0 || m.DModel < 1 || m.DHead < 0 || m.DMlp < 0 || m.MaxLength < 1)
            return "one of its sizes is negative, or 0 where there must be something";
        if (m.Vocabulary.IsDefaultOrEmpty || m.Vocabulary.Distinct().Count() != m.Vocabulary.Length)
            return "its vocabulary is empty or names a token twice";
        if (m.Outputs.IsDefaultOrEmpty || m.Outputs.Select(o => o.Name).Distinct(StringComparer.Ordinal).Count() != m.Outputs.Length)
            return "it has no output, or two of one name";
        int first = 0;
        foreach (ManifestOutput output in m.Outputs)
        {
            if (output.Values.IsDefaultOrEmpty || (!output.Codes.IsEmpty && output.Codes.Length != output.Values.Length))
                return $"its output '{output.Name}' has no values, or not one code a value";
            if (output.First != first) return $"its output '{output.Name}' does not follow the one before it";
            first += output.Logits;
        }

        foreach (ManifestVariable v in m.Variables)
        {
            if (v.Layer < 0 || v.Layer >= Math.Max(m.Layers, 1) || v.Columns.IsDefaultOrEmpty || v.Columns.Any(c => c < 0 || c >= m.DModel))
                return $"the variable '{v.Name}' lies outside the residual stream";
            bool fits = v.Encoding switch
            {
                VariableEncoding.OneHot => v.Values.Length == v.Columns.Length,
                VariableEncoding.Vector => v.Vectors.Length == v.Values.Length && !v.Vectors.IsEmpty && v.Vectors.All(x => x.Length == v.Columns.Length),
                _ => v.Weights.Length == v.Columns.Length && v.Codes.Length == v.Values.Length && !v.Codes.IsEmpty,
            };
            int shares = v.Encoding == VariableEncoding.Linear ? 1 : v.Values.Length;
            fits &= v.Sums.All(s => s.Column >= 0 && s.Column < m.DModel && s.Shares.Length == shares);
            if (!fits) return $"the encoding of the variable '{v.Name}' is incomplete";
        }

        return null;
    }
}
