namespace Rasp.Compiler.Certification;

/// <summary>The steps proved so far: the least margin, and the first step that could not be proved.</summary>
internal sealed class Proof
{
    /// <summary>(distance to the threshold − error) / distance, the least over all decoding steps.</summary>
    public double Margin { get; private set; } = 1;

    public string? Failure { get; private set; }

    public void Step(double distance, double error, Func<FormattableString> failure)
    {
        double margin = (distance - error) / distance;
        if (margin > 0)
            Margin = Math.Min(Margin, margin);
        else
            Fail(FormattableString.Invariant(failure()));
    }

    public void Require(bool holds, Func<FormattableString> failure)
    {
        if (!holds) Fail(FormattableString.Invariant(failure()));
    }

    private void Fail(string failure) => Failure ??= failure;
}
