using System.Collections.Immutable;
using System.Globalization;
using Rasp.Format;

namespace Rasp.Compiler.Graph;

/// <summary>Several values as one text, and back.</summary>
internal static class TupleText
{
    private const char Separator = '\u001f';

    public static Value Join(ReadOnlySpan<Value> values)
    {
        string[] parts = new string[values.Length];
        for (int i = 0; i < parts.Length; i++) parts[i] = $"{(int)values[i].Kind}{values[i]}";
        return Value.FromText(string.Join(Separator, parts));
    }

    public static ImmutableArray<Value> Split(Value tuple) => [.. tuple.Text.Split(Separator).Select(Parse)];

    private static Value Parse(string part) => (ValueKind)(part[0] - '0') switch
    {
        ValueKind.Boolean => Value.FromBoolean(part[1..] == "True"),
        ValueKind.Text => Value.FromText(part[1..]),
        _ => Value.FromNumber(ParseNumber(part[1..].Split('/'))),
    };

    private static Rational ParseNumber(string[] parts) => Rational.Create(
        long.Parse(parts[0], CultureInfo.InvariantCulture),
        parts.Length == 1 ? 1 : long.Parse(parts[1], CultureInfo.InvariantCulture));
}
