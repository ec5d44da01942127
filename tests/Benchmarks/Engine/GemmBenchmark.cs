using System.Globalization;
using System.Runtime.InteropServices;
using Benchmarks.Measuring;
using TorchSharp;

namespace Benchmarks.Engine;

/// <summary>c (m × n) = a · b over k; a letter says how each operand lies in memory: N as it is, T transposed.</summary>
internal sealed record GemmShape(int M, int N, int K, string Layout)
{
    internal bool TurnedA => Layout[0] == 'T';
    internal bool TurnedB => Layout[1] == 'T';
    internal double Operations => 2.0 * M * N * K;
    internal string Text => $"{M}×{K}×{N} {Layout}";
}

/// <summary>Matrix products against OpenBLAS on the same memory.</summary>
internal static unsafe class GemmBenchmark
{
    // The last nine are a training step of d 128, ff 512 on 1,024 tokens: forward (NT), gradients of inputs (NN) and weights (TN).
    private static readonly GemmShape[] Shapes =
    [
        new(256, 256, 256, "NN"),
        new(512, 512, 2048, "NN"),
        new(1024, 3072, 768, "NN"),
        new(64, 64, 64, "NN"),
        new(2048, 288, 32000, "NN"),
        new(2048, 32000, 288, "NT"),
        new(1024, 128, 128, "NT"),
        new(1024, 512, 128, "NT"),
        new(1024, 128, 512, "NT"),
        new(1024, 128, 128, "NN"),
        new(1024, 128, 512, "NN"),
        new(1024, 512, 128, "NN"),
        new(128, 128, 1024, "TN"),
        new(512, 128, 1024, "TN"),
        new(128, 512, 1024, "TN"),
    ];

    internal static string Run(Contest contest, OpenBlas? blas, int threads)
    {
        torch.set_num_threads(threads);
        if (blas is not null) blas.Threads = threads;
        Table table = new("rows×depth×columns", "engine GFLOP/s", "OpenBLAS GFLOP/s", "engine / OpenBLAS");
        foreach (GemmShape shape in Shapes)
        {
            Sample[] samples = Measure(contest, blas, shape);
            string[] peer = samples is [var engine, var openBlas] ? [Rate(shape, openBlas), Table.Ratio(Statistics.Ratios(openBlas, engine))] : ["–", "–"];
            table.Add([shape.Text, Rate(shape, samples[0]), .. peer]);
            Console.Error.WriteLine($"  {shape.Text}: {Rate(shape, samples[0])} {string.Join(' ', peer)}");
        }
        return table.Text();
    }

    private static Sample[] Measure(Contest contest, OpenBlas? blas, GemmShape shape)
    {
        (int m, int n, int k) = (shape.M, shape.N, shape.K);
        float* a = Filled((long)m * k, 1), b = Filled((long)k * n, 2), ours = Filled((long)m * n, 3), theirs = Filled((long)m * n, 4);
        Strided<float> x = shape.TurnedA ? new(a, 1, m) : new(a, k, 1);
        Strided<float> y = shape.TurnedB ? new(b, 1, k) : new(b, n, 1);
        List<Contestant> contestants = [Contestant.Of("engine", () => Gemm.Run(m, n, k, x, y, ours, n, accumulate: false))];
        if (blas is not null) contestants.Add(Contestant.Of("OpenBLAS", () => blas.Multiply(m, n, k, a, shape.TurnedA, b, shape.TurnedB, theirs)));
        Sample[] samples = contest.Run([.. contestants]);
        if (blas is not null) Agree(shape, new ReadOnlySpan<float>(ours, m * n), new ReadOnlySpan<float>(theirs, m * n));
        foreach (nint memory in (nint[])[(nint)a, (nint)b, (nint)ours, (nint)theirs]) NativeMemory.AlignedFree((void*)memory);
        return samples;
    }

    // Two orders of a sum of k products of numbers in [−1, 1) differ by at most about k·ε.
    private static void Agree(GemmShape shape, ReadOnlySpan<float> ours, ReadOnlySpan<float> theirs)
    {
        float bound = shape.K * 1.2e-7f;
        for (int i = 0; i < ours.Length; i++)
        {
            if (!(Math.Abs(ours[i] - theirs[i]) <= bound)) throw new InvalidOperationException($"{shape.Text}: element {i} is {ours[i]}, OpenBLAS says {theirs[i]}");
        }
    }

    private static float* Filled(long count, int seed)
    {
        float* memory = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
        Random random = new(seed);
        for (long i = 0; i < count; i++) memory[i] = random.NextSingle() * 2 - 1;
        return memory;
    }

    private static string Rate(GemmShape shape, Sample sample) => (shape.Operations / sample.Median / 1e9).ToString("0.0", CultureInfo.InvariantCulture);
}
