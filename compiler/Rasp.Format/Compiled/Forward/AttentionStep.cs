using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Rasp.Format;

/// <summary>
/// One head up to z: target[p] = Σ_j softmax_j(Σ_f factor_f·query_f[p]·key_f[j])·value[j], for each value. Weights that are zero in single
/// precision are left out of the sums. What need not be computed for every tile is kept in the tile under <paramref name="id"/>.
/// </summary>
internal sealed class AttentionStep(
    int id, bool causal, int tokens, ImmutableArray<ScoreProduct> scores, ImmutableArray<(Row Value, Row Target)> values) : ForwardStep
{
    /// <summary>
    /// Keys are added up in blocks, and the blocks then: equal terms, one after the other, would all be rounded to the same side,
    /// and n roundings add up where n/32 + 32 do not.
    /// </summary>
    public const int Block = 32;

    private readonly FixedScores fixedScores = new(scores.RemoveAll(s => !s.Query.IsFixed || !s.Key.IsFixed));
    private readonly FixedAttention? byLength = scores.All(s => s.Query.IsFixed && s.Key.IsFixed) ? new FixedAttention(causal, values) : null;
    private readonly LaneAttention byLane = new(causal, scores.RemoveAll(s => s.Query.IsFixed && s.Key.IsFixed), values);
    private readonly QueryAttention byQuery = new(causal, scores.RemoveAll(s => s.Query.IsFixed && s.Key.IsFixed), values);
    private readonly TokenAttention? byToken =
        !causal && !scores.IsEmpty && scores.All(s => s.Key.IsByToken) ? new TokenAttention(tokens, scores, values) : null;

    // Then what is kept of the scores is kept for the longest inputs.
    private readonly bool isForAnyLength = scores.All(s => s.Query.IsFixed == s.Query.IsByPosition && s.Key.IsFixed == s.Key.IsByPosition);

    public override IEnumerable<Row> Reads => scores.SelectMany(s => (Row[])[s.Query, s.Key]).Concat(values.Select(v => v.Value));

    public override IEnumerable<Row> ReadsInLanes =>
        scores.Where(s => byToken is not null || !s.Query.IsFixed || !s.Key.IsFixed).SelectMany(s => (Row[])[s.Query, s.Key]).Concat(values.Select(v => v.Value));

    public override IEnumerable<Row> Writes => values.Select(v => v.Target);

    public override ForwardStep? Keep(Func<Row, bool> isRead)
    {
        ImmutableArray<(Row, Row)> kept = values.RemoveAll(v => !isRead(v.Target));
        return kept.IsEmpty ? null : new AttentionStep(id, causal, tokens, scores, kept);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(Tile tile)
    {
        KeptAttention kept = tile.Kept[id];
        // Without a mask the keys are as many as the input is long, which inputs of several lengths differ in.
        bool isFixed = byLength is not null && (causal || tile.IsOneLength);
        if (!isFixed && !tile.HasOneInput && byToken is not null && 2 * tokens <= tile.Positions)
        {
            byToken.Run(tile, kept.Tokens);
            return;
        }

        if (tile.IsNew && (!isForAnyLength || kept.Scores.Length == 0))
        {
            int positions = isForAnyLength ? tile.Capacity : tile.Positions;
            kept.Scores = fixedScores.Of(tile, positions);
            if (tile.HasOneInput) byQuery.Keep(tile, kept.Scores, kept.Queries, positions);
            else byLane.Keep(tile, kept, positions);
        }

        if (isFixed) byLength?.Run(tile, kept);
        else if (tile.HasOneInput) byQuery.Run(tile, kept.Queries);
        else byLane.Run(tile, kept);
    }
}
