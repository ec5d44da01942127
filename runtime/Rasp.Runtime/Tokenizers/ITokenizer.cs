namespace Rasp.Runtime.Tokenizers;

/// <summary>Text to token ids and back, for one language model.</summary>
public interface ITokenizer
{
    /// <summary>Ids are 0 to <see cref="VocabularySize"/> − 1.</summary>
    int VocabularySize { get; }

    /// <summary>The token that starts a document.</summary>
    int Bos { get; }

    /// <summary>The token that ends a document.</summary>
    int Eos { get; }

    /// <summary>
    /// The ids of <paramref name="text"/>, with <see cref="Bos"/> before them where <paramref name="bos"/>. Throws
    /// <see cref="Rasp.Format.RaspException"/> for a character that the vocabulary cannot express.
    /// </summary>
    long[] Encode(string text, bool bos);

    /// <summary>The text of the ids; start, end and unknown tokens have none.</summary>
    string Decode(IEnumerable<long> ids);

    /// <summary>What one token stands for, spaces as spaces; special and byte tokens by their written form (<c>&lt;0x0A&gt;</c>).</summary>
    string TokenText(int id);
}
