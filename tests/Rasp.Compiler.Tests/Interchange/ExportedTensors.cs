using System.Buffers.Binary;
using System.Text.Json;

namespace Rasp.Compiler.Tests.Interchange;

/// <summary>A safetensors file read from its format's description alone: names, shapes, float32 values, metadata.</summary>
internal sealed class ExportedTensors
{
    private readonly Dictionary<string, (int[] Shape, float[] Data)> tensors = new(StringComparer.Ordinal);

    public ExportedTensors(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int header = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        foreach (JsonProperty tensor in JsonDocument.Parse(bytes.AsMemory(8, header - 8)).RootElement.EnumerateObject())
        {
            if (tensor.NameEquals("__metadata__"))
            {
                Metadata = tensor.Value.EnumerateObject().ToDictionary(e => e.Name, e => e.Value.GetString() ?? "", StringComparer.Ordinal);
                continue;
            }

            int[] shape = [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32())];
            int start = header + tensor.Value.GetProperty("data_offsets")[0].GetInt32();
            string dtype = tensor.Value.GetProperty("dtype").GetString() ?? "";
            Dtypes.Add(dtype);
            int size = dtype == "F32" ? 4 : 2;
            float[] data = new float[shape.Aggregate(1, (a, b) => a * b)];
            for (int i = 0; i < data.Length; i++) data[i] = Read(dtype, bytes.AsSpan(start + (i * size)));
            tensors.Add(tensor.Name, (shape, data));
        }
    }

    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    public HashSet<string> Dtypes { get; } = [];

    public float[] this[string name] => tensors[name].Data;

    public IEnumerable<string> Described => tensors.Select(t => $"{t.Key} [{string.Join(", ", t.Value.Shape)}]").Order(StringComparer.Ordinal);

    public void Scale(string name, float factor)
    {
        float[] data = tensors[name].Data;
        for (int i = 0; i < data.Length; i++) data[i] *= factor;
    }

    private static float Read(string dtype, ReadOnlySpan<byte> bytes) => dtype switch
    {
        "F32" => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        "BF16" => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(bytes) << 16),
        _ => throw new NotSupportedException(dtype),
    };
}
