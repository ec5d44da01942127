using System.Collections.Immutable;

namespace Rasp.Format;

/// <summary>Equality of rows, of fractions for example, by their content.</summary>
internal sealed class RowComparer<T> : IEqualityComparer<ImmutableArray<T>>
    where T : IEquatable<T>
{
    private RowComparer()
    {
    }

    public static RowComparer<T> Instance { get; } = new();

    public bool Equals(ImmutableArray<T> x, ImmutableArray<T> y) => x.AsSpan().SequenceEqual(y.AsSpan());

    public int GetHashCode(ImmutableArray<T> values)
    {
        HashCode hash = default;
        foreach (T value in values) hash.Add(value);
        return hash.ToHashCode();
    }
}
