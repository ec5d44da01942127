namespace Rasp.Compiler.Lowering;

/// <summary>
/// How a width is counted. The beginning scores s above the selected keys and holds 0; the keys hold v:
/// <code>
/// w selected keys → v·w / (eˢ + w) = w·(1 + (a − w) / (eˢ + w))        v = eˢ + a
/// </code>
/// With eˢ much larger than w² this is w itself but for an error of about 0.17·w²/eˢ (at a = (2√2 − 2)·w, where both ends
/// err alike): counts can be added, subtracted and compared like any number.
/// </summary>
internal sealed record CountCode(double Score, double Value, double Error)
{
    private const double LargestScore = 40;

    /// <summary>The error that a count which is read alone may have: a quarter of what a threshold between two counts allows.</summary>
    private const double Coarse = 1.0 / 32;

    /// <summary>The error of a count that is packed with other numbers.</summary>
    private const double Fine = 1.0 / 8192;

    /// <summary>
    /// The smallest score on a grid of 1/16 that is precise enough, since weights near e⁻ˢ must not underflow in fp16. A coarse
    /// one has a value that bf16 holds (8 bits), so that the code survives a cast. Keys that hold up to
    /// <paramref name="largestValue"/> instead of 1 are summed with as many times the error.
    /// </summary>
    public static CountCode For(int largestWidth, bool fine, double largestValue = 1)
    {
        int largest = Math.Max(largestWidth, 1);
        double allowed = (fine ? Fine : Coarse) / Math.Max(largestValue, 1);
        for (double score = 1; score <= LargestScore; score += 1.0 / 16)
        {
            double exact = PortableExponential.Of(score) + (((2 * Math.Sqrt(2)) - 2) * largest);
            double value = fine ? (float)exact : EightBits(exact);
            double error = CodeError(score, value, largest);
            if (error <= allowed) return new CountCode(score, value, error + Rounding(largest));
        }

        throw new InvalidOperationException($"no score counts up to {largestWidth}");
    }

    /// <summary>Each addition to the softmax's total and to the sum itself is off by a rounding, and each weight: (2w + 8) roundings of at most w.</summary>
    private static double Rounding(int largest) => largest * ((2.0 * largest) + 8) * SinglePrecision.Rounding;

    /// <summary>The largest |v·w / (eˢ + w) − w| over the widths up to <paramref name="largest"/>, before any rounding.</summary>
    public static double CodeError(double score, double value, int largest)
    {
        double worst = 0;
        double beginning = PortableExponential.Of(score);
        for (int w = 0; w <= largest; w++) worst = Math.Max(worst, Math.Abs((value * w / (beginning + w)) - w));
        return worst;
    }

    private static double EightBits(double x)
    {
        double unit = PowerOfTwo.AtMost(x) / 128;
        return Math.Round(x / unit) * unit;
    }
}
