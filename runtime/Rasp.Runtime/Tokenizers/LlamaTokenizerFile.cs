using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Rasp.Format;

namespace Rasp.Runtime.Tokenizers;

/// <summary>
/// Tokenizers beside llama2.c models. <c>.bin</c>: int32 longest token, then for each token float32 score, int32 length and
/// its bytes, until the end. <c>.vocab</c>: a line per token, "piece TAB score". <c>.model</c>: SentencePiece's protocol
/// buffer. In all three, ids 0, 1 and 2 are unknown, start and end, and the pair whose result scores highest merges first.
/// </summary>
internal static class LlamaTokenizerFile
{
    private const int Unknown = 0;
    private const int Bos = 1;
    private const int Eos = 2;

    public static BytePairTokenizer Read(string path)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RaspException($"The tokenizer '{path}' cannot be read: {e.Message}", e);
        }

        List<(string Text, double Score)> pieces = Path.GetExtension(path) switch
        {
            ".bin" => ReadBinary(path, content),
            ".vocab" => ReadLines(path, content),
            ".model" => SentencePieceFile.Read(path, content),
            string other => throw new RaspException($"The tokenizer '{path}' ends in '{other}'. Give a .bin, .vocab or .model file."),
        };
        if (pieces.Count <= Eos) throw Damaged(path, $"it holds {pieces.Count} tokens");
        return Create(pieces);
    }

    public static RaspException Damaged(string path, string what) =>
        new($"The tokenizer '{path}' is damaged: {what}. Copy or download the file again.");

    private static BytePairTokenizer Create(List<(string Text, double Score)> pieces)
    {
        string[] vocabulary = [.. pieces.Select(p => p.Text)];
        (vocabulary[Unknown], vocabulary[Bos], vocabulary[Eos]) = ("<unk>", "<s>", "</s>");
        return new BytePairTokenizer(vocabulary, Merges(pieces), marksSpaces: true, Bos, Eos, Unknown);
    }

    /// <summary>Every split of a token into two tokens is a merge; its rank is the token's place in the order of scores.</summary>
    private static Dictionary<(int Left, int Right), Merge> Merges(List<(string Text, double Score)> pieces)
    {
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        for (int id = Eos + 1; id < pieces.Count; id++) ids.TryAdd(pieces[id].Text, id);
        Dictionary<(int Left, int Right), Merge> merges = [];
        int rank = 0;
        foreach ((string text, int id) in ids.OrderByDescending(entry => pieces[entry.Value].Score).ThenBy(entry => entry.Value))
        {
            for (int split = 1; split < text.Length; split++)
                if (ids.TryGetValue(text[..split], out int left) && ids.TryGetValue(text[split..], out int right))
                    merges[(left, right)] = new Merge(rank, id);
            rank++;
        }

        return merges;
    }

    private static List<(string Text, double Score)> ReadBinary(string path, byte[] content)
    {
        if (content.Length < sizeof(int)) throw Damaged(path, $"it has {content.Length} bytes");
        List<(string, double)> pieces = [];
        int position = sizeof(int);
        while (position < content.Length)
        {
            if (content.Length - position < 8) throw Damaged(path, $"it ends inside the entry of token {pieces.Count}");
            float score = BinaryPrimitives.ReadSingleLittleEndian(content.AsSpan(position));
            int length = BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(position + 4));
            position += 8;
            if (length < 0 || length > content.Length - position) throw Damaged(path, $"token {pieces.Count} claims {length} bytes");
            string text = Encoding.UTF8.GetString(content, position, length);
            pieces.Add((text.Replace(" ", BytePairTokenizer.SpaceMark, StringComparison.Ordinal), score));
            position += length;
        }

        return pieces;
    }

    private static List<(string Text, double Score)> ReadLines(string path, byte[] content)
    {
        List<(string, double)> pieces = [];
        string text = Encoding.UTF8.GetString(content);
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            // Split at the last tab: the piece itself may be one.
            int tab = line.LastIndexOf('\t');
            if (tab < 1 || !double.TryParse(line.AsSpan(tab + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double score))
                throw Damaged(path, $"line {pieces.Count + 1} is not a token, a tab and a score");
            pieces.Add((line[..tab], score));
        }

        return pieces;
    }
}
