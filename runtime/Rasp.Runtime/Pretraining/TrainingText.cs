using System.Text;
using Rasp.Format;
using Rasp.Runtime.Tokenizers;

namespace Rasp.Runtime.Pretraining;

/// <summary>
/// Text files as one stream of tokens: documents are separated by blank lines, runs of white space inside a document are one
/// space, and every document is framed by the start and end tokens. Every 20th block of 16 Ki tokens is held out.
/// </summary>
public sealed class TrainingText
{
    /// <summary>The size of the contiguous blocks that are held out or trained on, in tokens.</summary>
    public const int BlockTokens = 16384;

    /// <summary>One block in this many is held out: the last of each group.</summary>
    public const int BlocksPerHeldOut = 20;

    private readonly int[] tokens;

    private TrainingText(int[] tokens, ITokenizer tokenizer)
    {
        this.tokens = tokens;
        Tokenizer = tokenizer;
        int blocks = (tokens.Length + BlockTokens - 1) / BlockTokens;
        List<ReadOnlyMemory<int>> training = [];
        List<ReadOnlyMemory<int>> heldOut = [];
        for (int first = 0; first < blocks; first += BlocksPerHeldOut)
        {
            int held = first + BlocksPerHeldOut - 1;
            training.Add(Blocks(first, held));
            if (held < blocks) heldOut.Add(Blocks(held, held + 1));
        }

        Training = training;
        HeldOut = heldOut;
    }

    public ITokenizer Tokenizer { get; }

    /// <summary>The number of tokens in all, trained on and held out.</summary>
    public int Length => tokens.Length;

    /// <summary>Contiguous stretches to train on.</summary>
    public IReadOnlyList<ReadOnlyMemory<int>> Training { get; }

    /// <summary>Contiguous blocks never trained on.</summary>
    public IReadOnlyList<ReadOnlyMemory<int>> HeldOut { get; }

    /// <summary>
    /// Reads the files in order. Throws <see cref="RaspException"/> for a file that cannot be read, a character the
    /// tokenizer lacks (with its file and line), or a text too short to hold a block out.
    /// </summary>
    public static TrainingText Read(IEnumerable<string> files, ITokenizer tokenizer)
    {
        int[] tokens = Tokens(files, tokenizer);
        TrainingText text = new(tokens, tokenizer);
        return text.HeldOut.Count > 0
            ? text
            : throw new RaspException($"The text has {tokens.Length} tokens; at least {BlockTokens * BlocksPerHeldOut} are needed, so that a part can be held out. Give more text.");
    }

    /// <summary>The files' documents in order, each framed by the start and end tokens; throws as <see cref="Read"/>.</summary>
    public static int[] Tokens(IEnumerable<string> files, ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(tokenizer);
        List<int> tokens = [];
        foreach (string file in files)
        {
            foreach ((int line, string document) in Documents(file, ReadLines(file)))
            {
                tokens.Add(tokenizer.Bos);
                try
                {
                    foreach (long id in tokenizer.Encode(document, bos: false)) tokens.Add((int)id);
                }
                catch (RaspException e)
                {
                    throw new RaspException($"'{file}', in the paragraph that starts at line {line}: {e.Message}", e);
                }

                tokens.Add(tokenizer.Eos);
            }
        }

        return [.. tokens];
    }

    /// <summary>Held-out blocks spread evenly over the text: at most <paramref name="blocks"/> of them.</summary>
    public IReadOnlyList<ReadOnlyMemory<int>> HeldOutSample(int blocks)
    {
        int taken = Math.Min(blocks, HeldOut.Count);
        return [.. Enumerable.Range(0, taken).Select(i => HeldOut[(2 * i + 1) * HeldOut.Count / (2 * taken)])];
    }

    /// <summary><see cref="HeldOutSample"/> as text, for measuring the loss later: documents separated by blank lines.</summary>
    public string HeldOutText(int blocks)
    {
        StringBuilder text = new();
        foreach (ReadOnlyMemory<int> block in HeldOutSample(blocks))
        {
            foreach (int token in block.Span)
                text.Append(token == Tokenizer.Bos ? string.Empty : token == Tokenizer.Eos ? "\n\n" : Tokenizer.TokenText(token));
            text.Append("\n\n");
        }

        return text.ToString().Trim('\n') + "\n";
    }

    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (DecoderFallbackException e)
        {
            throw new RaspException($"The text '{file}' is not UTF-8. Convert it, for example with iconv.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RaspException($"The text '{file}' cannot be read: {e.Message}", e);
        }
    }

    private static IEnumerable<(int Line, string Document)> Documents(string file, string[] lines)
    {
        bool any = false;
        List<string> words = [];
        int start = 0;
        for (int i = 0; i <= lines.Length; i++)
        {
            bool blank = i == lines.Length || string.IsNullOrWhiteSpace(lines[i]);
            if (blank && words.Count > 0)
            {
                any = true;
                yield return (start + 1, string.Join(' ', words));
                words.Clear();
            }

            if (blank) continue;
            if (words.Count == 0) start = i;
            words.AddRange(lines[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }

        if (!any) throw new RaspException($"The text '{file}' is empty. Give a file with text.");
    }

    private ReadOnlyMemory<int> Blocks(int first, int end) =>
        tokens.AsMemory(first * BlockTokens, Math.Min(end * BlockTokens, tokens.Length) - first * BlockTokens);
}
