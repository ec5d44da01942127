using System.Globalization;
using System.Text;
using Rasp.Format;

namespace Rasp.Runtime.Tokenizers;

/// <summary>One merge of byte-pair encoding: the pair becomes <paramref name="Result"/>; the lowest rank goes first.</summary>
internal readonly record struct Merge(int Rank, int Result);

/// <summary>
/// Byte-pair encoding over characters, as llama2.c and the Llama family use it. Without merges it is a character-level
/// tokenizer. Spaces are ordinary characters, or, with <see cref="MarksSpaces"/>, SentencePiece's U+2581 with one more
/// before the text.
/// </summary>
public sealed class BytePairTokenizer : ITokenizer
{
    internal const string SpaceMark = "\u2581";

    private readonly string[] vocabulary;
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    private readonly int?[] byteIds = new int?[256];
    private readonly Dictionary<int, byte> bytes = [];

    internal BytePairTokenizer(
        IReadOnlyList<string> vocabulary,
        IReadOnlyDictionary<(int Left, int Right), Merge> merges,
        bool marksSpaces,
        int bos,
        int eos,
        int? unknown)
    {
        this.vocabulary = [.. vocabulary];
        Merges = merges;
        MarksSpaces = marksSpaces;
        Bos = bos;
        Eos = eos;
        Unknown = unknown;
        for (int id = 0; id < this.vocabulary.Length; id++)
        {
            string token = this.vocabulary[id];
            ids.TryAdd(token, id);
            if (TryParseByte(token, out byte value))
            {
                byteIds[value] = id;
                bytes[id] = value;
            }
        }
    }

    /// <summary>The bundled model's vocabulary: 0 start, 1 end, then the 95 printable ASCII characters from space to tilde.</summary>
    public static BytePairTokenizer PrintableAscii { get; } = new(
        ["<s>", "</s>", .. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => ((char)c).ToString())],
        new Dictionary<(int Left, int Right), Merge>(), marksSpaces: false, bos: 0, eos: 1, unknown: null);

    public int VocabularySize => vocabulary.Length;

    public int Bos { get; }

    public int Eos { get; }

    internal int? Unknown { get; }

    internal bool MarksSpaces { get; }

    internal bool HasByteTokens => bytes.Count == byteIds.Length;

    internal IReadOnlyList<string> Vocabulary => vocabulary;

    internal IReadOnlyDictionary<(int Left, int Right), Merge> Merges { get; }

    public string TokenText(int id) => MarksSpaces
        ? vocabulary[id].Replace(SpaceMark, " ", StringComparison.Ordinal)
        : vocabulary[id];

    public long[] Encode(string text, bool bos)
    {
        ArgumentNullException.ThrowIfNull(text);
        string marked = MarksSpaces && text.Length > 0
            ? SpaceMark + text.Replace(" ", SpaceMark, StringComparison.Ordinal)
            : text;
        List<int> characters = Characters(marked);
        if (Merges.Count > 0) characters = Merged(characters);
        long[] result = new long[characters.Count + (bos ? 1 : 0)];
        if (bos) result[0] = Bos;
        for (int i = 0; i < characters.Count; i++) result[i + (bos ? 1 : 0)] = characters[i];
        return result;
    }

    public string Decode(IEnumerable<long> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        List<byte> utf8 = [];
        foreach (long id in ids)
        {
            if (id < 0 || id >= vocabulary.Length) throw new ArgumentOutOfRangeException(nameof(ids), $"There is no token {id}.");
            if (id == Bos || id == Eos || id == Unknown) continue;
            if (bytes.TryGetValue((int)id, out byte value)) utf8.Add(value);
            else utf8.AddRange(Encoding.UTF8.GetBytes(TokenText((int)id)));
        }

        string text = Encoding.UTF8.GetString([.. utf8]);
        return MarksSpaces && text.StartsWith(' ') ? text[1..] : text;
    }

    private static bool TryParseByte(string token, out byte value)
    {
        value = 0;
        return token is ['<', '0', 'x', _, _, '>']
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value);
    }

    private List<int> Characters(string text)
    {
        List<int> result = new(text.Length);
        int position = 0;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (ids.TryGetValue(rune.ToString(), out int id)) result.Add(id);
            else if (HasByteTokens)
                foreach (byte value in utf8[..rune.EncodeToUtf8(utf8)]) result.Add(byteIds[value] ?? Bos);
            else if (Unknown is int unknown) result.Add(unknown);
            else
                throw new RaspException(
                    $"The character '{rune}' (U+{rune.Value:X4}) at position {position} is not in the model's vocabulary of {VocabularySize} tokens. Remove or replace it.");
            position += rune.Utf16SequenceLength;
        }

        return result;
    }

    /// <summary>
    /// Applies the lowest-ranked merge, leftmost first, until none applies. Tokens form a linked list by index; candidates
    /// wait in a queue and are ignored if one of their tokens has changed since.
    /// </summary>
    private List<int> Merged(List<int> tokens)
    {
        int count = tokens.Count;
        int[] token = [.. tokens];
        int[] next = [.. Enumerable.Range(1, count)];
        int[] previous = [.. Enumerable.Range(-1, count)];
        PriorityQueue<(int Position, int Left, int Right), (int Rank, int Position)> candidates = new();

        void Consider(int left)
        {
            if (left < 0 || next[left] >= count) return;
            (int, int) pair = (token[left], token[next[left]]);
            if (Merges.TryGetValue(pair, out Merge merge)) candidates.Enqueue((left, pair.Item1, pair.Item2), (merge.Rank, left));
        }

        const int Gone = -1;
        for (int i = 0; i < count - 1; i++) Consider(i);
        while (candidates.TryDequeue(out (int Position, int Left, int Right) candidate, out _))
        {
            int left = candidate.Position;
            int right = next[left];
            if (token[left] != candidate.Left || right >= count || token[right] != candidate.Right) continue;
            token[left] = Merges[(candidate.Left, candidate.Right)].Result;
            token[right] = Gone;
            next[left] = next[right];
            if (next[left] < count) previous[next[left]] = left;
            Consider(previous[left]);
            Consider(left);
        }

        return [.. token.Where(id => id != Gone)];
    }
}
