namespace Rasp.Compiler.Certification;

/// <summary>|what a column holds − the code it stands for| ≤ Absolute + Relative · |code|.</summary>
internal readonly record struct ErrorBound(double Absolute, double Relative)
{
    public static ErrorBound Exact => default;

    public bool IsExact => Absolute == 0 && Relative == 0;

    public double At(double code) => Absolute + (Relative * Math.Abs(code));
}
