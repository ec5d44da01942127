using System.Buffers.Binary;
using System.Text;

namespace Rasp.Runtime.Tokenizers;

/// <summary>
/// The pieces of a SentencePiece model, a protocol buffer: field 1, repeated, holds a piece with its text (field 1) and
/// its score (field 2, float32). Everything else (training and normaliser settings) is stepped over.
/// </summary>
internal static class SentencePieceFile
{
    private enum Wire
    {
        Number = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5,
    }

    public static List<(string Text, double Score)> Read(string path, byte[] content)
    {
        List<(string, double)> pieces = [];
        foreach ((int field, Wire wire, ReadOnlyMemory<byte> value) in Fields(path, content))
            if (field == 1 && wire == Wire.Bytes) pieces.Add(Piece(path, value));
        return pieces;
    }

    private static (string Text, double Score) Piece(string path, ReadOnlyMemory<byte> content)
    {
        string text = string.Empty;
        double score = 0;
        foreach ((int field, Wire wire, ReadOnlyMemory<byte> value) in Fields(path, content))
        {
            if (field == 1 && wire == Wire.Bytes) text = Encoding.UTF8.GetString(value.Span);
            if (field == 2 && wire == Wire.Fixed32) score = BinaryPrimitives.ReadSingleLittleEndian(value.Span);
        }

        return (text, score);
    }

    private static IEnumerable<(int Field, Wire Wire, ReadOnlyMemory<byte> Value)> Fields(string path, ReadOnlyMemory<byte> content)
    {
        int position = 0;
        while (position < content.Length)
        {
            ulong key = Varint(path, content, ref position);
            Wire wire = (Wire)(key & 7);
            int start = position;
            ulong length = wire switch
            {
                Wire.Number => 0,
                Wire.Fixed64 => 8,
                Wire.Fixed32 => 4,
                Wire.Bytes => Varint(path, content, ref position),
                _ => throw LlamaTokenizerFile.Damaged(path, $"byte {start} starts a field of an unknown kind"),
            };
            if (wire == Wire.Number) Varint(path, content, ref position);
            if (length > (ulong)(content.Length - position)) throw LlamaTokenizerFile.Damaged(path, $"the field at byte {start} runs over the end");
            yield return ((int)(key >> 3), wire, content.Slice(position, (int)length));
            position += (int)length;
        }
    }

    private static ulong Varint(string path, ReadOnlyMemory<byte> content, ref int position)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (position >= content.Length) throw LlamaTokenizerFile.Damaged(path, "it ends inside a number");
            byte part = content.Span[position++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }

        throw LlamaTokenizerFile.Damaged(path, $"the number before byte {position} is too long");
    }
}
