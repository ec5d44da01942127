using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>The codes from <paramref name="Low"/> to <paramref name="High"/>; for the most part one.</summary>
internal readonly record struct CodeRange(Rational Low, Rational High)
{
    public static CodeRange Zero { get; } = At(Rational.Zero);

    public static CodeRange At(Rational code) => new(code, code);

    public static CodeRange operator +(CodeRange a, CodeRange b) => new(a.Low + b.Low, a.High + b.High);

    public CodeRange Times(Rational factor) => factor.Sign < 0 ? new CodeRange(High * factor, Low * factor) : new CodeRange(Low * factor, High * factor);
}
