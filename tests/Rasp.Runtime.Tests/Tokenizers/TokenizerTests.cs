using System.Text;
using Rasp.Format;
using Rasp.Runtime.Tests.Models;
using Rasp.Runtime.Tokenizers;

namespace Rasp.Runtime.Tests.Tokenizers;

public sealed class TokenizerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rasp-tokenizers-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void PrintableAscii_numbers_the_characters_from_two()
    {
        BytePairTokenizer tokenizer = BytePairTokenizer.PrintableAscii;
        Assert.Equal(97, tokenizer.VocabularySize);
        Assert.Equal([0L, 2, 35, 96], tokenizer.Encode(" A~", bos: true));
        Assert.Equal(" A~", tokenizer.Decode([0, 2, 35, 96, 1]));
        for (int id = 2; id < 97; id++) Assert.Equal(((char)(id + 30)).ToString(), tokenizer.TokenText(id));
    }

    [Theory]
    [InlineData("caf\u00e9", "U+00E9", "position 3")]
    [InlineData("a\nb", "U+000A", "position 1")]
    [InlineData("ab\U0001F600", "U+1F600", "position 2")]
    public void PrintableAscii_names_a_character_it_lacks(string text, string code, string position)
    {
        string message = Assert.Throws<RaspException>(() => BytePairTokenizer.PrintableAscii.Encode(text, bos: false)).Message;
        Assert.Contains(code, message, StringComparison.Ordinal);
        Assert.Contains(position, message, StringComparison.Ordinal);
    }

    // By hand: the scores make "ab" merge before "bc", and "abab" from two of them; U+2581 stands for the space put in front.
    [Fact]
    public void Pairs_with_the_best_score_merge_first()
    {
        string[] tokens = ["<unk>", "\n<s>\n", "\n</s>\n", " ", "a", "b", "c", "ab", "bc", "abab", " a"];
        BytePairTokenizer tokenizer = LlamaTokenizerFile.Read(WriteBinary(tokens, [0, 0, 0, -1, -1, -1, -1, -2, -3, -4, -5]));

        Assert.Equal([1L, 3, 9, 6], tokenizer.Encode("ababc", bos: true));
        Assert.Equal([3L, 8], tokenizer.Encode("bc", bos: false));
        Assert.Equal([10L, 10], tokenizer.Encode("a a", bos: false));
        Assert.Equal([3L, 0, 4], tokenizer.Encode("xa", bos: false));
        Assert.Empty(tokenizer.Encode("", bos: false));
        Assert.Equal("ababc", tokenizer.Decode([1, 3, 9, 6, 2]));
    }

    // "aaa" can merge at two places with the same score: the left one goes first, as in llama2.c's loop.
    [Fact]
    public void Equal_scores_merge_from_the_left()
    {
        BytePairTokenizer tokenizer = LlamaTokenizerFile.Read(WriteBinary(["<unk>", "<s>", "</s>", " ", "a", "aa"], [0, 0, 0, 0, 0, 1]));
        Assert.Equal([3L, 5, 4], tokenizer.Encode("aaa", bos: false));
        Assert.Equal([3L, 5, 5, 4], tokenizer.Encode("aaaaa", bos: false));
    }

    [Fact]
    public void Stories_tokenizer_agrees_with_a_plain_merge_loop()
    {
        string path = SharedModels.Find(Path.Combine("stories260K", "tok512.bin"));
        BytePairTokenizer tokenizer = LlamaTokenizerFile.Read(path);
        Assert.Equal(512, tokenizer.VocabularySize);
        string[] texts = ["Once upon a time, there was a little girl named Lily.", "\"I'm sorry,\" she said.\nThe end", "caf\u00e9 \u2014 9~", "  two  spaces  "];
        foreach (string text in texts)
        {
            Assert.Equal(PlainMergeLoop.Encode(path, text), tokenizer.Encode(text, bos: true));
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, bos: true)));
        }
    }

    [Theory]
    [InlineData("tok105.vocab")]
    [InlineData("tok105.model")]
    public void BabyLlama_tokenizer_is_a_character_a_line(string file)
    {
        string path = SharedModels.Find(Path.Combine("BabyLlama-tok105", file));
        BytePairTokenizer tokenizer = LlamaTokenizerFile.Read(path);
        Assert.Equal(105, tokenizer.VocabularySize);

        // Ids are line numbers of the .vocab file from 0: 3 is the space, then e, a, t, o, h, n, i, d.
        Assert.Equal([1L, 3, 6, 8, 4, 3, 4, 9, 11], tokenizer.Encode("the end", bos: true));
        Assert.Equal("the end", tokenizer.Decode([1, 3, 6, 8, 4, 3, 4, 9, 11, 2]));
        Assert.Equal([3L, 0], tokenizer.Encode("\n", bos: false));
    }

    [Fact]
    public void Tokenizer_json_keeps_a_byte_pair_tokenizer()
    {
        BytePairTokenizer tokenizer = LlamaTokenizerFile.Read(SharedModels.Find(Path.Combine("stories260K", "tok512.bin")));
        BytePairTokenizer read = Rewritten(tokenizer);
        foreach (string text in (string[])["Once upon a time, there was a dog.\n", "\u00e9\u00e9 ~", ""])
            Assert.Equal(tokenizer.Encode(text, bos: true), read.Encode(text, bos: true));
        Assert.Equal(tokenizer.Vocabulary, read.Vocabulary);
    }

    [Fact]
    public void Tokenizer_json_keeps_the_character_tokenizer()
    {
        BytePairTokenizer read = Rewritten(BytePairTokenizer.PrintableAscii);
        Assert.Equal(BytePairTokenizer.PrintableAscii.Vocabulary, read.Vocabulary);
        Assert.Equal([0L, 35, 2], read.Encode("A ", bos: true));
        Assert.Throws<RaspException>(() => read.Encode("\u00e9", bos: true));
    }

    [Theory]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{},"merges":[]}}""", "WordPiece")]
    [InlineData("""{"pre_tokenizer":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}""", "ByteLevel")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"b":2},"merges":[]}}""", "without gaps")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}}""", "merge 0")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}""", "bos_token_id")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":"x"},"merges":[]}}""", "wrong kind")]
    [InlineData("""{}""", "lacks a field")]
    [InlineData("""{"model":""", "not valid JSON")]
    public void A_wrong_tokenizer_json_is_refused_with_its_reason(string json, string reason)
    {
        string path = Path.Combine(folder, "tokenizer.json");
        File.WriteAllText(path, json);
        string message = Assert.Throws<RaspException>(() => TokenizerJson.Read(path, 0, 1)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tok.bin")]
    [InlineData("tok.vocab")]
    [InlineData("tok.model")]
    public void A_damaged_tokenizer_file_is_refused(string name)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllBytes(path, [9, 0, 0, 0, 0, 0, 0, 0, 200, 0, 0, 0, 1]);
        Assert.Contains("damaged", Assert.Throws<RaspException>(() => LlamaTokenizerFile.Read(path)).Message, StringComparison.Ordinal);
    }

    private BytePairTokenizer Rewritten(BytePairTokenizer tokenizer)
    {
        string path = Path.Combine(folder, "tokenizer.json");
        TokenizerJson.Write(path, tokenizer);
        return TokenizerJson.Read(path, tokenizer.Bos, tokenizer.Eos);
    }

    private string WriteBinary(string[] tokens, float[] scores)
    {
        string path = Path.Combine(folder, "tok.bin");
        using BinaryWriter writer = new(File.Create(path));
        writer.Write(tokens.Max(t => t.Length));
        for (int i = 0; i < tokens.Length; i++)
        {
            byte[] text = Encoding.UTF8.GetBytes(tokens[i]);
            writer.Write(scores[i]);
            writer.Write(text.Length);
            writer.Write(text);
        }

        return path;
    }
}
