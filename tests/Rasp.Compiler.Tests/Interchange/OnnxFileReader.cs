using System.Text;

namespace Rasp.Compiler.Tests.Interchange;

/// <summary>What an ONNX file says of itself, read from protocol buffers' wire format and the field numbers of <c>onnx.proto</c>.</summary>
internal sealed class OnnxFileReader
{
    public OnnxFileReader(byte[] file)
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        foreach ((int field, ulong number, byte[] bytes) in Fields(file))
        {
            switch (field)
            {
                case 1: IntermediateRepresentation = number; break;
                case 6: Documentation = Encoding.UTF8.GetString(bytes); break;
                case 7: Operators = [.. Fields(bytes).Where(f => f.Field == 1).Select(n => Text(n.Bytes, 4))]; break;
                case 8: OperatorSet = Fields(bytes).Single(f => f.Field == 2).Number; break;
                case 14: metadata.Add(Text(bytes, 1), Text(bytes, 2)); break;
            }
        }

        Metadata = metadata;
    }

    public ulong IntermediateRepresentation { get; }

    public ulong OperatorSet { get; }

    public string Documentation { get; } = "";

    public IReadOnlyList<string> Operators { get; } = [];

    public IReadOnlyDictionary<string, string> Metadata { get; }

    private static string Text(byte[] message, int field) => Encoding.UTF8.GetString(Fields(message).Single(f => f.Field == field).Bytes);

    private static IEnumerable<(int Field, ulong Number, byte[] Bytes)> Fields(byte[] message)
    {
        for (int at = 0; at < message.Length;)
        {
            ulong tag = Varint(message, ref at);
            ulong number = Varint(message, ref at);
            Assert.InRange(tag & 7, 0UL, 2UL);
            if ((tag & 7) == 0)
            {
                yield return ((int)(tag >> 3), number, []);
                continue;
            }

            yield return ((int)(tag >> 3), 0, message[at..(at + (int)number)]);
            at += (int)number;
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }
}
