namespace Rasp.Runtime.LanguageModels;

/// <summary>Normally distributed numbers that depend on the seed alone, not on the tensor engine (Box and Muller 1958).</summary>
internal sealed class NormalNumbers(int seed)
{
    private readonly Random random = new(seed);

    public void Fill(float[] target, double deviation)
    {
        for (int i = 0; i < target.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            target[i] = (float)(deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
    }
}
