using System.Numerics;

namespace TorchSharp;

/// <summary>Copies between strided layouts and element types.</summary>
internal static unsafe class Copying
{
    /// <summary>Copies the loop's second operand to its first.</summary>
    internal static void Strided<T>(in Loop loop, T* target, T* source) where T : unmanaged
    {
        var job = new StridedJob<T> { Loop = loop, Target = target, Source = source };
        if (loop.Rank <= 1) Workers.Run(job, loop.Inner, Elementwise.Grain);
        else Workers.Run(job, loop.Outer, Math.Max(1, Elementwise.Grain / loop.Inner));
    }

    /// <summary>Adds the loop's second operand to its first, whose elements are distinct.</summary>
    internal static void Accumulate<T>(in Loop loop, T* target, T* source) where T : unmanaged, INumber<T>
    {
        var job = new AccumulateJob<T> { Loop = loop, Target = target, Source = source };
        if (loop.Rank <= 1) job.Run(0, 1);
        else Workers.Run(job, loop.Outer, Math.Max(1, Elementwise.Grain / loop.Inner));
    }

    internal static void Fill<T>(in Loop loop, T* target, T value) where T : unmanaged
    {
        var n = loop.Inner;
        var step = loop.FirstStep;
        var outer = loop.Outer;
        var at = loop.At(0);
        for (long o = 0; o < outer; o++)
        {
            var row = target + at.First;
            if (step == 1) new Span<T>(row, checked((int)n)).Fill(value);
            else
                for (long i = 0; i < n; i++) row[i * step] = value;
            loop.Advance(ref at);
        }
    }

    internal static void Convert<TFrom, TTo>(TFrom* source, TTo* target, long n)
        where TFrom : unmanaged, INumberBase<TFrom> where TTo : unmanaged, INumberBase<TTo>
    {
        for (long i = 0; i < n; i++) target[i] = TTo.CreateTruncating(source[i]);
    }

    internal static void ConvertToBool<TFrom>(TFrom* source, byte* target, long n) where TFrom : unmanaged, INumberBase<TFrom>
    {
        for (long i = 0; i < n; i++) target[i] = TFrom.IsZero(source[i]) ? (byte)0 : (byte)1;
    }

    /// <summary>By way of float32, as PyTorch converts: a float64 next to a midpoint is rounded twice.</summary>
    internal static void ConvertToHalf<TFrom>(TFrom* source, Half* target, long n) where TFrom : unmanaged, INumberBase<TFrom>
    {
        for (long i = 0; i < n; i++) target[i] = (Half)float.CreateTruncating(source[i]);
    }

    internal static void ConvertToBFloat16<TFrom>(TFrom* source, ushort* target, long n) where TFrom : unmanaged, INumberBase<TFrom>
    {
        for (long i = 0; i < n; i++) target[i] = BFloat16Bits(float.CreateTruncating(source[i]));
    }

    /// <summary>A float's upper half, rounded to nearest, halves to even.</summary>
    internal static ushort BFloat16Bits(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }

    private struct StridedJob<T> : IJob where T : unmanaged
    {
        internal Loop Loop;
        internal T* Target;
        internal T* Source;

        public void Run(long start, long end)
        {
            if (Loop.Rank <= 1)
            {
                Row(Target + start * Loop.FirstStep, Loop.FirstStep, Source + start * Loop.SecondStep, Loop.SecondStep, end - start);
                return;
            }
            var n = Loop.Inner;
            var at = Loop.At(start);
            for (var o = start; o < end; o++)
            {
                Row(Target + at.First, Loop.FirstStep, Source + at.Second, Loop.SecondStep, n);
                Loop.Advance(ref at);
            }
        }

        private static void Row(T* target, long st, T* source, long ss, long n)
        {
            if (st == 1 && ss == 1) Buffer.MemoryCopy(source, target, n * sizeof(T), n * sizeof(T));
            else if (st == 1 && ss == 0)
                for (long i = 0; i < n; i++) target[i] = *source;
            else
                for (long i = 0; i < n; i++) target[i * st] = source[i * ss];
        }
    }

    private struct AccumulateJob<T> : IJob where T : unmanaged, INumber<T>
    {
        internal Loop Loop;
        internal T* Target;
        internal T* Source;

        public void Run(long start, long end)
        {
            long n = Loop.Inner, st = Loop.FirstStep, ss = Loop.SecondStep;
            var at = Loop.At(start);
            for (var o = start; o < end; o++)
            {
                T* target = Target + at.First, source = Source + at.Second;
                if (st == 1 && ss == 1) Reductions.Accumulate(target, source, n);
                else
                    for (long i = 0; i < n; i++) target[i * st] += source[i * ss];
                Loop.Advance(ref at);
            }
        }
    }
}
