using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rasp.Format;

/// <summary>
/// Writes safetensors files. Equal content gives equal bytes: names and metadata are ordered ordinally, and the header
/// is padded with spaces so that the data starts at a multiple of eight bytes.
/// </summary>
public static class SafetensorsWriter
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Writes the tensors (row-major) as <paramref name="dtype"/> F32, F16, BF16 or F64, rounding to the nearest, ties to
    /// even. The file appears whole or not at all. Throws <see cref="RaspException"/> where it cannot be written, and
    /// <see cref="ArgumentException"/> where a name occurs twice or a shape does not fit its data.
    /// </summary>
    public static void Write(
        string path,
        IEnumerable<(string Name, long[] Shape, float[] Data)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null,
        SafetensorsDtype dtype = SafetensorsDtype.F32)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        if (dtype == SafetensorsDtype.I64) throw new ArgumentException("Floating-point tensors cannot be written as I64.", nameof(dtype));
        (string Name, long[] Shape, float[] Data)[] ordered = [.. tensors.OrderBy(t => t.Name, StringComparer.Ordinal)];
        Check(ordered);
        byte[] header = Header(ordered, metadata, dtype);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            foreach ((_, _, float[] data) in ordered) stream.Write(Encode(data, dtype));
        });
    }

    private static void Check((string Name, long[] Shape, float[] Data)[] ordered)
    {
        for (int i = 0; i < ordered.Length; i++)
        {
            (string name, long[] shape, float[] data) = ordered[i];
            if (name == SafetensorsHeader.MetadataName) throw new ArgumentException($"A tensor cannot be named '{name}'.");
            if (i > 0 && ordered[i - 1].Name == name) throw new ArgumentException($"Tensor '{name}' occurs twice.");
            if (shape.Aggregate(1L, (product, dimension) => checked(product * dimension)) != data.LongLength)
                throw new ArgumentException($"Tensor '{name}' of shape [{string.Join(", ", shape)}] has {data.LongLength} elements.");
        }
    }

    private static byte[] Header(
        (string Name, long[] Shape, float[] Data)[] ordered, IReadOnlyDictionary<string, string>? metadata, SafetensorsDtype dtype)
    {
        using MemoryStream stream = new();
        stream.Write(new byte[SafetensorsHeader.LengthBytes]);
        using (Utf8JsonWriter json = new(stream, JsonOptions))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 }) WriteMetadata(json, metadata);
            long position = 0;
            foreach ((string name, long[] shape, float[] data) in ordered)
            {
                long end = position + data.LongLength * dtype.Size();
                json.WriteStartObject(name);
                json.WriteString("dtype", dtype.ToString());
                WriteArray(json, "shape", shape);
                WriteArray(json, "data_offsets", [position, end]);
                json.WriteEndObject();
                position = end;
            }

            json.WriteEndObject();
        }

        while (stream.Length % 8 != 0) stream.WriteByte((byte)' ');
        byte[] header = stream.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.LongLength - SafetensorsHeader.LengthBytes);
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafetensorsHeader.MetadataName);
        foreach ((string name, string value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal)) json.WriteString(name, value);
        json.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static byte[] Encode(float[] data, SafetensorsDtype dtype)
    {
        int size = dtype.Size();
        byte[] bytes = new byte[data.LongLength * size];
        for (int i = 0; i < data.Length; i++)
        {
            Span<byte> element = bytes.AsSpan(i * size, size);
            switch (dtype)
            {
                case SafetensorsDtype.F16: BinaryPrimitives.WriteHalfLittleEndian(element, (Half)data[i]); break;
                case SafetensorsDtype.BF16: BinaryPrimitives.WriteUInt16LittleEndian(element, SafetensorsDtypes.ToBFloat16(data[i])); break;
                case SafetensorsDtype.F64: BinaryPrimitives.WriteDoubleLittleEndian(element, data[i]); break;
                default: BinaryPrimitives.WriteSingleLittleEndian(element, data[i]); break;
            }
        }

        return bytes;
    }
}
