using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Format;

/// <summary>
/// Small models of the format that no program gave rise to: any column may read any other, the beginning of the sequence depends
/// on the input, and part of the weights are zero, so that there is something to leave out.
/// </summary>
internal static class RandomWeights
{
    public static CompiledModel Model(int seed)
    {
        Random random = new(seed);
        int vocabulary = random.Next(1, 5);
        // One input's positions fill one vector, or several.
        int maxLength = seed % 3 == 0 ? random.Next(14, 50) : random.Next(1, 14);
        int outputs = random.Next(1, 4);
        ImmutableArray<ManifestOutput>.Builder described = ImmutableArray.CreateBuilder<ManifestOutput>();
        for (int o = 0, first = 0; o < outputs; o++)
        {
            ImmutableArray<Value> values = [.. Enumerable.Range(0, random.Next(1, 6)).Select(i => (Value)(long)i)];
            // Codes need not be sorted.
            ImmutableArray<double> codes = random.Next(2) == 0 ? [] : [.. values.Select(_ => Math.Round(random.NextDouble() * 8) / 4)];
            described.Add(new ManifestOutput($"o{o}", SOpType.Int, first, values, codes));
            first += described[o].Logits;
        }

        Manifest manifest = new(
            "random", "x", random.Next(0, 4), random.Next(1, 4), random.Next(1, 12), random.Next(1, 5), random.Next(1, 12), 0, 0,
            [.. Enumerable.Range(0, vocabulary).Select(i => (Value)(i % 2 == 0 ? $"t{i}" : ((char)('a' + i)).ToString()))], maxLength,
            random.Next(2) == 0, described.ToImmutable(), [], new ManifestVerification(false, 0, 0, 0, string.Empty));
        double density = random.NextDouble();
        Dictionary<string, WeightTensor> weights = [];
        foreach ((string name, ImmutableArray<int> shape) in CompiledWeights.Shapes(manifest))
        {
            WeightTensor tensor = WeightTensor.Zeros(shape.AsSpan());
            for (int i = 0; i < tensor.Data.Length; i++)
                if (random.NextDouble() < density) tensor.Data[i] = random.Next(3) == 0 ? 1 : (float)((random.NextDouble() * 2) - 1);
            // Whole columns that no token decides: they are the same for all inputs of a length.
            if (name == CompiledWeights.Embedding)
                for (int c = 0; c < manifest.DModel; c += 2)
                    for (int t = 0; t < vocabulary; t++) tensor.Data[(t * manifest.DModel) + c] = 0;
            weights.Add(name, tensor);
        }

        return new CompiledModel(manifest, weights);
    }
}
