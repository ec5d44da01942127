namespace Rasp.Compiler.Certification;

/// <summary>The steps proved so far: the least margin, and the first step that could not be proved.</summary>
internal sealed class Proof
{
    /// <summary>(distance to the threshold − error) / distance, the least over all decoding steps.</summary>
    public double Margin { get; private set; } = 1;

    public string? Failure { get; private set; }

    public void Step(double distance, double error, Func<string> failure)
    {
        double margin = (distance - error) / distance;
        if (margin > 0)
            Margin = Math.Min(Margin, margin);
        else
            Fail(failure());
    }

    public void Require(bool holds, Func<string> failure)
    {
        if (!holds) Fail(failure());
    }

    private void Fail(string failure) => Failure ??= failure;
}
