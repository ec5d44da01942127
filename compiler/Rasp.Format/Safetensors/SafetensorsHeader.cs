using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

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
    private readonly Dictionary<string, SafetensorInfo> tensors = new(StringComparer.Ordinal);
    private Dictionary<string, string>? metadata;

    private SafetensorsHeader(string path, long dataStart, long fileLength)
    {
        this.path = path;
        this.dataStart = dataStart;
        FileLength = fileLength;
    }

    public long FileLength { get; }

    public long DataLength => FileLength - dataStart;

    public IReadOnlyDictionary<string, SafetensorInfo> Tensors => tensors;

    public IReadOnlyDictionary<string, string> Metadata => metadata ??= new(StringComparer.Ordinal);

    public static SafetensorsHeader Read(string path, Stream stream)
    {
        long fileLength = stream.Length;
        if (fileLength < LengthBytes)
            throw Damaged(path, $"it has {fileLength} bytes, fewer than the {LengthBytes} of a header length");

        byte[] prefix = new byte[LengthBytes];
        stream.ReadExactly(prefix);
        ulong declared = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (declared > LongestHeader)
            throw Damaged(path, $"its header claims {declared} bytes, more than a safetensors header may have");
        if ((long)declared > fileLength - LengthBytes)
            throw Damaged(path, $"its header claims {declared} bytes, but the file ends after {fileLength - LengthBytes}");

        byte[] json = new byte[(int)declared];
        stream.ReadExactly(json);
        SafetensorsHeader header = new(path, LengthBytes + (long)declared, fileLength);
        header.ReadJson(json);
        header.CheckLayout();
        return header;
    }

    private static RaspException Damaged(string path, string what, Exception? inner = null)
    {
        string message = $"'{path}' is not a readable safetensors file: {Shown(what)}. Copy or download the file again, or write it anew.";
        return inner is null ? new RaspException(message) : new RaspException(message, inner);
    }

    // Names come from the file: a message stays one line of bearable length whatever they hold.
    private static string Shown(string text)
    {
        string line = string.Concat(text.Take(300).Select(c => char.IsControl(c) ? '\uFFFD' : c));
        return line.Length < text.Length ? line + " …" : line;
    }

    private void ReadJson(byte[] json)
    {
        // The JSON reader would only notice bad UTF-8 in the strings that are asked for.
        if (!Utf8.IsValid(json)) throw Damaged(path, "its header is not valid UTF-8 JSON");
        if (json is not [(byte)'{', ..]) throw Damaged(path, "its header is not a JSON object, for it does not begin with '{'");
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataName) ReadMetadata(property.Value);
                else ReadTensor(property.Name, property.Value);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter is how the reader answers an escaped half of a surrogate pair.
            throw Damaged(path, "its header is not valid UTF-8 JSON", e);
        }
    }

    private void ReadMetadata(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object) throw Damaged(path, $"'{MetadataName}' is not an object");
        if (metadata is not null) throw Damaged(path, $"'{MetadataName}' occurs twice");
        metadata = new(StringComparer.Ordinal);
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
        SafetensorsDtype dtype = ReadDtype(name, Property(name, element, "dtype", JsonValueKind.String).GetString());
        long[] shape = ReadIntegers(name, element, "shape");
        long[] offsets = ReadIntegers(name, element, "data_offsets");
        if (offsets is not [long begin, long end]) throw Damaged(path, $"tensor '{name}' needs two data_offsets and has {offsets.Length}");
        if (begin > end || end > DataLength)
            throw Damaged(path, $"tensor '{name}' lies at bytes {begin} to {end}, but the file holds {DataLength} bytes of data (it may be truncated)");
        if (SafetensorInfo.Bytes(shape, dtype) is not long bytes || bytes != end - begin)
            throw Damaged(path, $"tensor '{name}' of shape [{string.Join(", ", shape)}] and dtype {dtype} does not fill its {end - begin} bytes exactly");
        if (!tensors.TryAdd(name, new SafetensorInfo(name, dtype, shape, dataStart + begin, bytes)))
            throw Damaged(path, $"tensor '{name}' occurs twice");
    }

    private SafetensorsDtype ReadDtype(string tensor, string? name) => SafetensorsDtypes.Find(name) ?? throw new RaspException(
        $"'{path}': {Shown($"tensor '{tensor}' has dtype {name}")}, which is not supported. Convert it to one of {string.Join(", ", Enum.GetNames<SafetensorsDtype>())}.");

    private long[] ReadIntegers(string name, JsonElement element, string property)
    {
        JsonElement array = Property(name, element, property, JsonValueKind.Array);
        long[] numbers = new long[array.GetArrayLength()];
        int i = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out numbers[i]) || numbers[i++] < 0)
                throw Damaged(path, $"the {property} of tensor '{name}' holds something other than whole numbers from 0");
        }

        return numbers;
    }

    // Properties that the format does not know are passed over, as the reference implementation does.
    private JsonElement Property(string tensor, JsonElement element, string name, JsonValueKind kind)
    {
        JsonElement? found = null;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!property.NameEquals(name)) continue;
            if (found is not null) throw Damaged(path, $"the {name} of tensor '{tensor}' occurs twice");
            found = property.Value;
        }

        return found is { } value && value.ValueKind == kind ? value : throw Damaged(path, $"tensor '{tensor}' has no {name}");
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

        if (position != FileLength)
            throw Damaged(path, $"{FileLength - position} bytes after {previous} belong to no tensor");
    }
}
