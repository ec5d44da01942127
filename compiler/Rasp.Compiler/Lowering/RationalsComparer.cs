using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>Equality of rows of fractions by their content.</summary>
internal sealed class RationalsComparer : IEqualityComparer<ImmutableArray<Rational>>
{
    public static RationalsComparer Instance { get; } = new();

    public bool Equals(ImmutableArray<Rational> x, ImmutableArray<Rational> y) => x.AsSpan().SequenceEqual(y.AsSpan());

    public int GetHashCode(ImmutableArray<Rational> values)
    {
        HashCode hash = default;
        foreach (Rational value in values) hash.Add(value);
        return hash.ToHashCode();
    }
}
