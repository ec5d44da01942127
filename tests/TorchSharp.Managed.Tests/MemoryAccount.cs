namespace TorchSharp.Managed.Tests;

/// <summary>Tests that measure the memory of the whole process run alone.</summary>
[CollectionDefinition(nameof(MemoryAccount), DisableParallelization = true)]
public sealed class MemoryAccount
{
    /// <summary>Bytes that tensors own once forgotten ones have been collected.</summary>
    internal static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return StoragePool.BytesInUse;
    }
}
