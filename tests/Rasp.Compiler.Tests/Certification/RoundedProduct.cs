namespace Rasp.Compiler.Tests.Certification;

/// <summary>
/// x·W + b with W [inputs, outputs] and b [outputs] rounded to a format, each output's terms added in fp32 in a given order; the
/// bias is one of the terms. Terms whose weight is 0 are left out: as long as x is finite they change no sum.
/// </summary>
internal sealed class RoundedProduct
{
    private readonly Arithmetic arithmetic;
    private readonly (int Input, float Weight)[][] terms;

    public RoundedProduct(Arithmetic arithmetic, Summation summation, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        this.arithmetic = arithmetic;
        terms = new (int, float)[bias.Length][];
        int inputs = bias.Length == 0 ? 0 : weights.Length / bias.Length;
        for (int o = 0; o < terms.Length; o++)
        {
            List<(int, float)> own = [];
            if (bias[o] != 0) own.Add((-1, arithmetic.Round(bias[o])));
            for (int i = 0; i < inputs; i++)
                if (weights[(i * terms.Length) + o] != 0) own.Add((i, arithmetic.Round(weights[(i * terms.Length) + o])));
            terms[o] = [.. Arithmetic.Order(summation, own.Count, o).Select(t => own[t])];
        }
    }

    public float[] Of(float[] x)
    {
        float[] y = new float[terms.Length];
        for (int o = 0; o < y.Length; o++)
        {
            float sum = 0;
            foreach ((int input, float weight) in terms[o]) sum += input < 0 ? weight : x[input] * weight;
            y[o] = arithmetic.Round(sum);
        }

        return y;
    }
}
