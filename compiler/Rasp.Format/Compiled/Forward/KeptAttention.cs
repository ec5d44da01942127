namespace Rasp.Format;

/// <summary>What a tile keeps of one head: all that depends on the inputs' length alone, or on the weights alone, and room.</summary>
internal sealed class KeptAttention
{
    /// <summary>The scores [query, key] as far as no token decides them; a row has room for the longest inputs.</summary>
    public float[] Scores { get; set; } = [];

    /// <summary>Which keys a query sees with which weights, where no token decides that.</summary>
    public FixedPattern Pattern { get; } = new();

    /// <summary>The scores' other terms.</summary>
    public LaneTerms Lanes { get; } = new();

    /// <summary>The same where the lanes are one input's queries.</summary>
    public QueryTerms Queries { get; } = new();

    /// <summary>Numbers by token; room for sums over the keys that hold a token [token, lane].</summary>
    public TokenSums Tokens { get; } = new();
}
