using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>Working memory of one thread, kept between calls and grown when needed.</summary>
internal sealed unsafe class Scratch
{
    [ThreadStatic]
    private static Scratch? panels;

    [ThreadStatic]
    private static Scratch? rows;

    private byte* pointer;
    private long capacity;

    /// <summary>Memory for the packed operands of a matrix product.</summary>
    internal static byte* Panels(long bytes) => (panels ??= new Scratch()).Reserve(bytes);

    /// <summary>Memory for kernels that call a matrix product themselves.</summary>
    internal static byte* Rows(long bytes) => (rows ??= new Scratch()).Reserve(bytes);

    private byte* Reserve(long bytes)
    {
        if (bytes <= capacity) return pointer;
        NativeMemory.AlignedFree(pointer);
        pointer = null;
        capacity = 0;
        var grown = bytes + bytes / 2;
        pointer = (byte*)NativeMemory.AlignedAlloc((nuint)grown, 64);
        capacity = grown;
        return pointer;
    }

    ~Scratch() => NativeMemory.AlignedFree(pointer);
}
