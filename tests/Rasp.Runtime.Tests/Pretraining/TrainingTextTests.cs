using System.Text;
using Rasp.Format;
using Rasp.Runtime.Pretraining;
using Rasp.Runtime.Tokenizers;

namespace Rasp.Runtime.Tests.Pretraining;

public sealed class TrainingTextTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rasp-text-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Documents_are_framed_and_white_space_is_one_space()
    {
        string filler = string.Concat(Enumerable.Repeat("abcdefghij", 40_000));
        TrainingText text = TrainingText.Read([Write("a.txt", " one\t two\nthree \n \n\nfour\n" ), Write("b.txt", filler)], BytePairTokenizer.PrintableAscii);
        string start = string.Concat(text.Training[0].Span[..25].ToArray().Select(BytePairTokenizer.PrintableAscii.TokenText));
        Assert.Equal("<s>one two three</s><s>four</s><s>abc", start);
        Assert.Equal(2 + 13 + 2 + 4 + 2 + 400_000, text.Length);
    }

    [Fact]
    public void Every_twentieth_block_is_held_out_and_nothing_else()
    {
        // Each document tells its number, so that a token's block can be recomputed from the text alone.
        StringBuilder content = new();
        for (int i = 0; i < 100_000; i++) content.Append(System.Globalization.CultureInfo.InvariantCulture, $"{i:D6}\n\n");
        TrainingText text = TrainingText.Read([Write("a.txt", content.ToString())], BytePairTokenizer.PrintableAscii);

        int[] stream = [.. Enumerable.Range(0, 100_000).SelectMany(i => (int[])[0, .. $"{i:D6}".Select(c => c - 30), 1])];
        int[] training = [.. stream.Where((_, i) => i / 16384 % 20 != 19)];
        int[] heldOut = [.. stream.Where((_, i) => i / 16384 % 20 == 19)];
        Assert.Equal(training, text.Training.SelectMany(s => s.ToArray()));
        Assert.Equal(heldOut, text.HeldOut.SelectMany(s => s.ToArray()));
        Assert.Equal(2, text.HeldOut.Count);
        Assert.Equal(text.HeldOut.Count, text.HeldOut.Count(block => block.Length == TrainingText.BlockTokens));
    }

    [Fact]
    public void A_character_outside_the_vocabulary_is_named_with_its_file_and_line()
    {
        string path = Write("a.txt", "fine\n\n\nfine too\nna\u00efve\n");
        string message = Assert.Throws<RaspException>(() => TrainingText.Read([path], BytePairTokenizer.PrintableAscii)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains("line 4", message, StringComparison.Ordinal);
        Assert.Contains("U+00EF", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("short", "Give more text")]
    public void Too_little_text_is_refused(string content, string reason)
    {
        string path = Write("a.txt", content);
        Assert.Contains(reason, Assert.Throws<RaspException>(() => TrainingText.Read([path], BytePairTokenizer.PrintableAscii)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_one_in_another_encoding_are_refused()
    {
        string missing = Path.Combine(folder, "none.txt");
        Assert.Contains(missing, Assert.Throws<RaspException>(() => TrainingText.Read([missing], BytePairTokenizer.PrintableAscii)).Message, StringComparison.Ordinal);
        string latin = Path.Combine(folder, "latin.txt");
        File.WriteAllBytes(latin, [(byte)'a', 0xE9, (byte)'b']);
        Assert.Contains("UTF-8", Assert.Throws<RaspException>(() => TrainingText.Read([latin], BytePairTokenizer.PrintableAscii)).Message, StringComparison.Ordinal);
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
