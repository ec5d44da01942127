using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.LanguageModels;

/// <summary>Keys and values of the tokens a model has already seen, [B, kv, T, h] for each layer; keys are already rotated.</summary>
internal sealed class KeyValueCache(int layers) : IDisposable
{
    private readonly Tensor?[] keys = new Tensor?[layers];
    private readonly Tensor?[] values = new Tensor?[layers];

    /// <summary>The number of tokens seen before the pass now running.</summary>
    public long Length { get; private set; }

    /// <summary>Adds the new tokens' keys and values and gives those of all tokens.</summary>
    public (Tensor Keys, Tensor Values) Append(int layer, Tensor key, Tensor value)
    {
        Tensor allKeys = Joined(keys[layer], key);
        Tensor allValues = Joined(values[layer], value);
        (keys[layer], values[layer]) = (allKeys, allValues);
        return (allKeys, allValues);
    }

    /// <summary>To be called once after each pass.</summary>
    public void Advance(long tokens) => Length += tokens;

    public void Dispose()
    {
        foreach (Tensor? held in keys.Concat(values)) held?.Dispose();
    }

    private static Tensor Joined(Tensor? before, Tensor added)
    {
        // The caches outlive the dispose scope of one pass.
        Tensor joined = (before is null ? added.contiguous().alias() : cat([before, added], 2)).DetachFromDisposeScope();
        before?.Dispose();
        return joined;
    }
}
