using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>
/// A 64-byte aligned block of unmanaged memory shared by every tensor that views it. The last owner to release it gives it
/// back to the pool; an owner that was forgotten gives it back through the finalizer.
/// </summary>
internal sealed unsafe class Storage
{
    internal byte* Pointer;
    internal readonly long Capacity;
    internal readonly int SizeClass;
    private int owners;

    /// <summary>Raised by every in-place write, so that autograd notices values that changed after they were saved.</summary>
    internal int Version;

    internal Storage(byte* pointer, long capacity, int sizeClass)
    {
        Pointer = pointer;
        Capacity = capacity;
        SizeClass = sizeClass;
    }

    internal int Owners => Volatile.Read(ref owners);

    internal void Revive() => Volatile.Write(ref owners, 1);

    internal void AddOwner() => Interlocked.Increment(ref owners);

    internal void Release()
    {
        if (Interlocked.Decrement(ref owners) == 0) StoragePool.Return(this);
    }

    /// <summary>Gives the memory back to the system; nothing may own the block.</summary>
    internal void Free()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }

    ~Storage()
    {
        if (Pointer == null) return;
        GC.ReRegisterForFinalize(this);
        Volatile.Write(ref owners, 0);
        StoragePool.Return(this);
    }
}
