using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rasp.Format;

/// <summary>
/// Writes safetensors files. Equal content gives equal bytes: tensors are ordered by element size, the largest first, and
/// then by name ordinally, and the header is padded with spaces to a multiple of eight bytes, so that every element is aligned.
/// </summary>
public static class SafetensorsWriter
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Half a surrogate pair is refused with an ArgumentException, where the JSON writer would put another character.
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>
    /// Writes float32 tensors (row-major) as <paramref name="dtype"/> F32, F16, BF16 or F64, rounding to the nearest, ties to
    /// even. The file appears whole or not at all. Throws <see cref="RaspException"/> where it cannot be written, and
    /// <see cref="ArgumentException"/> where a name occurs twice or a shape does not fit its data.
    /// </summary>
    public static void Write(
        string path,
        IEnumerable<(string Name, long[] Shape, float[] Data)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null,
        SafetensorsDtype dtype = SafetensorsDtype.F32) =>
        Write(path, tensors.Select(t => SafetensorsTensor.Of(t.Name, t.Shape, t.Data, dtype)), metadata);

    /// <summary>Writes tensors of any dtypes; the file appears whole or not at all. Throws as the other overload does.</summary>
    public static void Write(string path, IEnumerable<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("Safetensors files are written on little-endian machines only.");
        SafetensorsTensor[] ordered = [.. tensors.OrderByDescending(t => t.Dtype.Size()).ThenBy(t => t.Name, StringComparer.Ordinal)];
        if (ordered.GroupBy(t => t.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Tensor '{twice.Key}' occurs twice.");
        byte[] header = Header(ordered, metadata);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            foreach (SafetensorsTensor tensor in ordered) tensor.WriteTo(stream);
        });
    }

    private static byte[] Header(SafetensorsTensor[] ordered, IReadOnlyDictionary<string, string>? metadata)
    {
        using MemoryStream stream = new();
        stream.Write(new byte[SafetensorsHeader.LengthBytes]);
        using (Utf8JsonWriter json = new(stream, JsonOptions))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 }) WriteMetadata(json, metadata);
            long position = 0;
            foreach (SafetensorsTensor tensor in ordered)
            {
                long end = position + tensor.ByteLength;
                json.WriteStartObject(Strict.GetBytes(tensor.Name));
                json.WriteString("dtype", tensor.Dtype.ToString());
                WriteArray(json, "shape", tensor.Shape);
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
        foreach ((string name, string value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal)) json.WriteString(Strict.GetBytes(name), Strict.GetBytes(value));
        json.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
