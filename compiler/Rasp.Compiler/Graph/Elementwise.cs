using System.Collections.Frozen;
using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Compiler.Graph;

/// <summary>The operators that act position by position.</summary>
public enum ElementwiseOperator
{
    Not,
    Negate,
    Round,
    Indicator,
    Power,
    Multiply,
    Divide,
    Modulo,
    Add,
    Subtract,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,

    /// <summary>Operands: condition, value where true, value where false. Only the chosen value is evaluated.</summary>
    Conditional,

    /// <summary>One operand, read through the node's <see cref="LookupTable"/> (dictionaries, lists, <c>in</c>).</summary>
    Lookup,

    /// <summary>The operands together, as one text; only the compiler makes it, to compare several s-ops at once.</summary>
    Tuple,
}

/// <summary>A finite function; a key that is missing gives <see cref="Otherwise"/>, or an error where that is null.</summary>
public sealed record LookupTable(FrozenDictionary<Value, Value> Entries, Value? Otherwise)
{
    public bool Equals(LookupTable? other) =>
        other is not null && Otherwise == other.Otherwise && Entries.Count == other.Entries.Count &&
        Entries.All(e => other.Entries.TryGetValue(e.Key, out Value v) && v == e.Value);

    public override int GetHashCode() => HashCode.Combine(Entries.Count, Otherwise);
}
