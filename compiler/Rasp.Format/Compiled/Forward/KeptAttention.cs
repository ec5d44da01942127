using System.Runtime.Intrinsics;

namespace Rasp.Format;

/// <summary>A term of a head's scores: where its query's and its key's rows start among the tile's vectors, and the keys where it is not zero.</summary>
internal readonly record struct PlacedTerm(int Query, int Key, float Factor, int[] Keys);

/// <summary>What a tile keeps of one head: all that depends on the inputs' length alone, or on the weights alone, and room.</summary>
internal sealed class KeptAttention
{
    /// <summary>
    /// The scores as far as no token decides them, of each vector of queries at each key [vector, key]; a vector has room for the keys of the
    /// longest inputs. −∞ where a query does not see the key.
    /// </summary>
    public Vector512<float>[] Scores { get; set; } = [];

    /// <summary>The other terms that are added up at every key, and those whose keys are zero at most positions.</summary>
    public PlacedTerm[] Dense { get; set; } = [];

    public PlacedTerm[] Few { get; set; } = [];

    /// <summary>For each value by position how many of the first keys it takes to have all where it is not zero.</summary>
    public int[] KeysOfValues { get; set; } = [];

    /// <summary>The dense terms that are not zero for all of a vector's queries: their numbers, and where the keys start among the tile's numbers.</summary>
    public Vector512<float>[] Queries { get; set; } = [];

    public int[] KeyPlaces { get; set; } = [];

    /// <summary>Where no token decides them: the keys that have a weight for the v-th vector of queries, in [Start[v], Start[v + 1]), and the weights.</summary>
    public int[] Start { get; set; } = [];

    public List<int> Keys { get; } = [];

    public List<Vector512<float>> Weights { get; } = [];

    /// <summary>What each vector's weights add up to.</summary>
    public Vector512<float>[] Totals { get; set; } = [];

    /// <summary>Room for an input's tokens.</summary>
    public TokenKeys Tokens { get; } = new();
}
