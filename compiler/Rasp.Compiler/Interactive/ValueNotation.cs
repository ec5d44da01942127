using System.Globalization;
using System.Numerics;
using Rasp.Compiler.Binding;
using Rasp.Format;

namespace Rasp.Compiler.Interactive;

/// <summary>Single values, lists and dictionaries as the original interpreter writes them, which is as Python does.</summary>
internal static class ValueNotation
{
    /// <summary>A value on its own: strings in double quotes.</summary>
    public static string Of(CompileTimeValue value) => value is AtomValue { Type: SOpType.String } text ? Quoted(text.Value.Text) : Plain(value);

    /// <summary>Without quotes around a string.</summary>
    public static string Plain(CompileTimeValue value) => value switch
    {
        AtomValue atom => Plain(atom.Value, atom.Type == SOpType.Float),
        _ => Element(value),
    };

    public static string Plain(Value value, bool isFloat) =>
        value.Kind == ValueKind.Number && (isFloat || !value.Number.IsInteger) ? Float(value.Number.ToDouble()) : value.ToString();

    public static string Quoted(string text) => $"\"{text}\"";

    /// <summary>A value among those of a sequence: floats with up to three decimals, bools as a letter.</summary>
    public static string InSequence(Value value, bool isFloat) => value.Kind switch
    {
        ValueKind.Boolean => value.IsTrue ? "T" : "F",
        ValueKind.Number when isFloat || !value.Number.IsInteger => Float(RoundToThousandths(value.Number.ToDouble())),
        _ => value.ToString(),
    };

    private static string Element(CompileTimeValue value) => value switch
    {
        AtomValue { Type: SOpType.String } text => Escaped(text.Value.Text),
        AtomValue atom => Plain(atom),
        ListValue list => $"[{string.Join(", ", list.Elements.Select(Element))}]",
        DictionaryValue dictionary => $"{{{string.Join(", ", dictionary.Keys.Select(k => $"{Element(k)}: {Element(dictionary.Entries[k.Value])}"))}}}",
        _ => value.Description,
    };

    // A string of the language holds no double quote, so that one always can stand around it.
    private static string Escaped(string text)
    {
        char quote = text.Contains('\'', StringComparison.Ordinal) ? '"' : '\'';
        string escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);
        return $"{quote}{escaped}{quote}";
    }

    /// <summary>The shortest digits that give the same double; with an exponent below 1e-4 and from 1e16.</summary>
    private static string Float(double value)
    {
        if (value == 0) return "0.0";
        string[] parts = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture).Split('E');
        int point = parts[0].IndexOf('.', StringComparison.Ordinal);
        string all = parts[0].Replace(".", string.Empty, StringComparison.Ordinal);
        string digits = all.TrimStart('0');

        // value = 0.DIGITS · 10^magnitude
        int magnitude = (point < 0 ? all.Length : point) - (all.Length - digits.Length);
        if (parts.Length > 1) magnitude += int.Parse(parts[1], CultureInfo.InvariantCulture);
        digits = digits.TrimEnd('0');
        string sign = value < 0 ? "-" : string.Empty;
        return magnitude switch
        {
            > 16 or < -3 => sign + Scientific(digits, magnitude - 1),
            <= 0 => $"{sign}0.{new string('0', -magnitude)}{digits}",
            _ when digits.Length <= magnitude => $"{sign}{digits.PadRight(magnitude, '0')}.0",
            _ => $"{sign}{digits[..magnitude]}.{digits[magnitude..]}",
        };
    }

    private static string Scientific(string digits, int exponent)
    {
        string fraction = digits.Length > 1 ? "." + digits[1..] : string.Empty;
        return string.Create(CultureInfo.InvariantCulture, $"{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):D2}");
    }

    /// <summary>Round half to even on the double's exact binary value: n/2^s → ⌊1000·n/2^s⌉ / 1000.</summary>
    private static double RoundToThousandths(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF) - 1075;
        if (exponent >= 0 || value == 0) return value;
        BigInteger scaled = ((bits & 0xFFFFFFFFFFFFF) | (1L << 52)) * new BigInteger(1000);
        BigInteger unit = BigInteger.One << -exponent;
        BigInteger quotient = BigInteger.DivRem(scaled, unit, out BigInteger rest);
        int side = (rest * 2).CompareTo(unit);
        if (side > 0 || (side == 0 && !quotient.IsEven)) quotient++;
        return Math.CopySign((double)quotient / 1000, value);
    }
}
