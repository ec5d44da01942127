using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TorchSharp;

/// <summary>Lays matrix blocks out in the order in which a product tile reads them, padded with zeros to whole tiles.</summary>
internal static unsafe class Packing
{
    /// <summary>b (k × n) → panels of <paramref name="width"/> columns, each with its k rows one after the other.</summary>
    internal static void Columns<T>(Strided<T> b, long k, long n, int width, T* panels) where T : unmanaged
    {
        for (long j = 0; j < n; j += width, panels += k * width)
        {
            var columns = (int)Math.Min(width, n - j);
            if (columns < width) new Span<T>(panels, checked((int)(k * width))).Clear();
            var source = b.Offset(j * b.ColumnStep);
            if (b.ColumnStep == 1) CopyRows(source, k, columns, width, panels);
            else Transpose(source.Data, source.ColumnStep, source.RowStep, columns, k, width, panels);
        }
    }

    /// <summary>a (m × k) → groups of <paramref name="height"/> rows, each with its k columns one after the other.</summary>
    internal static void Rows<T>(Strided<T> a, long m, long k, int height, T* groups) where T : unmanaged
    {
        for (long i = 0; i < m; i += height, groups += k * height)
        {
            var rows = (int)Math.Min(height, m - i);
            if (rows < height) new Span<T>(groups, checked((int)(k * height))).Clear();
            var source = a.Offset(i * a.RowStep);
            if (a.RowStep == 1) CopyRows(new Strided<T>(source.Data, source.ColumnStep, 1), k, rows, height, groups);
            else Transpose(source.Data, source.RowStep, source.ColumnStep, rows, k, height, groups);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyRows<T>(Strided<T> source, long k, int columns, int width, T* target) where T : unmanaged
    {
        for (long p = 0; p < k; p++, target += width)
        {
            var row = source.Data + p * source.RowStep;
            var j = 0;
            if (Vector512.IsHardwareAccelerated)
            {
                for (; j + Vector512<T>.Count <= columns; j += Vector512<T>.Count) Vector512.Load(row + j).Store(target + j);
            }
            for (; j + Vector128<T>.Count <= columns; j += Vector128<T>.Count) Vector128.Load(row + j).Store(target + j);
            for (; j < columns; j++) target[j] = row[j];
        }
    }

    // target[p · width + c] = source[c · lineStep + p · step], c over the lines: four lines at a time keep the writes together; the last four may overlap those before.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose<T>(T* source, long lineStep, long step, int lines, long k, int width, T* target) where T : unmanaged
    {
        for (var c = 0; c + 4 <= lines; c = c + 4 < lines ? Math.Min(c + 4, lines - 4) : lines)
        {
            T* s0 = source + c * lineStep, s1 = s0 + lineStep, s2 = s1 + lineStep, s3 = s2 + lineStep;
            var t = target + c;
            long p = 0;
            if (typeof(T) == typeof(float) && step == 1 && Sse.IsSupported)
            {
                for (; p + 4 <= k; p += 4, t += 4 * width) Transpose4((float*)(s0 + p), (float*)(s1 + p), (float*)(s2 + p), (float*)(s3 + p), width, (float*)t);
            }
            for (; p < k; p++, t += width)
            {
                t[0] = s0[p * step];
                t[1] = s1[p * step];
                t[2] = s2[p * step];
                t[3] = s3[p * step];
            }
        }
        if (lines >= 4) return;
        for (var c = 0; c < lines; c++)
        {
            var s = source + c * lineStep;
            for (long p = 0; p < k; p++) target[p * width + c] = s[p * step];
        }
    }

    // Rows a, b, c, d of four → columns: pairs are interleaved (a0 b0 a1 b1), then halves joined (a0 b0 c0 d0).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4(float* a, float* b, float* c, float* d, int width, float* target)
    {
        var ab = Sse.UnpackLow(Vector128.Load(a), Vector128.Load(b));
        var cd = Sse.UnpackLow(Vector128.Load(c), Vector128.Load(d));
        var ab2 = Sse.UnpackHigh(Vector128.Load(a), Vector128.Load(b));
        var cd2 = Sse.UnpackHigh(Vector128.Load(c), Vector128.Load(d));
        Sse.MoveLowToHigh(ab, cd).Store(target);
        Sse.MoveHighToLow(cd, ab).Store(target + width);
        Sse.MoveLowToHigh(ab2, cd2).Store(target + 2 * width);
        Sse.MoveHighToLow(cd2, ab2).Store(target + 3 * width);
    }
}
