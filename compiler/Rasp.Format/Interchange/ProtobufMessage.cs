using System.Text;

namespace Rasp.Format;

/// <summary>
/// A message in protocol buffers' wire format: fields in the order in which they are added, each a tag
/// (number · 8 + wire type) and a varint (wire type 0) or a length and that many bytes (wire type 2). Nothing is copied
/// but small fields: a message holds the parts of those inside it.
/// </summary>
internal sealed class ProtobufMessage
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;

    private readonly List<ReadOnlyMemory<byte>> parts = [];

    public long Length { get; private set; }

    public ProtobufMessage Add(int field, long value) => Tag(field, Varint).Number((ulong)value);

    public ProtobufMessage Add(int field, string value) => Add(field, Encoding.UTF8.GetBytes(value));

    public ProtobufMessage Add(int field, ReadOnlyMemory<byte> value)
    {
        Tag(field, LengthDelimited).Number((ulong)value.Length).Append(value);
        return this;
    }

    public ProtobufMessage Add(int field, ProtobufMessage value)
    {
        Tag(field, LengthDelimited).Number((ulong)value.Length);
        foreach (ReadOnlyMemory<byte> part in value.parts) Append(part);
        return this;
    }

    public void WriteTo(Stream stream)
    {
        foreach (ReadOnlyMemory<byte> part in parts) stream.Write(part.Span);
    }

    private ProtobufMessage Tag(int field, int wireType) => Number((ulong)((field << 3) | wireType));

    /// <summary>Seven bits a byte, the lowest first; the high bit says that more follow.</summary>
    private ProtobufMessage Number(ulong value)
    {
        byte[] bytes = new byte[10];
        int count = 0;
        for (; value >= 0x80; value >>= 7) bytes[count++] = (byte)(value | 0x80);
        bytes[count++] = (byte)value;
        Append(bytes.AsMemory(0, count));
        return this;
    }

    private void Append(ReadOnlyMemory<byte> part)
    {
        parts.Add(part);
        Length += part.Length;
    }
}
