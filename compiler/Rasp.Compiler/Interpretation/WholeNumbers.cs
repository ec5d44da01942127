using Rasp.Compiler.Graph;

namespace Rasp.Compiler.Interpretation;

/// <summary>The elementwise operators on whole numbers, booleans as 0 and 1; false where a result is not whole or overflows.</summary>
internal static class WholeNumbers
{
    private interface IOperation
    {
        static abstract long Apply(long x, long y);
    }

    public static void Choose(long[] condition, long[] whenTrue, long[] whenFalse, long[] result, int count)
    {
        for (int i = 0; i < count; i++) result[i] = condition[i] != 0 ? whenTrue[i] : whenFalse[i];
    }

    public static bool TryUnary(ElementwiseOperator op, long[] x, long[] result, int count)
    {
        Span<long> target = result.AsSpan(0, count);
        switch (op)
        {
            case ElementwiseOperator.Round or ElementwiseOperator.Indicator:
                x.AsSpan(0, count).CopyTo(target);
                return true;
            case ElementwiseOperator.Not:
                for (int i = 0; i < count; i++) target[i] = 1 - x[i];
                return true;
            case ElementwiseOperator.Negate:
                for (int i = 0; i < count; i++)
                {
                    if (x[i] == long.MinValue) return false;
                    target[i] = -x[i];
                }

                return true;
            default:
                return false;
        }
    }

    public static bool TryBinary(ElementwiseOperator op, long[] x, long[] y, long[] result, int count)
    {
        ReadOnlySpan<long> a = x.AsSpan(0, count);
        ReadOnlySpan<long> b = y.AsSpan(0, count);
        Span<long> target = result.AsSpan(0, count);
        return op switch
        {
            ElementwiseOperator.Add => TryAdd(a, b, target),
            ElementwiseOperator.Subtract => TrySubtract(a, b, target),
            ElementwiseOperator.Multiply => TryMultiply(a, b, target),
            ElementwiseOperator.Modulo => TryModulo(a, b, target),
            ElementwiseOperator.Equal => Apply<Equal>(a, b, target),
            ElementwiseOperator.NotEqual => Apply<NotEqual>(a, b, target),
            ElementwiseOperator.Less => Apply<Less>(a, b, target),
            ElementwiseOperator.LessOrEqual => Apply<LessOrEqual>(a, b, target),
            ElementwiseOperator.Greater => Apply<Less>(b, a, target),
            ElementwiseOperator.GreaterOrEqual => Apply<LessOrEqual>(b, a, target),
            ElementwiseOperator.And => Apply<And>(a, b, target),
            ElementwiseOperator.Or => Apply<Or>(a, b, target),
            _ => false,
        };
    }

    private static bool Apply<TOperation>(ReadOnlySpan<long> a, ReadOnlySpan<long> b, Span<long> target) where TOperation : IOperation
    {
        for (int i = 0; i < target.Length; i++) target[i] = TOperation.Apply(a[i], b[i]);
        return true;
    }

    // A sum overflows where both operands have the sign that the result has not.
    private static bool TryAdd(ReadOnlySpan<long> a, ReadOnlySpan<long> b, Span<long> target)
    {
        long overflow = 0;
        for (int i = 0; i < target.Length; i++)
        {
            long sum = unchecked(a[i] + b[i]);
            overflow |= (a[i] ^ sum) & (b[i] ^ sum);
            target[i] = sum;
        }

        return overflow >= 0;
    }

    private static bool TrySubtract(ReadOnlySpan<long> a, ReadOnlySpan<long> b, Span<long> target)
    {
        long overflow = 0;
        for (int i = 0; i < target.Length; i++)
        {
            long difference = unchecked(a[i] - b[i]);
            overflow |= (a[i] ^ b[i]) & (a[i] ^ difference);
            target[i] = difference;
        }

        // −2^63 cannot be negated, so the definition of a − b as a + −b overflows there as well.
        return overflow >= 0 && !b.Contains(long.MinValue);
    }

    private static bool TryMultiply(ReadOnlySpan<long> a, ReadOnlySpan<long> b, Span<long> target)
    {
        for (int i = 0; i < target.Length; i++)
        {
            long high = Math.BigMul(a[i], b[i], out long low);
            if (high != low >> 63) return false;
            target[i] = low;
        }

        return true;
    }

    // The sign follows the divisor.
    private static bool TryModulo(ReadOnlySpan<long> a, ReadOnlySpan<long> b, Span<long> target)
    {
        for (int i = 0; i < target.Length; i++)
        {
            if (b[i] is 0 or -1) return false;
            long remainder = a[i] % b[i];
            target[i] = remainder != 0 && (remainder ^ b[i]) < 0 ? remainder + b[i] : remainder;
        }

        return true;
    }

    private readonly struct Equal : IOperation
    {
        public static long Apply(long x, long y) => x == y ? 1 : 0;
    }

    private readonly struct NotEqual : IOperation
    {
        public static long Apply(long x, long y) => x != y ? 1 : 0;
    }

    private readonly struct Less : IOperation
    {
        public static long Apply(long x, long y) => x < y ? 1 : 0;
    }

    private readonly struct LessOrEqual : IOperation
    {
        public static long Apply(long x, long y) => x <= y ? 1 : 0;
    }

    private readonly struct And : IOperation
    {
        public static long Apply(long x, long y) => x & y;
    }

    private readonly struct Or : IOperation
    {
        public static long Apply(long x, long y) => x | y;
    }
}
