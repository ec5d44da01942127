namespace TorchSharp;

/// <summary>Steps, in elements, between batches, heads and positions of an attention operand.</summary>
internal readonly record struct HeadLayout(long Batch, long Head, long Row)
{
    internal long At(long batch, long head) => batch * Batch + head * Head;
}

/// <summary>The operands of one attention call: q (…, Queries, Depth), k (…, Keys, Depth), v and y (…, ·, Width).</summary>
internal unsafe struct AttentionProblem<T> where T : unmanaged
{
    internal long Batches, Heads, Queries, Keys, Depth, Width;
    internal T* Q, K, V, Y, LogSum, Bias, Dy, Dq, Dk, Dv;
    internal byte* Keep;
    internal long MaskStep;
    internal HeadLayout LayoutQ, LayoutK, LayoutV, LayoutY, LayoutMask, LayoutDy, LayoutDq, LayoutDk, LayoutDv;
    internal bool Causal;
    internal T Scale;

    /// <summary>How many keys a query may see, before any mask.</summary>
    internal readonly long Seen(long query) => Causal ? Math.Min(Keys, query + 1) : Keys;
}

/// <summary>
/// The small products of one attention head on packed operands: every dimension is padded with zeros to whole tiles, so no
/// product has an edge.
/// </summary>
internal static unsafe class HeadProducts<T, TTile> where T : unmanaged where TTile : ITile
{
    internal static long PadRows(long n) => (n + TTile.Rows / 3 - 1) / (TTile.Rows / 3) * (TTile.Rows / 3);

    internal static long PadColumns(long n)
    {
        var half = TTile.Columns<T>() / 2;
        return (n + half - 1) / half * half;
    }

    /// <summary>Rows of a strided operand as contiguous rows padded with zeros.</summary>
    internal static void PackRows(T* source, long step, long rows, long width, T* target, long paddedRows, long paddedWidth)
    {
        for (long r = 0; r < rows; r++)
        {
            var line = target + r * paddedWidth;
            new ReadOnlySpan<T>(source + r * step, (int)width).CopyTo(new Span<T>(line, (int)width));
            new Span<T>(line + width, (int)(paddedWidth - width)).Clear();
        }
        new Span<T>(target + rows * paddedWidth, checked((int)((paddedRows - rows) * paddedWidth))).Clear();
    }

    /// <summary>b (k × n) in panels of a whole tile, the last of half a tile where that is enough.</summary>
    internal static void PackPanels(Strided<T> b, long k, long n, T* panels)
    {
        int wide = TTile.Columns<T>(), narrow = wide / 2;
        for (long j = 0; j < n; j += wide)
        {
            var width = n - j <= narrow ? narrow : wide;
            Packing.Columns(b.Offset(j * b.ColumnStep), k, Math.Min(width, n - j), width, panels);
            panels += k * width;
        }
    }

    /// <summary>
    /// c = or += a · panels over whole tiles that cover the columns; <paramref name="panelDepth"/> and
    /// <paramref name="panelColumns"/> are what the panels were packed with.
    /// </summary>
    internal static void Multiply(
        long rows, long columns, long depth, T* a, long rowStep, long depthStep, T* panels, long panelDepth, long panelColumns, T* c, long stride, bool accumulate)
    {
        int wide = TTile.Columns<T>(), narrow = wide / 2;
        for (long j = 0; j < columns; j += wide)
        {
            var isNarrow = panelColumns - j <= narrow;
            var panelStep = isNarrow ? narrow : wide;
            int height;
            for (long i = 0; i < rows; i += height)
            {
                height = Tiles<T, TTile>.Height(rows - i);
                var left = new Strided<T>(a + i * rowStep, rowStep, depthStep);
                Tiles<T, TTile>.Multiply(height, !isNarrow, depth, left, panels, panelStep, c + i * stride + j, stride, accumulate);
            }
            panels += panelDepth * panelStep;
        }
    }
}
