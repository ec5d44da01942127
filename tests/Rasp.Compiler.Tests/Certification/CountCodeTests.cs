using Rasp.Compiler.Lowering;

namespace Rasp.Compiler.Tests.Certification;

/// <summary>A count is off by no more than it says, for every number of selected keys.</summary>
public sealed class CountCodeTests
{
    public static TheoryData<int, bool, double> Codes()
    {
        TheoryData<int, bool, double> rows = [];
        foreach (int largest in new[] { 1, 2, 3, 5, 8, 10, 20, 33, 50, 100, 256, 512 })
        {
            rows.Add(largest, false, 1);
            rows.Add(largest, true, 1);
            rows.Add(largest, false, 7);
        }

        // What 8 bits do not hold precisely enough.
        rows.Add(6, false, 1521);
        rows.Add(1000, false, 100);
        return rows;
    }

    /// <summary>v·w / (eˢ + w), computed in double.</summary>
    [Theory]
    [MemberData(nameof(Codes))]
    public void The_formula_is_within_the_error(int largest, bool fine, double most)
    {
        CountCode code = CountCode.For(largest, fine, most);
        for (int w = 0; w <= largest; w++) Assert.InRange((code.Value * w / (Math.Exp(code.Score) + w)) - w, -code.Error, code.Error);
    }

    /// <summary>The same as attention computes it: a softmax in fp32, added up in each order, times the value.</summary>
    [Theory]
    [MemberData(nameof(Codes))]
    public void A_softmax_in_fp32_is_within_the_error(int largest, bool fine, double most)
    {
        CountCode code = CountCode.For(largest, fine, most);
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
                Assert.InRange(z - (double)w, -code.Error, code.Error);
            }
        }
    }
}
