using System.Runtime.InteropServices;

namespace Benchmarks.Engine;

/// <summary>Single-precision products by OpenBLAS, where Debian's libopenblas0-openmp (or another build) is installed.</summary>
internal sealed unsafe class OpenBlas
{
    private const int RowMajor = 101;
    private const int NoTranspose = 111;
    private const int Transpose = 112;

    private static readonly string[] Names =
    [
        "/usr/lib/x86_64-linux-gnu/openblas-openmp/libopenblas.so.0",
        "/usr/lib/aarch64-linux-gnu/openblas-openmp/libopenblas.so.0",
        "libopenblas.so.0",
        "libopenblas",
    ];

    private readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> multiply;
    private readonly delegate* unmanaged<int, void> setThreads;

    private OpenBlas(nint library)
    {
        multiply = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)NativeLibrary.GetExport(library, "cblas_sgemm");
        setThreads = (delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads");
        Core = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)NativeLibrary.GetExport(library, "openblas_get_corename"))()) ?? "";
    }

    /// <summary>The kernels that OpenBLAS chose for this processor, for example SkylakeX.</summary>
    internal string Core { get; }

    internal int Threads
    {
        set => setThreads(value);
    }

    internal static OpenBlas? Load()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, out nint library)) return new OpenBlas(library);
        }
        return null;
    }

    /// <summary>c (m × n) = a · b for row-major a (m × k, or k × m when turned) and b (k × n, or n × k when turned).</summary>
    internal void Multiply(int m, int n, int k, float* a, bool turnedA, float* b, bool turnedB, float* c) =>
        multiply(RowMajor, turnedA ? Transpose : NoTranspose, turnedB ? Transpose : NoTranspose, m, n, k, 1, a, turnedA ? m : k, b, turnedB ? k : n, 0, c, n);
}
