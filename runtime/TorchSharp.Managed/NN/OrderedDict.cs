using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace TorchSharp.Utils;

/// <summary>A dictionary that remembers the order in which keys were added.</summary>
public class OrderedDict<TKey, TValue> : IDictionary<TKey, TValue>, IList<(TKey, TValue)> where TKey : notnull
{
    private readonly Dictionary<TKey, TValue> byKey = [];
    private readonly List<TKey> order = [];

    public int Count => order.Count;

    public bool IsReadOnly => false;

    public ICollection<TKey> Keys => [.. order];

    public ICollection<TValue> Values => [.. order.Select(k => byKey[k])];

    public TValue this[TKey key]
    {
        get => byKey[key];
        set
        {
            if (!byKey.ContainsKey(key)) order.Add(key);
            byKey[key] = value;
        }
    }

    public (TKey, TValue) this[int index]
    {
        get => (order[index], byKey[order[index]]);
        set
        {
            byKey.Remove(order[index]);
            order[index] = value.Item1;
            byKey[value.Item1] = value.Item2;
        }
    }

    public void clear() => Clear();

    public IEnumerator<(TKey, TValue)> items() => GetEnumerator();

    public IEnumerable<TKey> keys() => order;

    public IEnumerable<TValue> values() => order.Select(k => byKey[k]);

    public void Add((TKey, TValue) item) => Add(item.Item1, item.Item2);

    public void Add(TKey key, TValue value)
    {
        byKey.Add(key, value);
        order.Add(key);
    }

    public void Add(KeyValuePair<TKey, TValue> item) => Add(item.Key, item.Value);

    public void Clear()
    {
        byKey.Clear();
        order.Clear();
    }

    public bool Contains((TKey, TValue) item) => byKey.TryGetValue(item.Item1, out var value) && EqualityComparer<TValue>.Default.Equals(value, item.Item2);

    public bool Contains(KeyValuePair<TKey, TValue> item) => Contains((item.Key, item.Value));

    public bool ContainsKey(TKey key) => byKey.ContainsKey(key);

    public void CopyTo((TKey, TValue)[] array, int arrayIndex)
    {
        foreach (var item in this) array[arrayIndex++] = item;
    }

    public void CopyTo(KeyValuePair<TKey, TValue>[] array, int arrayIndex)
    {
        foreach (var (key, value) in this) array[arrayIndex++] = new(key, value);
    }

    public int IndexOf((TKey, TValue) item) => Contains(item) ? order.IndexOf(item.Item1) : -1;

    public void Insert(int index, (TKey, TValue) item)
    {
        byKey.Add(item.Item1, item.Item2);
        order.Insert(index, item.Item1);
    }

    public bool Remove((TKey, TValue) item) => Contains(item) && Remove(item.Item1);

    public bool Remove(KeyValuePair<TKey, TValue> item) => Remove((item.Key, item.Value));

    public bool Remove(TKey key) => byKey.Remove(key) && order.Remove(key);

    public void RemoveAt(int index) => Remove(order[index]);

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => byKey.TryGetValue(key, out value);

    public IEnumerator<(TKey, TValue)> GetEnumerator() => order.Select(k => (k, byKey[k])).GetEnumerator();

    IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator() =>
        order.Select(k => new KeyValuePair<TKey, TValue>(k, byKey[k])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
