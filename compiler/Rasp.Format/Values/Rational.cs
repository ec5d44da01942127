using System.Globalization;
using System.Numerics;

namespace Rasp.Format;

/// <summary>
/// An exact fraction in lowest terms with a positive denominator. All arithmetic is exact; a result whose parts do not
/// fit 64 bits raises <see cref="OverflowException"/>, which evaluation reports as a diagnostic.
/// </summary>
public readonly struct Rational : IEquatable<Rational>, IComparable<Rational>
{
    private const int MaxDigits = 100;

    // Stored minus one, so that default(Rational) is the number 0/1.
    private readonly long denominatorMinusOne;

    private Rational(long numerator, long denominator)
    {
        Numerator = numerator;
        denominatorMinusOne = denominator - 1;
    }

    public static Rational Zero => default;

    public static Rational One => new(1, 1);

    public long Numerator { get; }

    public long Denominator => denominatorMinusOne + 1;

    public bool IsInteger => denominatorMinusOne == 0;

    public int Sign => Math.Sign(Numerator);

    /// <summary>The fraction in lowest terms. <paramref name="denominator"/> must not be zero.</summary>
    public static Rational Create(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero) throw new DivideByZeroException();
        BigInteger divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        if (denominator.Sign < 0) divisor = -divisor;
        return new Rational((long)(numerator / divisor), (long)(denominator / divisor));
    }

    /// <summary>A fraction that is in lowest terms already, with a positive denominator.</summary>
    public static Rational OfLowestTerms(long numerator, long denominator) => new(numerator, denominator);

    /// <summary>The exact value of a finite double; overflows where its binary fraction does not fit 64 bits.</summary>
    public static Rational FromDouble(double value)
    {
        if (!double.IsFinite(value)) throw new OverflowException();
        BigInteger denominator = BigInteger.One;
        while (value != Math.Floor(value))
        {
            value *= 2;
            denominator *= 2;
        }

        return Create(new BigInteger(value), denominator);
    }

    /// <summary>Reads decimal notation such as <c>-12</c> or <c>0.25</c> exactly.</summary>
    public static bool TryParse(string text, out Rational value)
    {
        value = Zero;

        // 19 digits of an integer and 63 decimals are the most that two 64-bit numbers can hold.
        if (text.Length > MaxDigits) text = WithoutOuterZeros(text);
        if (text.Length > MaxDigits) return false;
        int point = text.IndexOf('.', StringComparison.Ordinal);
        string digits = point < 0 ? text : text.Remove(point, 1);
        if (!BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger numerator))
            return false;
        BigInteger denominator = point < 0 ? BigInteger.One : BigInteger.Pow(10, text.Length - point - 1);
        try
        {
            value = Create(numerator, denominator);
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    private static string WithoutOuterZeros(string text)
    {
        string leading = text.TrimStart('0');
        return leading.Contains('.', StringComparison.Ordinal) ? "0" + leading.TrimEnd('0') + "0" : "0" + leading;
    }

    /// <summary>The nearest integer, halves to even, as the language's <c>round</c> does.</summary>
    public Rational Round()
    {
        Rational floor = Floor();
        Rational twice = (this - floor) * 2;
        int side = twice.CompareTo(One);
        return side < 0 || (side == 0 && floor.Numerator % 2 == 0) ? floor : floor + One;
    }

    public Rational Floor()
    {
        long quotient = Numerator / Denominator;
        return Numerator % Denominator < 0 ? quotient - 1 : quotient;
    }

    public double ToDouble() => (double)Numerator / Denominator;

    public static implicit operator Rational(long value) => new(value, 1);

    // With a whole number the denominator stays: n/d + b = (n + b·d)/d, and n + b·d shares no factor with d either.
    public static Rational operator +(Rational a, Rational b) =>
        a.IsInteger && b.IsInteger ? checked(a.Numerator + b.Numerator)
        : b.IsInteger ? new(checked((long)(a.Numerator + ((Int128)b.Numerator * a.Denominator))), a.Denominator)
        : a.IsInteger ? b + a
        : Reduce(
            ((Int128)a.Numerator * b.Denominator) + ((Int128)b.Numerator * a.Denominator),
            (Int128)a.Denominator * b.Denominator);

    public static Rational operator -(Rational a) => new(checked(-a.Numerator), a.Denominator);

    public static Rational operator -(Rational a, Rational b) => a + -b;

    public static Rational operator *(Rational a, Rational b) =>
        a.IsInteger && b.IsInteger
            ? checked(a.Numerator * b.Numerator)
            : Reduce((Int128)a.Numerator * b.Numerator, (Int128)a.Denominator * b.Denominator);

    public static Rational operator /(Rational a, Rational b) =>
        Reduce((Int128)a.Numerator * b.Denominator, (Int128)a.Denominator * b.Numerator);

    /// <summary>a − b·⌊a/b⌋: the sign follows the divisor, which must not be zero.</summary>
    public static Rational operator %(Rational a, Rational b)
    {
        // For a whole b: n/d mod b = (n mod b·d)/d, in lowest terms since b·d is a multiple of d.
        long high = Math.BigMul(b.Numerator, a.Denominator, out long modulus);
        bool fits = high == modulus >> 63 && modulus is not (0 or -1);
        if (!b.IsInteger || !fits) return a - (b * (a / b).Floor());
        long remainder = a.Numerator % modulus;
        return new Rational(remainder != 0 && (remainder ^ modulus) < 0 ? remainder + modulus : remainder, a.Denominator);
    }

    public static bool operator ==(Rational a, Rational b) => a.Equals(b);

    public static bool operator !=(Rational a, Rational b) => !a.Equals(b);

    public static bool operator <(Rational a, Rational b) => a.CompareTo(b) < 0;

    public static bool operator >(Rational a, Rational b) => a.CompareTo(b) > 0;

    public static bool operator <=(Rational a, Rational b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Rational a, Rational b) => a.CompareTo(b) >= 0;

    public int CompareTo(Rational other) =>
        denominatorMinusOne == other.denominatorMinusOne
            ? Numerator.CompareTo(other.Numerator)
            : ((Int128)Numerator * other.Denominator).CompareTo((Int128)other.Numerator * Denominator);

    public bool Equals(Rational other) => Numerator == other.Numerator && denominatorMinusOne == other.denominatorMinusOne;

    public override bool Equals(object? obj) => obj is Rational other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Numerator, denominatorMinusOne);

    public override string ToString() =>
        IsInteger
            ? Numerator.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    /// <summary>The products and sums above stay below 2^127, so 128 bits hold them.</summary>
    private static Rational Reduce(Int128 numerator, Int128 denominator)
    {
        if (denominator == 0) throw new DivideByZeroException();
        if (denominator < 0) (numerator, denominator) = (-numerator, -denominator);
        if (numerator <= long.MaxValue && numerator >= -long.MaxValue && denominator <= long.MaxValue)
        {
            // Divisions of 64 bits take a fraction of the time.
            (long n, long d) = ((long)numerator, (long)denominator);
            long common = (long)GreatestCommonDivisor((ulong)Math.Abs(n), (ulong)d);
            return new Rational(n / common, d / common);
        }

        UInt128 a = (UInt128)Int128.Abs(numerator);
        UInt128 b = (UInt128)denominator;
        while (b != 0 && (a > ulong.MaxValue || b > ulong.MaxValue)) (a, b) = (b, a % b);
        Int128 divisor = b == 0 ? (Int128)a : GreatestCommonDivisor((ulong)a, (ulong)b);
        return checked(new Rational((long)(numerator / divisor), (long)(denominator / divisor)));
    }

    private static ulong GreatestCommonDivisor(ulong a, ulong b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
