using System.Text;
using System.Text.Json;

namespace Rasp.Format;

/// <summary>
/// The header of a safetensors file: an unsigned 64-bit little-endian length N, then N bytes of JSON that give each
/// tensor's dtype, shape and [begin, end) in the data that follows. Everything is checked here, so that reading a
/// tensor afterwards can only fail if the file changes.
/// </summary>
internal sealed class SafetensorsHeader
{
    public const int LengthBytes = 8;

    public const string MetadataName = "__metadata__";

    // The limit of the reference implementation; a longer header means the file is something else.
    private const long LongestHeader = 100_000_000;

    private readonly string path;
    private readonly long dataStart;
    private readonly long dataLength;
    private readonly Dictionary<string, SafetensorInfo> tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(string path, long dataStart, long dataLength)
    {
        this.path = path;
        this.dataStart = dataStart;
        this.dataLength = dataLength;
    }

    public IReadOnlyDictionary<string, SafetensorInfo> Tensors => tensors;

    public IReadOnlyDictionary<string, string> Metadata => metadata;

    public static SafetensorsHeader Read(string path, Stream stream)
    {
        long fileLength = stream.Length;
        if (fileLength < LengthBytes)
            throw Damaged(path, $"it has {fileLength} bytes, fewer than the {LengthBytes} of a header length");

        byte[] prefix = new byte[LengthBytes];
        stream.ReadExactly(prefix);
        ulong declared = BitConverter.ToUInt64(prefix);
        if (declared > LongestHeader)
            throw Damaged(path, $"its header claims {declared} bytes, more than a safetensors header may have");
        if ((long)declared > fileLength - LengthBytes)
            throw Damaged(path, $"its header claims {declared} bytes, but the file ends after {fileLength - LengthBytes}");

        byte[] json = new byte[(int)declared];
        stream.ReadExactly(json);
        long dataStart = LengthBytes + (long)declared;
        SafetensorsHeader header = new(path, dataStart, fileLength - dataStart);
        header.ReadJson(json);
        header.CheckLayout();
        return header;
    }

    private static RaspException Damaged(string path, string what, Exception? inner = null)
    {
        string message = $"'{path}' is not a readable safetensors file: {what}. Copy or download the file again, or write it anew.";
        return inner is null ? new RaspException(message) : new RaspException(message, inner);
    }

    private void ReadJson(byte[] json)
    {
        try
        {
            // Decoded strictly first: the JSON reader would only notice bad UTF-8 in the strings that are asked for.
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(json);
            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Damaged(path, "its header is not a JSON object");
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataName) ReadMetadata(property.Value);
                else ReadTensor(property.Name, property.Value);
            }
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException)
        {
            throw Damaged(path, "its header is not valid UTF-8 JSON", e);
        }
    }

    private void ReadMetadata(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object) throw Damaged(path, $"'{MetadataName}' is not an object");
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String || property.Value.GetString() is not { } value)
                throw Damaged(path, $"the metadata entry '{property.Name}' is not a string");
            if (!metadata.TryAdd(property.Name, value))
                throw Damaged(path, $"the metadata entry '{property.Name}' occurs twice");
        }
    }

    private void ReadTensor(string name, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object) throw Damaged(path, $"the entry of tensor '{name}' is not an object");
        if (!element.TryGetProperty("dtype", out JsonElement dtypeElement) || dtypeElement.ValueKind != JsonValueKind.String)
            throw Damaged(path, $"tensor '{name}' has no dtype");
        string? dtypeName = dtypeElement.GetString();
        SafetensorsDtype dtype = dtypeName switch
        {
            "F32" => SafetensorsDtype.F32,
            "F16" => SafetensorsDtype.F16,
            "BF16" => SafetensorsDtype.BF16,
            "F64" => SafetensorsDtype.F64,
            "I64" => SafetensorsDtype.I64,
            _ => throw new RaspException(
                $"'{path}': tensor '{name}' has dtype {dtypeName}, which is not supported. Convert it to F32, F16, BF16, F64 or I64."),
        };

        long[] shape = ReadIntegers(name, element, "shape");
        long[] offsets = ReadIntegers(name, element, "data_offsets");
        if (offsets is not [long begin, long end]) throw Damaged(path, $"tensor '{name}' needs two data_offsets and has {offsets.Length}");
        if (begin > end || end > dataLength)
            throw Damaged(path, $"tensor '{name}' lies at bytes {begin} to {end}, but the file holds {dataLength} bytes of data (it may be truncated)");
        if (ByteLength(shape, dtype) is not long bytes || bytes != end - begin)
            throw Damaged(path, $"tensor '{name}' of shape [{string.Join(", ", shape)}] and dtype {dtype} does not fill its {end - begin} bytes exactly");
        if (!tensors.TryAdd(name, new SafetensorInfo(name, dtype, shape, dataStart + begin, bytes)))
            throw Damaged(path, $"tensor '{name}' occurs twice");
    }

    private long[] ReadIntegers(string name, JsonElement element, string property)
    {
        if (!element.TryGetProperty(property, out JsonElement array) || array.ValueKind != JsonValueKind.Array)
            throw Damaged(path, $"tensor '{name}' has no {property}");
        List<long> numbers = [];
        foreach (JsonElement item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out long number) || number < 0)
                throw Damaged(path, $"the {property} of tensor '{name}' holds something other than whole numbers from 0");
            numbers.Add(number);
        }

        return [.. numbers];
    }

    private static long? ByteLength(long[] shape, SafetensorsDtype dtype)
    {
        Int128 bytes = dtype.Size();
        foreach (long dimension in shape)
        {
            bytes *= dimension;
            if (bytes > long.MaxValue) return null;
        }

        return (long)bytes;
    }

    /// <summary>The format wants the data covered exactly once: neither overlaps nor holes nor a tail.</summary>
    private void CheckLayout()
    {
        long position = dataStart;
        string previous = "the header";
        foreach (SafetensorInfo tensor in tensors.Values.OrderBy(t => t.Offset).ThenBy(t => t.ByteLength).ThenBy(t => t.Name, StringComparer.Ordinal))
        {
            if (tensor.Offset < position) throw Damaged(path, $"tensor '{tensor.Name}' overlaps {previous}");
            if (tensor.Offset > position) throw Damaged(path, $"{tensor.Offset - position} bytes before tensor '{tensor.Name}' belong to no tensor");
            position = tensor.Offset + tensor.ByteLength;
            previous = $"tensor '{tensor.Name}'";
        }

        if (position != dataStart + dataLength)
            throw Damaged(path, $"{dataStart + dataLength - position} bytes after {previous} belong to no tensor");
    }
}
