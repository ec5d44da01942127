using System.Runtime.Intrinsics;
using System.Runtime.InteropServices;

namespace Rasp.Format;

/// <summary>Every row by position, computed once for a plan.</summary>
internal sealed class PositionRows
{
    private readonly Dictionary<Row, float[]> rows = [];

    public PositionRows(IReadOnlyList<ForwardStep> steps, int positions, int beginning)
    {
        Row[] written = [.. steps.SelectMany(s => s.Writes)];
        int[] slots = new int[written.Select(r => r.Id + 1).DefaultIfEmpty().Max()];
        for (int i = 0; i < written.Length; i++) slots[written[i].Id] = i;
        Tile tile = new(new TileLayout(slots, written.Length, 0, positions, [], this), Tile.Vectors(positions));
        // Whatever the tokens: no row by position depends on them.
        tile.Place(new int[positions - 1], [positions - 1], beginning);
        foreach (ForwardStep step in steps) step.Run(tile);
        foreach (Row row in written) rows.Add(row, MemoryMarshal.Cast<Vector512<float>, float>(tile[row])[..positions].ToArray());
    }

    /// <summary>The row's number at each position of the longest inputs.</summary>
    public float[] this[Row row] => rows[row];
}
