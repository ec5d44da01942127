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

    // Up to this many columns, packing a's rows costs more than reading them apart.
    private const int InPlaceColumns = 256;

    // Up to this many elements, b stays in the first-level cache as it lies.
    private const int InPlacePanel = 4096;
    private const long SerialWork = 1 << 17;
    private const long LongWork = 1 << 27;

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
        // Every range packs b anew; only a long product is worth more ranges than threads, so that a slow thread is helped out.
        var ranges = m * n * k < LongWork ? Workers.Count : 2 * Workers.Count;
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
        long columnBlock = Math.Min(ColumnBlock, (n + width - 1) / width * width), rowBlock = Math.Min(RowBlock, m + height);
        var packsA = a.ColumnStep != 1 || n > InPlaceColumns;
        var packsB = b.ColumnStep != 1 || m > 2 * height && depth * n > InPlacePanel;
        var panels = (T*)Scratch.Panels((depth * columnBlock + depth * rowBlock + height * width) * sizeof(T) + 192);
        var tileRows = Align(panels + depth * columnBlock);
        var corner = Align(tileRows + depth * rowBlock);
        for (long k0 = 0; k0 < k; k0 += depth)
        {
            var kc = Math.Min(depth, k - k0);
            var starts = bias != null && k0 == 0;
            var adds = accumulate || starts || k0 > 0;
            for (long j0 = 0; j0 < n; j0 += columnBlock)
            {
                var nc = Math.Min(columnBlock, n - j0);
                var columns = b.Offset(k0 * b.RowStep + j0 * b.ColumnStep);
                var inPlace = packsB ? 0 : nc / width * width;
                if (inPlace < nc) Packing.Columns(columns.Offset(inPlace * b.ColumnStep), kc, nc - inPlace, width, panels + inPlace * kc);
                for (long i0 = 0; i0 < m; i0 += rowBlock)
                {
                    var mc = Math.Min(rowBlock, m - i0);
                    var rows = a.Offset(i0 * a.RowStep + k0 * a.ColumnStep);
                    PackRows<T, TTile>(rows, mc, kc, packsA, tileRows);
                    for (long j = 0; j < nc; j += width)
                    {
                        var panel = j < inPlace ? columns.Data + j : panels + j * kc;
                        var panelStep = j < inPlace ? columns.RowStep : width;
                        var wide = nc - j > width / 2;
                        int h;
                        for (long i = 0; i < mc; i += h)
                        {
                            h = Tiles<T, TTile>.Height(mc - i);
                            var left = packsA || h > mc - i ? new Strided<T>(tileRows + i * kc, 1, h) : rows.Offset(i * rows.RowStep);
                            var target = c + (i0 + i) * stride + j0 + j;
                            long usedRows = Math.Min(h, mc - i), usedColumns = Math.Min(width, nc - j);
                            // The product is then added to the bias while its tile is in the cache.
                            if (starts) StartRows(bias + j0 + j, target, stride, usedRows, usedColumns, accumulate);
                            if (h <= mc - i && j + (wide ? width : width / 2) <= nc)
                                Tiles<T, TTile>.Multiply(h, wide, kc, left, panel, panelStep, target, stride, adds);
                            else
                            {
                                Tiles<T, TTile>.Multiply(h, wide, kc, left, panel, panelStep, corner, width, false);
                                Store(corner, width, target, stride, usedRows, usedColumns, adds);
                            }
                        }
                    }
                }
            }
        }
    }

    // Tile by tile as the product will read them; without packing, only a last tile that needs padding.
    private static void PackRows<T, TTile>(Strided<T> rows, long m, long k, bool all, T* groups) where T : unmanaged where TTile : ITile
    {
        int h;
        for (long i = 0; i < m; i += h)
        {
            h = Tiles<T, TTile>.Height(m - i);
            if (all || h > m - i) Packing.Rows(rows.Offset(i * rows.RowStep), Math.Min(h, m - i), k, h, groups + i * k);
        }
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
