namespace Rasp.Format;

/// <summary>What a single position of an s-op can hold.</summary>
public enum ValueKind
{
    Number,
    Boolean,
    Text,
}

/// <summary>
/// The static type of an s-op. A sequence has one type; <see cref="Int"/> and <see cref="Float"/> mix, and both hold
/// numbers: the type only says whether a fraction can occur and how a value is printed.
/// </summary>
public enum SOpType
{
    Int,
    Float,
    Bool,
    String,
}

/// <summary>One value of the language: an exact number, a boolean or a string. Equality is the language's <c>==</c>.</summary>
public readonly struct Value : IEquatable<Value>, IComparable<Value>
{
    private readonly Rational number;
    private readonly string? text;

    private Value(ValueKind kind, Rational number, string? text)
    {
        Kind = kind;
        this.number = number;
        this.text = text;
    }

    public static Value True { get; } = new(ValueKind.Boolean, Rational.One, null);

    public static Value False { get; } = new(ValueKind.Boolean, Rational.Zero, null);

    public ValueKind Kind { get; }

    /// <summary>The number; 1 and 0 for booleans, 0 for text.</summary>
    public Rational Number => number;

    public bool IsTrue => Kind == ValueKind.Boolean && number == Rational.One;

    /// <summary>The text; empty for numbers and booleans.</summary>
    public string Text => text ?? string.Empty;

    public static Value FromNumber(Rational number) => new(ValueKind.Number, number, null);

    public static Value FromBoolean(bool value) => value ? True : False;

    public static Value FromText(string text) => new(ValueKind.Text, Rational.Zero, text);

    public static implicit operator Value(long number) => FromNumber(number);

    public static implicit operator Value(string text) => FromText(text);

    public static implicit operator Value(bool value) => FromBoolean(value);

    public static bool operator ==(Value a, Value b) => a.Equals(b);

    public static bool operator !=(Value a, Value b) => !a.Equals(b);

    public static bool operator <(Value a, Value b) => a.CompareTo(b) < 0;

    public static bool operator >(Value a, Value b) => a.CompareTo(b) > 0;

    public static bool operator <=(Value a, Value b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Value a, Value b) => a.CompareTo(b) >= 0;

    public bool Equals(Value other) =>
        Kind == other.Kind && number == other.number && string.Equals(text, other.text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Kind, number, text);

    /// <summary>Orders by kind, then numerically or ordinally: a total order, so that domains can be sorted.</summary>
    public int CompareTo(Value other)
    {
        if (Kind != other.Kind) return Kind.CompareTo(other.Kind);
        return Kind == ValueKind.Text ? string.CompareOrdinal(text, other.text) : number.CompareTo(other.number);
    }

    public override string ToString() => Kind switch
    {
        ValueKind.Boolean => IsTrue ? "True" : "False",
        ValueKind.Text => Text,
        _ => number.ToString(),
    };
}
