namespace Rasp.Format;

/// <summary>
/// One number for each position of each input of a <see cref="Tile"/>: a column of the residual stream between two writes, a
/// dimension of a head, a logit. A fixed row depends on the inputs' length alone, so it is computed once for many tiles; a row by
/// token has one number for each token, wherever it stands.
/// </summary>
internal readonly record struct Row(int Id, bool IsFixed, bool IsByToken);

/// <summary>A factor of a weighted sum of rows.</summary>
internal readonly record struct RowTerm(Row Row, float Weight);
