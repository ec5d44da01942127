using Rasp.Compiler.Lowering;

namespace Rasp.Compiler.Tests.Certification;

/// <summary>A count is off by no more than it says, for every number of selected keys.</summary>
public sealed class CountCodeTests
{
    public static TheoryData<int, double> Codes()
    {
        TheoryData<int, double> rows = [];
        foreach (int largest in new[] { 1, 2, 3, 5, 8, 10, 20, 33, 50, 100, 256, 512, 1024 })
        {
            rows.Add(largest, 1);
            rows.Add(largest, 7);
        }

        // Sums of many or of large numbers.
        rows.Add(6, 1521);
        rows.Add(1000, 100);
        return rows;
    }

    /// <summary>o·v·w / (eˢ + w), computed in double.</summary>
    [Theory]
    [MemberData(nameof(Codes))]
    public void The_formula_is_within_the_error(int largest, double most)
    {
        CountCode code = CountCode.For(largest, most);
        for (int w = 0; w <= largest; w++) Assert.InRange((code.Output * code.Value * w / (Math.Exp(code.Score) + w)) - w, -code.Error, code.Error);
    }

    /// <summary>The same as attention computes it: a softmax in fp32, added up in each order, times the value.</summary>
    [Theory]
    [MemberData(nameof(Codes))]
    public void A_softmax_in_fp32_is_within_the_error(int largest, double most)
    {
        CountCode code = CountCode.For(largest, most);
        float key = MathF.Exp(-(float)code.Score);
        for (int w = 0; w <= largest; w++)
        {
            foreach (bool beginningLast in new[] { false, true })
            {
                float total = beginningLast ? 0 : 1;
                for (int k = 0; k < w; k++) total += key;
                if (beginningLast) total += 1;
                float z = 0;
                for (int k = 0; k < w; k++) z += key / total * (float)code.Value;
                Assert.InRange((z * code.Output) - w, -code.Error, code.Error);
            }
        }
    }

    /// <summary>
    /// In formats of few bits, up to the largest whole number that they hold, a count is the width itself: weights, values and output
    /// weight are rounded, and so is what each of them gives.
    /// </summary>
    [Theory]
    [InlineData("fp16", 50)]
    [InlineData("fp16", 512)]
    [InlineData("bf16", 50)]
    [InlineData("bf16", 256)]
    public void A_softmax_in_few_bits_counts_exactly(string format, int largest)
    {
        Arithmetic arithmetic = Arithmetic.Of(format);
        CountCode code = CountCode.For(largest);
        float score = arithmetic.Round((float)code.Score);
        for (int w = 0; w <= largest; w++)
        {
            float total = 1;
            for (int k = 0; k < w; k++) total += MathF.Exp(-score);
            float weight = arithmetic.Round(MathF.Exp(-score) / total);
            float z = 0;
            for (int k = 0; k < w; k++) z += weight * arithmetic.Round((float)code.Value);
            Assert.Equal(w, arithmetic.Round(arithmetic.Round(z) * arithmetic.Round((float)code.Output)));
        }
    }
}
