using System.Runtime.Intrinsics;

namespace TorchSharp;

/// <summary>A matrix in memory: element [i, j] is at Data + i·RowStep + j·ColumnStep, so a transpose is a swap of the steps.</summary>
internal readonly unsafe struct Strided<T>(T* data, long rowStep, long columnStep) where T : unmanaged
{
    internal readonly T* Data = data;
    internal readonly long RowStep = rowStep;
    internal readonly long ColumnStep = columnStep;

    internal Strided<T> Offset(long elements) => new(Data + elements, RowStep, ColumnStep);
}

/// <summary>
/// Matrix products by register tiles (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008): B is
/// packed into panels a tile wide that stay in the first-level cache, A is read in place when its rows are contiguous and
/// packed otherwise. A product is cut into row or column ranges that threads compute alone; the depth is never cut between
/// threads, so the result does not depend on their number.
/// </summary>
internal static unsafe class Gemm
{
    private const int DepthBlock = 384;
    private const int RowBlock = 192;
    private const int ColumnBlock = 512;

    // Where the columns fill several blocks, rows are packed once for all of them, this many at a time.
    private const int PackedRows = 2048;

    // Up to this many columns, packing a's rows costs more than reading them apart.
    private const int InPlaceColumns = 256;

    // Up to this many elements, b stays in the first-level cache as it lies.
    private const int InPlacePanel = 4096;
    private const long SerialWork = 1 << 17;
    private const long LongRange = 512;

    /// <summary>c (m × n, contiguous rows of stride <paramref name="stride"/>) = or += a (m × k) · b (k × n), plus a row of n where a bias is given.</summary>
    internal static void Run<T>(long m, long n, long k, Strided<T> a, Strided<T> b, T* c, long stride, bool accumulate, T* bias = null) where T : unmanaged
    {
        if (Vector512.IsHardwareAccelerated) Run<T, Tile512>(m, n, k, a, b, c, stride, accumulate, bias);
        else if (Vector256.IsHardwareAccelerated) Run<T, Tile256>(m, n, k, a, b, c, stride, accumulate, bias);
        else Run<T, Tile128>(m, n, k, a, b, c, stride, accumulate, bias);
    }

    /// <summary>The same on the calling thread only, for use inside a job.</summary>
    internal static void Serial<T>(long m, long n, long k, Strided<T> a, Strided<T> b, T* c, long stride, bool accumulate) where T : unmanaged
    {
        if (Vector512.IsHardwareAccelerated) Block<T, Tile512>(m, n, k, a, b, c, stride, accumulate);
        else if (Vector256.IsHardwareAccelerated) Block<T, Tile256>(m, n, k, a, b, c, stride, accumulate);
        else Block<T, Tile128>(m, n, k, a, b, c, stride, accumulate);
    }

    internal static void Run<T, TTile>(long m, long n, long k, Strided<T> a, Strided<T> b, T* c, long stride, bool accumulate, T* bias = null)
        where T : unmanaged where TTile : ITile
    {
        if (m == 0 || n == 0) return;
        if (m * n * Math.Max(k, 1) <= SerialWork || Workers.Count == 1)
        {
            Block<T, TTile>(m, n, k, a, b, c, stride, accumulate, bias);
            return;
        }
        long rowTiles = (m + TTile.Rows - 1) / TTile.Rows, columnTiles = (n + TTile.Columns<T>() - 1) / TTile.Columns<T>();
        var byRows = rowTiles >= 2 * columnTiles;
        var tiles = byRows ? rowTiles : columnTiles;
        var job = new RangeJob<T, TTile> { M = m, N = n, K = k, A = a, B = b, C = c, Stride = stride, Accumulate = accumulate, Bias = bias, ByRows = byRows };
        // Every range packs the other operand anew; only long ones are worth more ranges than threads, so that a slow thread is helped out.
        var ranges = (byRows ? m : n) < 2 * Workers.Count * LongRange ? Workers.Count : 2 * Workers.Count;
        Workers.Run(job, tiles, Math.Max(1, (tiles + ranges - 1) / ranges));
    }

    private struct RangeJob<T, TTile> : IJob where T : unmanaged where TTile : ITile
    {
        internal long M;
        internal long N;
        internal long K;
        internal Strided<T> A;
        internal Strided<T> B;
        internal T* C;
        internal long Stride;
        internal bool Accumulate;
        internal T* Bias;
        internal bool ByRows;

        public readonly void Run(long start, long end)
        {
            if (ByRows)
            {
                var first = start * TTile.Rows;
                var rows = Math.Min(M, end * TTile.Rows) - first;
                Block<T, TTile>(rows, N, K, A.Offset(first * A.RowStep), B, C + first * Stride, Stride, Accumulate, Bias);
            }
            else
            {
                var first = start * TTile.Columns<T>();
                var columns = Math.Min(N, end * TTile.Columns<T>()) - first;
                Block<T, TTile>(M, columns, K, A, B.Offset(first * B.ColumnStep), C + first, Stride, Accumulate, Bias == null ? null : Bias + first);
            }
        }
    }

    private static void Block<T, TTile>(long m, long n, long k, Strided<T> a, Strided<T> b, T* c, long stride, bool accumulate, T* bias = null)
        where T : unmanaged where TTile : ITile
    {
        if (m == 0 || n == 0) return;
        if (k == 0)
        {
            if (!accumulate)
                for (long i = 0; i < m; i++) new Span<T>(c + i * stride, checked((int)n)).Clear();
            if (bias != null) StartRows(bias, c, stride, m, n, accumulate: true);
            return;
        }
        int height = TTile.Rows, width = TTile.Columns<T>();
        var blocks = (k + DepthBlock - 1) / DepthBlock;
        var depth = (k + blocks - 1) / blocks;
        long columnBlock = Math.Min(ColumnBlock, (n + width - 1) / width * width), packedRows = Math.Min(m, n > ColumnBlock ? PackedRows : RowBlock);
        var packsA = a.ColumnStep != 1 || n > InPlaceColumns;
        var packsB = b.ColumnStep != 1 || m > 8 * height && depth * n > InPlacePanel;
        var panels = (T*)Scratch.Panels((depth * columnBlock + depth * (packedRows + height) + height * width) * sizeof(T) + 192);
        var groups = Align(panels + depth * columnBlock);
        var corner = Align(groups + depth * (packedRows + height));
        for (long k0 = 0; k0 < k; k0 += depth)
        {
            var kc = Math.Min(depth, k - k0);
            Columns<T, TTile> columns = default;
            for (long i0 = 0; i0 < m; i0 += packedRows)
            {
                var rows = new Rows<T, TTile>(a.Offset(i0 * a.RowStep + k0 * a.ColumnStep), Math.Min(packedRows, m - i0), kc, packsA, groups);
                for (long j0 = 0; j0 < n; j0 += columnBlock)
                {
                    var nc = Math.Min(columnBlock, n - j0);
                    if (i0 == 0 || n > columnBlock) columns = new Columns<T, TTile>(b.Offset(k0 * b.RowStep + j0 * b.ColumnStep), kc, nc, packsB, panels);
                    var target = new Target<T>(c + i0 * stride + j0, stride, accumulate || k0 > 0, bias == null || k0 > 0 ? null : bias + j0, corner);
                    for (long start = 0; start < rows.Count;) start = Multiply(rows, columns, target, start, start + RowBlock);
                }
            }
        }
    }

    // The rows from start up to the tile that reaches end, by all columns; returns where the next begin.
    private static long Multiply<T, TTile>(in Rows<T, TTile> rows, in Columns<T, TTile> columns, in Target<T> target, long start, long end)
        where T : unmanaged where TTile : ITile
    {
        var width = TTile.Columns<T>();
        var i = start;
        for (long j = 0; j < columns.Count; j += width)
        {
            var panel = columns.Panel(j, out var panelStep);
            var usedColumns = Math.Min(width, columns.Count - j);
            var wide = usedColumns > width / 2;
            var whole = usedColumns == (wide ? width : width / 2);
            int h;
            for (i = start; i < Math.Min(end, rows.Count); i += h)
            {
                var left = rows.Tile(i, out h);
                var usedRows = Math.Min(h, rows.Count - i);
                var c = target.Data + i * target.Stride + j;
                var adds = target.Adds;
                // The product is then added to the bias while its tile is in the cache.
                if (target.Bias != null)
                {
                    StartRows(target.Bias + j, c, target.Stride, usedRows, usedColumns, adds);
                    adds = true;
                }
                if (whole && usedRows == h) Tiles<T, TTile>.Multiply(h, wide, rows.Depth, left, panel, panelStep, c, target.Stride, adds);
                else
                {
                    Tiles<T, TTile>.Multiply(h, wide, rows.Depth, left, panel, panelStep, target.Corner, width, false);
                    Store(target.Corner, width, c, target.Stride, usedRows, usedColumns, adds);
                }
            }
        }
        return i;
    }

    /// <summary>Rows of a in tiles, packed one tile after the other, or in place but for a last tile that needs padding.</summary>
    private readonly struct Rows<T, TTile> where T : unmanaged where TTile : ITile
    {
        private readonly Strided<T> source;
        private readonly bool packed;
        private readonly T* groups;

        internal readonly long Count;
        internal readonly long Depth;

        internal Rows(Strided<T> source, long count, long depth, bool packed, T* groups)
        {
            (this.source, Count, Depth, this.packed) = (source, count, depth, packed);
            this.groups = groups;
            int h;
            for (long i = 0; i < count; i += h)
            {
                h = Tiles<T, TTile>.Height(count - i);
                if (packed || h > count - i) Packing.Rows(source.Offset(i * source.RowStep), Math.Min(h, count - i), depth, h, groups + i * depth);
            }
        }

        internal Strided<T> Tile(long row, out int height)
        {
            height = Tiles<T, TTile>.Height(Count - row);
            return packed || height > Count - row ? new Strided<T>(groups + row * Depth, 1, height) : source.Offset(row * source.RowStep);
        }
    }

    /// <summary>Columns of b in panels a tile wide, packed, or in place but for a last panel that needs padding.</summary>
    private readonly struct Columns<T, TTile> where T : unmanaged where TTile : ITile
    {
        private readonly Strided<T> source;
        private readonly long depth;
        private readonly long inPlace;
        private readonly T* panels;

        internal readonly long Count;

        internal Columns(Strided<T> source, long depth, long count, bool packed, T* panels)
        {
            var width = TTile.Columns<T>();
            (this.source, this.depth, Count) = (source, depth, count);
            this.panels = panels;
            inPlace = packed ? 0 : count / width * width;
            if (inPlace < count) Packing.Columns(source.Offset(inPlace * source.ColumnStep), depth, count - inPlace, width, panels + inPlace * depth);
        }

        internal T* Panel(long column, out long step)
        {
            step = column < inPlace ? source.RowStep : TTile.Columns<T>();
            return column < inPlace ? source.Data + column : panels + column * depth;
        }
    }

    /// <summary>Where a block of the product goes, and memory for a tile at its edge.</summary>
    private readonly struct Target<T>(T* data, long stride, bool adds, T* bias, T* corner) where T : unmanaged
    {
        internal readonly T* Data = data;
        internal readonly long Stride = stride;
        internal readonly bool Adds = adds;
        internal readonly T* Bias = bias;
        internal readonly T* Corner = corner;
    }

    private static void StartRows<T>(T* bias, T* target, long stride, long rows, long columns, bool accumulate) where T : unmanaged
    {
        for (long r = 0; r < rows; r++)
        {
            if (accumulate) Store(bias, 0, target + r * stride, 0, 1, columns, adds: true);
            else new ReadOnlySpan<T>(bias, (int)columns).CopyTo(new Span<T>(target + r * stride, (int)columns));
        }
    }

    private static void Store<T>(T* corner, long width, T* target, long stride, long rows, long columns, bool adds) where T : unmanaged
    {
        for (long r = 0; r < rows; r++)
        {
            for (long j = 0; j < columns; j++)
            {
                var value = corner[r * width + j];
                target[r * stride + j] = adds ? Sum(target[r * stride + j], value) : value;
            }
        }
    }

    private static T Sum<T>(T x, T y) where T : unmanaged =>
        typeof(T) == typeof(float) ? (T)(object)((float)(object)x + (float)(object)y) : (T)(object)((double)(object)x + (double)(object)y);

    private static T* Align<T>(T* pointer) where T : unmanaged => (T*)(((nint)pointer + 63) & ~63);
}
