using System.Numerics;

namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        /// <summary>True when nothing else can see this tensor's memory, so it may be written over.</summary>
        internal bool IsSoleOwner => Storage.Owners == 1 && is_contiguous();

        public Tensor clone() => Traced(ContiguousCopy(register: true), nameof(clone), this, [], static (g, _) => [g.Keep()]);

        public Tensor contiguous() => is_contiguous() ? alias() : clone();

        public Tensor detach() => new(Shared(), sizes, strides, offset, kind);

        public Tensor detach_()
        {
            Variable = null;
            return this;
        }

        /// <summary>These elements in a contiguous tensor outside scopes and graphs: this memory if it will do, else a copy.</summary>
        internal Tensor Packed() => is_contiguous() ? Keep() : ContiguousCopy();

        /// <summary>These elements as another type, outside scopes and graphs.</summary>
        internal Tensor Typed(ScalarType to)
        {
            if (to == kind) return Keep();
            using var source = Packed();
            return source.Converted(to, register: false);
        }

        internal Tensor ContiguousCopy(bool register = false)
        {
            var copy = Make(kind, sizes, register);
            copy.WriteFrom(this);
            return copy;
        }

        /// <summary>Copies the elements of a tensor of this type that broadcasts to this shape.</summary>
        internal void WriteFrom(Tensor source)
        {
            if (numel() == 0) return;
            var loop = Loop.Over(sizes, strides, Shapes.BroadcastStrides(source.Sizes, source.Strides, sizes));
            switch (Types.Size(kind))
            {
                case 1: Copying.Strided(loop, Data<byte>(), source.Data<byte>()); break;
                case 2: Copying.Strided(loop, Data<short>(), source.Data<short>()); break;
                case 4: Copying.Strided(loop, Data<int>(), source.Data<int>()); break;
                default: Copying.Strided(loop, Data<long>(), source.Data<long>()); break;
            }
            Storage.Version++;
            GC.KeepAlive(source);
            GC.KeepAlive(this);
        }

        /// <summary>Adds the elements of a tensor of this floating-point type and shape, whatever the layouts.</summary>
        internal void AddFrom(Tensor source)
        {
            if (numel() == 0) return;
            if (Types.IsHalf(kind))
            {
                // Sums of 16-bit numbers are float32 sums, rounded once.
                using var total = Typed(ScalarType.Float32);
                using var term = source.Typed(ScalarType.Float32);
                total.AddInPlace(term);
                using var rounded = total.Typed(kind);
                WriteFrom(rounded);
                return;
            }
            var loop = Loop.Over(sizes, strides, source.Strides);
            if (kind == ScalarType.Float64) Copying.Accumulate(loop, Data<double>(), source.Data<double>());
            else Copying.Accumulate(loop, Data<float>(), source.Data<float>());
            Storage.Version++;
            GC.KeepAlive(source);
            GC.KeepAlive(this);
        }

        /// <summary>Adds a tensor of the same type and shape; this must be contiguous.</summary>
        internal void AddInPlace(Tensor other)
        {
            if (Types.IsHalf(kind))
            {
                AddFrom(other);
                return;
            }
            Elements.BinaryInto<Add>(nameof(add_), this, other, this);
            Storage.Version++;
        }

        /// <summary>The sum with a tensor of the same floating-point type and shape, outside graphs.</summary>
        internal Tensor Plus(Tensor other)
        {
            if (!Types.IsHalf(kind)) return add(other);
            var total = ContiguousCopy();
            total.AddInPlace(other);
            return total;
        }

        internal Tensor Converted(ScalarType to, bool register = true)
        {
            var output = Make(to, sizes, register);
            using var source = Packed();
            var n = numel();
            if (kind is ScalarType.Float16) Convert(source.Data<Half>(), output, n);
            else if (kind is ScalarType.BFloat16)
            {
                // A bfloat16 is the upper half of a float.
                using var wide = Make(ScalarType.Float32, sizes, register: false);
                var bits = source.Data<ushort>();
                var target = wide.Data<uint>();
                for (long i = 0; i < n; i++) target[i] = (uint)bits[i] << 16;
                Convert(wide.Data<float>(), output, n);
            }
            else Dispatch.Number("to", kind, new ConvertWork { Source = source, Output = output });
            return output;
        }

        private readonly struct ConvertWork : INumberWork
        {
            internal required Tensor Source { get; init; }
            internal required Tensor Output { get; init; }

            public void Run<T>() where T : unmanaged, INumber<T> => Convert(Source.Data<T>(), Output, Source.numel());
        }

        private static void Convert<T>(T* source, Tensor output, long n) where T : unmanaged, INumberBase<T>
        {
            switch (output.kind)
            {
                case ScalarType.Float32: Copying.Convert(source, output.Data<float>(), n); break;
                case ScalarType.Float64: Copying.Convert(source, output.Data<double>(), n); break;
                case ScalarType.Int64: Copying.Convert(source, output.Data<long>(), n); break;
                case ScalarType.Int32: Copying.Convert(source, output.Data<int>(), n); break;
                case ScalarType.Int16: Copying.Convert(source, output.Data<short>(), n); break;
                case ScalarType.Int8: Copying.Convert(source, output.Data<sbyte>(), n); break;
                case ScalarType.Byte: Copying.Convert(source, output.Data<byte>(), n); break;
                case ScalarType.Bool: Copying.ConvertToBool(source, output.Data<byte>(), n); break;
                case ScalarType.Float16: Copying.ConvertToHalf(source, output.Data<Half>(), n); break;
                case ScalarType.BFloat16: Copying.ConvertToBFloat16(source, output.Data<ushort>(), n); break;
                default: throw Errors.Type("to", output.kind);
            }
        }

        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            Tensor result;
            if (type == kind) result = copy ? clone() : alias();
            else
            {
                var from = kind;
                result = Converted(type);
                if (torch.is_floating_point(type)) Traced(result, nameof(to), this, [], (g, _) => [g.Typed(from)]);
            }
            if (disposeAfter) Dispose();
            return result;
        }

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to_type(type, copy, disposeAfter, non_blocking);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(kind, device, copy, disposeAfter, non_blocking);

        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(new Device(device), copy, disposeAfter, non_blocking);

        public Tensor to(DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(new Device(deviceType, deviceIndex), copy, disposeAfter, non_blocking);

        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            CheckDevice(device);
            return to_type(type, copy, disposeAfter, non_blocking);
        }

        internal static void CheckDevice(Device device)
        {
            if (device.type != DeviceType.CPU) throw Errors.Torch($"to: the managed engine computes on the CPU, not on {device}");
        }

        public Tensor to(Tensor other, bool non_blocking = false) => to_type(other.dtype);

        public Tensor type_as(Tensor tensor) => to_type(tensor.dtype);

        public Tensor type(ScalarType dtype) => to_type(dtype);

        public Tensor @float() => to_type(ScalarType.Float32);

        public Tensor @double() => to_type(ScalarType.Float64);

        public Tensor @long() => to_type(ScalarType.Int64);

        public Tensor @int() => to_type(ScalarType.Int32);

        public Tensor @bool() => to_type(ScalarType.Bool);

        public Tensor bfloat16() => to_type(ScalarType.BFloat16);

        public Tensor half() => to_type(ScalarType.Float16);

        public Tensor copy_(Tensor source, bool nonBlocking = false)
        {
            using var pause = DisposeScope.Suspend();
            using var same = source.to_type(kind);
            if (!Shapes.Broadcast(nameof(copy_), sizes, same.Sizes).AsSpan().SequenceEqual(sizes))
                throw Errors.Shapes2(nameof(copy_), sizes, same.Sizes, "the source does not broadcast to the target");
            if (Graph.Tracks(same))
            {
                using var spread = same.expand(sizes);
                return Assign(spread);
            }
            CheckInPlace(nameof(copy_), Graph.Tracks(this));
            WriteFrom(same);
            if (Graph.Tracks(this)) Variable = null;
            return this;
        }

        public Tensor fill_(Scalar value)
        {
            CheckInPlace(nameof(fill_), Graph.Tracks(this));
            Fill(value);
            if (Graph.Tracks(this)) Variable = null;
            return this;
        }

        public Tensor zero_() => fill_(0);

        internal void Fill(Scalar value)
        {
            if (numel() == 0) return;
            var loop = Loop.Over(sizes, strides);
            switch (kind)
            {
                case ScalarType.Float16: Copying.Fill(loop, Data<Half>(), (Half)(float)value.AsDouble()); break;
                case ScalarType.BFloat16: Copying.Fill(loop, Data<ushort>(), Copying.BFloat16Bits((float)value.AsDouble())); break;
                default: Dispatch.Number(nameof(fill_), kind, new FillWork { Loop = loop, Target = this, Value = value }); break;
            }
            Storage.Version++;
        }

        private readonly struct FillWork : INumberWork
        {
            internal required Loop Loop { get; init; }
            internal required Tensor Target { get; init; }
            internal required Scalar Value { get; init; }

            public void Run<T>() where T : unmanaged, INumber<T> => Copying.Fill(Loop, Target.Data<T>(), Value.As<T>());
        }
    }
}
