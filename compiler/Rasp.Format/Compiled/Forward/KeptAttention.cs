namespace Rasp.Format;

/// <summary>What a tile keeps of one head: all that depends on the inputs' length alone, or on the weights alone.</summary>
internal sealed class KeptAttention
{
    /// <summary>A pattern that no token decides: the keys and weights of query p are those in [Start[p], Start[p + 1]).</summary>
    public int[] Start { get; set; } = [];

    public List<int> Keys { get; } = [];

    public List<float> Weights { get; } = [];

    /// <summary>The part of the scores [query, key] that no token decides; a row has room for the longest inputs.</summary>
    public float[] Scores { get; set; } = [];

    /// <summary>For each other term of the scores the only keys where it is not zero, if the keys are fixed and few.</summary>
    public int[]?[] FewKeys { get; set; } = [];

    /// <summary>Numbers by token; room for sums over the keys that hold a token [token, lane].</summary>
    public TokenSums Tokens { get; } = new();
}
