namespace Rasp.Compiler.Certification;

/// <summary>What a number is off by: from −<paramref name="Below"/> to <paramref name="Above"/>.</summary>
internal readonly record struct Interval(double Below, double Above)
{
    public double Largest => Math.Max(Below, Above);

    public static Interval Around(double error) => new(error, error);

    public Interval With(double error) => error < 0 ? this with { Below = Math.Max(Below, -error) } : this with { Above = Math.Max(Above, error) };
}
