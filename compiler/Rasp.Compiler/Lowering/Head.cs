using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>
/// A part of an attention score: Σ_f query_f · key_f + constant. Query features come from the classes of one one-hot
/// variable (or are constant), key features likewise; [class, feature]; of a scalar variable they are multiples, [0, feature].
/// </summary>
internal sealed record ScoreTerm(
    Variable? Query, ImmutableArray<ImmutableArray<Rational>> QueryFeatures,
    Variable? Key, ImmutableArray<ImmutableArray<Rational>> KeyFeatures,
    int Constant)
{
    public int Features => QueryFeatures[0].Length;

    /// <summary>Whether the key features are those of the beginning of the sequence alone, whose score then depends on the query; the tokens' are 0.</summary>
    public bool ScoresBeginning { get; init; }
}

/// <summary>
/// An attention head for one selector. Every selected key scores exactly 0 (of keys that score higher the highest alone
/// is selected), every other at most −2·gap below, and the beginning-of-sequence token <see cref="BeginningScore"/>: that of a
/// <see cref="CountCode"/> to count the selected keys, −gap to be read only where nothing is selected.
/// </summary>
internal sealed record Head(Selector Selector, ImmutableArray<ScoreTerm> Terms, double BeginningScore, Site Site)
{
    public IEnumerable<Variable> Reads => Terms.SelectMany(t => new[] { t.Query, t.Key }).OfType<Variable>();

    public int Constant => Terms.Sum(t => t.Constant);

    /// <summary>The terms' features, the constant score of a key or the link of the beginning to itself, and the beginning's score.</summary>
    public int ScoreDimensions => Terms.Sum(t => t.Features) + 2;
}

/// <summary>
/// What a head's value vector holds at a key: a number (<see cref="Number"/>), or one-hot the value of a view among the
/// variable's values; <see cref="Empty"/> is what stands at the beginning-of-sequence token, read where nothing is selected.
/// </summary>
internal sealed record MovedValue(LinearForm? Number, OneHotView? OneHot, Value Empty)
{
    public IEnumerable<Variable> Reads => (Number?.Reads ?? []).Concat(OneHot?.Reads ?? []);
}
