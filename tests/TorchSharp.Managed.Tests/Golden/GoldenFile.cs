using System.Text.Json;
using Rasp.Format;
using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests.Golden;

/// <summary>One golden case: PyTorch's outputs and gradients for an operation's inputs. Gradients are empty where there are none.</summary>
internal sealed record GoldenCase(string Name, int Number, Tensor[] Inputs, Tensor[] Outputs, Tensor[] Gradients);

/// <summary>Reads what <c>tests/oracles/golden.py</c> wrote; its docstring describes the format.</summary>
internal sealed class GoldenFile : IDisposable
{
    private readonly SafetensorsFile values;
    private readonly Dictionary<SafetensorsDtype, (byte[] Bytes, int Place)> streams = [];

    private GoldenFile(string path) => values = SafetensorsFile.Open(path);

    public void Dispose() => values.Dispose();

    internal static string Folder => Path.Combine(Rasp.Testing.Repository.Root, "tests", "TorchSharp.Managed.Tests", "Golden");

    /// <summary>The cases by operation, each in the order of the file.</summary>
    internal static ILookup<string, GoldenCase> Read()
    {
        using var file = new GoldenFile(Path.Combine(Folder, "golden.safetensors"));
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "golden.json")));
        var cases = new List<GoldenCase>();
        foreach (var entry in index.RootElement.EnumerateArray())
        {
            Tensor[] inputs = file.Take(entry.GetProperty("in")), outputs = file.Take(entry.GetProperty("out"));
            Tensor[] gradients = entry.TryGetProperty("grad", out _) ? [.. inputs.Where(Differentiable).Select(x => file.Take(x.dtype, x.shape))] : [];
            cases.Add(new(entry.GetProperty("name").GetString() ?? "", cases.Count, inputs, outputs, gradients));
        }
        return cases.ToLookup(static c => c.Name, StringComparer.Ordinal);
    }

    internal static bool Differentiable(Tensor x) => x.dtype is ScalarType.Float32 or ScalarType.Float64;

    private Tensor[] Take(JsonElement list) => [.. list.EnumerateArray().Select(item =>
    {
        var parts = (item.GetString() ?? "").TrimEnd(']').Split('[');
        long[] shape = [.. parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];
        return Take(Types[Enum.Parse<SafetensorsDtype>(parts[0])], shape);
    })];

    private Tensor Take(ScalarType type, long[] shape)
    {
        var stored = Types.Single(t => t.Value == type).Key;
        var (bytes, place) = streams.TryGetValue(stored, out var stream) ? stream : (values.ReadBytes(stored.ToString()), 0);
        var tensor = empty(shape, type);
        var length = (int)(tensor.numel() * tensor.element_size());
        if (length > 0) tensor.bytes = bytes.AsSpan(place, length);
        streams[stored] = (bytes, place + length);
        return tensor;
    }

    private static readonly Dictionary<SafetensorsDtype, ScalarType> Types = new()
    {
        [SafetensorsDtype.F64] = float64, [SafetensorsDtype.F32] = float32, [SafetensorsDtype.F16] = float16, [SafetensorsDtype.BF16] = bfloat16,
        [SafetensorsDtype.I64] = int64, [SafetensorsDtype.I32] = int32, [SafetensorsDtype.I16] = int16, [SafetensorsDtype.I8] = int8,
        [SafetensorsDtype.U8] = uint8, [SafetensorsDtype.BOOL] = ScalarType.Bool,
    };
}
