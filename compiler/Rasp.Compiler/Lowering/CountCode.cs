namespace Rasp.Compiler.Lowering;

/// <summary>
/// How a width is counted. The beginning scores s above the selected keys and holds 0; the keys hold v, and the output weight is o:
/// <code>
/// w selected keys → o·v·w / (eˢ + w) = w·(1 + (a − w) / (eˢ + w))        o·v = eˢ + a
/// </code>
/// With eˢ much larger than w² this is w itself but for an error of about 0.17·w²/eˢ (at a = (2√2 − 2)·w, where both ends
/// err alike): counts can be added, subtracted and compared like any number.
/// <code>
/// s = 15¼: eˢ = 1.0008·2²²        fp16, bf16: softmax → 2⁻²²,  v → 2^j,  o → 2^(22 − j)        o·v·w / (eˢ + w) → w
/// </code>
/// In formats of few bits the weights of keys, whatever their number, and both factors are rounded to powers of two: there counts are exact.
/// </summary>
internal sealed record CountCode(double Score, double Value, double Output, double Error)
{
    /// <summary>How large a sum may be: 2²⁰, so that the rounding of the keys' value takes less than the error that it may have.</summary>
    public const double LargestSum = 1 << 20;

    /// <summary>Of the scores that fp16 and bf16 hold the one whose exponential is nearest to a power of two that leaves fp32 enough bits.</summary>
    private const double NearPowerOfTwo = 15.25;

    private const double LargestScore = 40;

    /// <summary>The error that a count may have: a quarter of what a threshold between two counts allows.</summary>
    private const double Allowed = 1.0 / 32;

    /// <summary>What a key's value may reach, so that fp16 holds it, and twice as much as a difference of two values.</summary>
    private const double LargestValue = 1 << 14;

    /// <summary>
    /// The code for up to so many keys; more keys than some hundreds take a higher score. Keys that hold up to
    /// <paramref name="largestValue"/> instead of 1 are summed with as many times the error.
    /// </summary>
    public static CountCode For(int largestWidth, double largestValue = 1)
    {
        int largest = Math.Max(largestWidth, 1);
        double most = Math.Max(largestValue, 1);
        for (double score = NearPowerOfTwo; score <= LargestScore; score += 1.0 / 16)
        {
            double whole = PortableExponential.Of(score) + (((2 * Math.Sqrt(2)) - 2) * largest);
            double value = PowerOfTwo.AtMost(LargestValue / most);
            double output = PowerOfTwo.AtMost(Math.Sqrt(2) * whole) / value;

            // Half of what is above or below the power of two in either factor, so that few bits hold neither half.
            double excess = Math.Sqrt(whole / (value * output));
            (value, output) = ((float)(value * excess), (float)(output * excess));
            double error = CodeError(score, value * output, largest);
            if (error <= Allowed / most) return new CountCode(score, value, output, error + Rounding(largest));
        }

        throw new InvalidOperationException($"no score counts up to {largestWidth}");
    }

    /// <summary>
    /// Each addition to the softmax's total is off by a rounding of at most w, and to the sum itself by one of what is summed so far, w/2 in the
    /// mean; and each weight: (3/2·w + 8) roundings of at most w.
    /// </summary>
    private static double Rounding(int largest) => largest * ((1.5 * largest) + 8) * SinglePrecision.Rounding;

    /// <summary>The largest |v·w / (eˢ + w) − w| over the widths up to <paramref name="largest"/>, before any rounding; v includes the output's weight.</summary>
    public static double CodeError(double score, double value, int largest)
    {
        double worst = 0;
        double beginning = PortableExponential.Of(score);
        for (int w = 0; w <= largest; w++) worst = Math.Max(worst, Math.Abs((value * w / (beginning + w)) - w));
        return worst;
    }
}
