namespace Rasp.Format;

/// <summary>
/// One number for each position of each input of a <see cref="Tile"/>: a column of the residual stream between two writes, a
/// dimension of a head, a logit.
/// </summary>
/// <param name="IsFixed">It depends on the inputs' length alone, so it is computed once for many tiles.</param>
/// <param name="IsByPosition">Nor does it depend on the length: a number for each position, computed once for all tiles.</param>
/// <param name="IsByToken">A number for each token, wherever it stands.</param>
internal readonly record struct Row(int Id, bool IsFixed, bool IsByPosition, bool IsByToken);

/// <summary>A factor of a weighted sum of rows.</summary>
internal readonly record struct RowTerm(Row Row, float Weight);

/// <summary>A term of a head's scores: factor·query·key.</summary>
internal readonly record struct ScoreProduct(Row Query, Row Key, float Factor);
