using System.Numerics;

namespace TorchSharp.Modules;

using static torch;

/// <summary>
/// A parameter's step count and running moments, as fields of the states of Adam and AdamW. TorchSharp declares those states as
/// sealed classes of their own, so what they share is here and not in a base class.
/// </summary>
internal interface IMoments
{
    public ref long Step { get; }

    public ref Tensor First { get; }

    public ref Tensor Second { get; }

    /// <summary>The largest second moments so far, with amsgrad.</summary>
    public ref Tensor? Largest { get; }
}

/// <summary>One step of Adam or AdamW: the rate, what weights are multiplied by, what of them joins the gradient, ε and the direction.</summary>
internal readonly record struct AdamStep(double Rate, (double First, double Second) Betas, double Shrink, double L2, double Epsilon, bool Maximize);

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

    internal static void Initialize(IMoments own, Parameter parameter, bool amsgrad)
    {
        own.Step = 0;
        own.First.zero_();
        own.Second.zero_();
        own.Largest?.Dispose();
        own.Largest = amsgrad ? Zero(parameter) : null;
    }

    internal static void Write(BinaryWriter writer, IMoments own)
    {
        writer.Write(own.Step);
        own.First.Save(writer);
        own.Second.Save(writer);
        writer.Write(own.Largest is not null);
        own.Largest?.Save(writer);
    }

    internal static void Read(BinaryReader reader, IMoments own)
    {
        own.Step = reader.ReadInt64();
        own.First.Load(reader);
        own.Second.Load(reader);
        if (reader.ReadBoolean())
        {
            own.Largest ??= own.Second.zeros_like().DetachFromDisposeScope();
            own.Largest.Load(reader);
        }
        else
        {
            own.Largest?.Dispose();
            own.Largest = null;
        }
    }

    internal static void Copy(IMoments own, IMoments source)
    {
        own.Step = source.Step;
        own.First.copy_(source.First);
        own.Second.copy_(source.Second);
        OptimizerState.Copy(ref own.Largest, source.Largest);
    }

    internal static bool AreClose(IMoments own, IMoments other) =>
        own.Step == other.Step && own.First.allclose(other.First) && own.Second.allclose(other.Second) &&
        (own.Largest is null || other.Largest is { } largest && own.Largest.allclose(largest));

    internal static void Dispose(IMoments own)
    {
        own.First.Dispose();
        own.Second.Dispose();
        own.Largest?.Dispose();
    }

    /// <summary>l₂w joins g; m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w · shrink − rate · m̂ / (√v̂ + ε).</summary>
    internal static void Update(string operation, Parameter parameter, Tensor gradient, IMoments moments, AdamStep step)
    {
        var count = ++moments.Step;
        using var g = gradient.Packed();
        using var w = parameter.Packed();
        var constants = new UpdateRows.AdamConstants(
            step.Betas.First, step.Betas.Second, step.Shrink, step.L2, step.Rate / (1 - Math.Pow(step.Betas.First, count)),
            Math.Sqrt(1 - Math.Pow(step.Betas.Second, count)), step.Epsilon, step.Maximize ? -1 : 1);
        var work = new Work { W = w, G = g, First = moments.First, Second = moments.Second, Largest = moments.Largest, Constants = constants };
        Dispatch.Float(operation, parameter.dtype, work);
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
