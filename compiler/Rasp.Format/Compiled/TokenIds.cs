using System.Collections.Immutable;

namespace Rasp.Format;

/// <summary>Numbers of a vocabulary's tokens; most vocabularies are characters, which are found without hashing.</summary>
internal sealed class TokenIds
{
    private const int Characters = 128;

    private readonly Dictionary<Value, int> ids;
    private readonly int[] characters = new int[Characters];

    public TokenIds(ImmutableArray<Value> vocabulary)
    {
        ids = vocabulary.Select((token, id) => (token, id)).ToDictionary(p => p.token, p => p.id);
        Array.Fill(characters, -1);
        foreach ((Value token, int id) in ids)
            if (token is { Kind: ValueKind.Text, Text: [char c] } && c < Characters) characters[c] = id;
    }

    /// <summary>The token's row of the embedding; −1 where the vocabulary lacks it.</summary>
    public int this[in Value token] => token is { Kind: ValueKind.Text, Text: [char c] } && c < Characters
        ? characters[c]
        : ids.GetValueOrDefault(token, -1);
}
