using System.Numerics;
using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>
/// Keeps released blocks for reuse, one stack a size class (four classes for each power of two). Memory stays bounded even
/// when tensors are never disposed: a miss beyond the budget first collects forgotten tensors, then frees idle blocks, and
/// only then lets the budget grow.
/// </summary>
internal static unsafe class StoragePool
{
    private const long MinimumBudget = 512L << 20;
    private const int Alignment = 64;

    // More than a process can address.
    private const long MaximumBytes = 1L << 50;

    private static readonly Stack<Storage>[] Idle = CreateStacks();
    private static long allocatedBytes;
    private static long idleBytes;
    private static long budget = MinimumBudget;

    /// <summary>Bytes in blocks that some tensor owns.</summary>
    internal static long BytesInUse => Interlocked.Read(ref allocatedBytes) - Interlocked.Read(ref idleBytes);

    /// <summary>A block of at least so many bytes that the caller owns; null where there is no such memory.</summary>
    internal static Storage? TryRent(long bytes)
    {
        if (bytes > MaximumBytes) return null;
        var (sizeClass, capacity) = Classify(bytes);
        if (TryReuse(sizeClass) is { } reused) return reused;
        if (Interlocked.Read(ref allocatedBytes) + capacity > Interlocked.Read(ref budget))
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            if (TryReuse(sizeClass) is { } recovered) return recovered;
            FreeIdle();
            if (TryAllocate(capacity, sizeClass) is not { } grown) return null;
            Interlocked.Exchange(ref budget, Math.Max(MinimumBudget, 2 * Interlocked.Read(ref allocatedBytes)));
            return grown;
        }
        return TryAllocate(capacity, sizeClass);
    }

    private static Storage? TryAllocate(long capacity, int sizeClass)
    {
        byte* pointer;
        try
        {
            pointer = (byte*)NativeMemory.AlignedAlloc((nuint)capacity, Alignment);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
        Interlocked.Add(ref allocatedBytes, capacity);
        var storage = new Storage(pointer, capacity, sizeClass);
        storage.Revive();
        return storage;
    }

    internal static void Return(Storage storage)
    {
        Interlocked.Add(ref idleBytes, storage.Capacity);
        var stack = Idle[storage.SizeClass];
        lock (stack) stack.Push(storage);
    }

    private static Storage? TryReuse(int sizeClass)
    {
        var stack = Idle[sizeClass];
        lock (stack)
        {
            if (!stack.TryPop(out var storage)) return null;
            Interlocked.Add(ref idleBytes, -storage.Capacity);
            storage.Revive();
            return storage;
        }
    }

    private static void FreeIdle()
    {
        foreach (var stack in Idle)
        {
            lock (stack)
            {
                while (stack.TryPop(out var storage))
                {
                    Interlocked.Add(ref idleBytes, -storage.Capacity);
                    Interlocked.Add(ref allocatedBytes, -storage.Capacity);
                    storage.Free();
                }
            }
        }
    }

    // bytes → (class, capacity): capacity = (4 + q)/4 · 2^e, the smallest that holds the bytes, at least 64.
    private static (int SizeClass, long Capacity) Classify(long bytes)
    {
        if (bytes <= Alignment) return (0, Alignment);
        var exponent = BitOperations.Log2((ulong)(bytes - 1));
        var step = 1L << (exponent - 2);
        var quarter = (bytes - 1 - (1L << exponent)) / step + 1;
        return ((exponent - 6) * 4 + (int)quarter, (1L << exponent) + quarter * step);
    }

    private static Stack<Storage>[] CreateStacks()
    {
        var stacks = new Stack<Storage>[200];
        for (var i = 0; i < stacks.Length; i++) stacks[i] = new Stack<Storage>();
        return stacks;
    }
}
