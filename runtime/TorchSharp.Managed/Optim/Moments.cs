using System.Numerics;

namespace TorchSharp.Modules;

using static torch;

/// <summary>What Adam and AdamW have in common: two running moments of the gradient, and the step along them.</summary>
internal static class Moments
{
    internal static void Check(double lr, double beta1, double beta2, double eps, double weight_decay)
    {
        if (lr < 0.0) throw new ArgumentException($"Invalid learning rate: {lr}");
        if (beta1 is < 0 or >= 1) throw new ArgumentException($"Invalid beta1 value: {beta1}");
        if (beta2 is < 0 or >= 1) throw new ArgumentException($"Invalid beta2 value: {beta2}");
        if (eps < 0) throw new ArgumentException($"Invalid eps value: {eps}");
        if (weight_decay < 0) throw new ArgumentException($"Invalid weight_decay value: {weight_decay}");
    }

    internal static Tensor Zero(Parameter parameter) => Tensor.Zeros(parameter.dtype, parameter.Sizes).DetachFromDisposeScope();

    internal static void Write(BinaryWriter writer, long step, Tensor first, Tensor second, Tensor? largest)
    {
        writer.Write(step);
        first.Save(writer);
        second.Save(writer);
        writer.Write(largest is not null);
        largest?.Save(writer);
    }

    internal static void Read(BinaryReader reader, out long step, Tensor first, Tensor second, ref Tensor? largest)
    {
        step = reader.ReadInt64();
        first.Load(reader);
        second.Load(reader);
        if (reader.ReadBoolean())
        {
            largest ??= second.zeros_like().DetachFromDisposeScope();
            largest.Load(reader);
        }
        else
        {
            largest?.Dispose();
            largest = null;
        }
    }

    /// <summary>m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w · <paramref name="shrink"/> − step · m̂ / (√v̂ + ε); <paramref name="l2"/> · w joins g first.</summary>
    internal static void Update(
        string operation, Parameter parameter, Tensor gradient, long step, (double First, double Second) betas, (Tensor First, Tensor Second, Tensor? Largest) moments,
        double rate, double shrink, double l2, double epsilon, bool maximize)
    {
        using var g = gradient.Packed();
        using var w = parameter.Packed();
        var constants = new UpdateRows.AdamConstants(
            betas.First, betas.Second, shrink, l2, rate / (1 - Math.Pow(betas.First, step)), Math.Sqrt(1 - Math.Pow(betas.Second, step)), epsilon, maximize ? -1 : 1);
        Dispatch.Float(operation, parameter.dtype, new Work { W = w, G = g, First = moments.First, Second = moments.Second, Largest = moments.Largest, Constants = constants });
        if (w.Storage == parameter.Storage) parameter.Storage.Version++;
        else parameter.WriteFrom(w);
    }

    private readonly unsafe struct Work : IFloatWork
    {
        internal required Tensor W { get; init; }
        internal required Tensor G { get; init; }
        internal required Tensor First { get; init; }
        internal required Tensor Second { get; init; }
        internal required Tensor? Largest { get; init; }
        internal required UpdateRows.AdamConstants Constants { get; init; }

        public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> => UpdateRows.Adam(
            W.Data<T>(), G.Data<T>(), First.Data<T>(), Second.Data<T>(), Largest is null ? null : Largest.Data<T>(), W.numel(), Constants);
    }
}
