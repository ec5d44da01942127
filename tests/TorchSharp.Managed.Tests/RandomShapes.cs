namespace TorchSharp.Managed.Tests;

/// <summary>Shapes drawn for the gradient tests: mostly small, often of length 1, sometimes of length 0, at most 40 elements each.</summary>
internal static class RandomShapes
{
    private static readonly long[] Lengths = [1, 1, 2, 2, 3, 4, 5];

    /// <summary>One tensor of rank 0 to 4.</summary>
    internal static long[][] One(Random random) => [Shape(random, random.Next(5), empty: true)];

    /// <summary>One tensor of rank 2 to 4 with elements.</summary>
    internal static long[][] Matrix(Random random) => [Shape(random, random.Next(2, 5), empty: false)];

    /// <summary>One tensor of rank 2 to 4, which may have none.</summary>
    internal static long[][] MaybeEmpty(Random random) => [Shape(random, random.Next(2, 5), empty: true)];

    /// <summary>Two tensors that broadcast together.</summary>
    internal static long[][] Broadcast(Random random)
    {
        var joint = Shape(random, random.Next(5), empty: true);
        return [Part(), Part()];

        long[] Part() => [.. joint.Skip(random.Next(3) == 0 ? random.Next(joint.Length + 1) : 0).Select(n => random.Next(3) == 0 ? 1 : n)];
    }

    /// <summary>Two tensors of one shape (rows, columns) with elements.</summary>
    internal static long[][] Pair(Random random)
    {
        long[] shape = [random.Next(1, 4), random.Next(2, 8)];
        return [shape, shape];
    }

    /// <summary>(m, k) and (k, n).</summary>
    internal static long[][] Product(Random random)
    {
        long m = Length(random), k = Length(random), n = Length(random);
        return [[m, k], [k, n]];
    }

    /// <summary>(b, m, k) and (b, k, n).</summary>
    internal static long[][] BatchedProduct(Random random)
    {
        long b = Length(random), m = Length(random), k = Length(random), n = Length(random);
        return [[b, m, k], [b, k, n]];
    }

    /// <summary>(..., m, k) and (..., k, n) with batches that broadcast together.</summary>
    internal static long[][] BroadcastProduct(Random random)
    {
        var batches = Broadcast(random);
        long m = Length(random), k = Length(random), n = Length(random);
        return [[.. batches[0].TakeLast(2), m, k], [.. batches[1].TakeLast(2), k, n]];
    }

    /// <summary>(..., in), (out, in) and (out).</summary>
    internal static long[][] Linear(Random random)
    {
        long inputs = Length(random), outputs = Length(random);
        return [[.. Shape(random, random.Next(3), empty: true), inputs], [outputs, inputs], [outputs]];
    }

    /// <summary>(..., d) and two times (d).</summary>
    internal static long[][] Norm(Random random)
    {
        long width = random.Next(2, 9);
        return [[.. Shape(random, random.Next(1, 3), empty: true), width], [width], [width]];
    }

    /// <summary>Queries (b, h, L, E), keys (b, h, S, E) and values (b, h, S, Ev); S ≥ 1.</summary>
    internal static long[][] Attention(Random random)
    {
        long b = random.Next(1, 3), h = random.Next(1, 3), queries = random.Next(6), keys = random.Next(1, 6), depth = random.Next(1, 5), width = random.Next(1, 5);
        return [[b, h, queries, depth], [b, h, keys, depth], [b, h, keys, width]];
    }

    private static long Length(Random random) => random.Next(10) == 0 ? 0 : Lengths[random.Next(Lengths.Length)];

    private static long[] Shape(Random random, int rank, bool empty)
    {
        for (;;)
        {
            long[] shape = [.. Enumerable.Range(0, rank).Select(_ => Length(random))];
            var count = shape.Aggregate(1L, static (a, b) => a * b);
            if (count <= 40 && (empty || count > 0)) return shape;
        }
    }
}
