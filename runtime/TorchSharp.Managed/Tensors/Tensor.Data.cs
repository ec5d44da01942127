namespace TorchSharp
{
    public static partial class torch
    {
        public unsafe partial class Tensor
        {
            public Utils.TensorAccessor<T> data<T>() where T : unmanaged
            {
                Check<T>();
                return new Utils.TensorAccessor<T>(this);
            }

            public T item<T>() where T : unmanaged
            {
                if (numel() != 1) throw new ArgumentException($"item: Number of elements in the tensor must be 1, got {Shapes.Text(sizes)}");
                Check<T>();
                var value = *Data<T>();
                GC.KeepAlive(this);
                return value;
            }

            public Scalar ToScalar()
            {
                if (numel() != 1) throw Errors.Torch($"item: a Tensor with {numel()} elements cannot be converted to Scalar: {Shapes.Text(sizes)}");
                using var packed = Packed();
                switch (kind)
                {
                    case ScalarType.Bool: return *packed.Data<byte>() != 0;
                    case ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64:
                        using (var wide = packed.Typed(ScalarType.Float64)) return *wide.Data<double>();
                    default:
                        using (var wide = packed.Typed(ScalarType.Int64)) return *wide.Data<long>();
                }
            }

            /// <summary>The memory of a contiguous tensor.</summary>
            public Span<byte> bytes
            {
                get
                {
                    CheckBytes();
                    return new Span<byte>(Storage.Pointer + offset * Types.Size(kind), checked((int)(numel() * Types.Size(kind))));
                }
                set
                {
                    CheckBytes();
                    if (value.Length != numel() * Types.Size(kind)) throw new ArgumentException($"bytes: {value.Length} bytes for {Shapes.Text(sizes)} of {kind}");
                    value.CopyTo(new Span<byte>(Storage.Pointer + offset * Types.Size(kind), checked((int)(numel() * Types.Size(kind)))));
                    Storage.Version++;
                }
            }

            private void CheckBytes()
            {
                if (!is_contiguous()) throw new InvalidOperationException($"bytes: the tensor must be contiguous: {Shapes.Text(sizes)} with strides {Shapes.Text(strides)}");
            }

            private void Check<T>([System.Runtime.CompilerServices.CallerMemberName] string operation = "") where T : unmanaged
            {
                if (Types.Of<T>() != kind) throw new ArgumentException($"{operation}: {typeof(T).Name} is not compatible with {kind}, the type of {Shapes.Text(sizes)}");
            }
        }
    }

    public static partial class TensorExtensionMethods
    {
        public static Modules.Parameter AsParameter(this torch.Tensor tensor) => new(tensor);

        public static Half ToHalf(this torch.Tensor value) => value.ToScalar().ToHalf();

        public static BFloat16 ToBFloat16(this torch.Tensor value) => value.ToScalar().ToBFloat16();

        public static float ToSingle(this torch.Tensor value) => value.ToScalar().ToSingle();

        public static double ToDouble(this torch.Tensor value) => value.ToScalar().ToDouble();

        public static sbyte ToSByte(this torch.Tensor value) => value.ToScalar().ToSByte();

        public static byte ToByte(this torch.Tensor value) => value.ToScalar().ToByte();

        public static short ToInt16(this torch.Tensor value) => value.ToScalar().ToInt16();

        public static int ToInt32(this torch.Tensor value) => value.ToScalar().ToInt32();

        public static long ToInt64(this torch.Tensor value) => value.ToScalar().ToInt64();

        public static bool ToBoolean(this torch.Tensor value) => value.ToScalar().ToBoolean();

        public static int ElementSize(this torch.ScalarType type) => Types.Size(type);

        public static long TotalSize(this IEnumerable<long> shape) => Shapes.Count(shape.ToArray());
    }
}

namespace TorchSharp.Utils
{
    using System.Collections;

    /// <summary>Reads and writes a tensor's elements in row-major order.</summary>
    public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
    {
        private readonly torch.Tensor tensor;

        internal TensorAccessor(torch.Tensor tensor) => this.tensor = tensor;

        public long Count => tensor.numel();

        public bool IsReadOnly => false;

        public T this[params long[] indices]
        {
            get => *At(indices);
            set => *At(indices) = value;
        }

        public T[] ToArray()
        {
            var array = new T[Count];
            CopyTo(array.AsSpan());
            return array;
        }

        public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

        public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
        {
            using var packed = tensor.Packed();
            new ReadOnlySpan<T>(packed.Data<T>() + tensorIndex, checked((int)(Count - tensorIndex))).CopyTo(array[arrayIndex..]);
        }

        public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

        public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
        {
            using var packed = tensor.Packed();
            var count = Math.Min(array.Length - arrayIndex, checked((int)(Count - tensorIndex)));
            array.Slice(arrayIndex, count).CopyTo(new Span<T>(packed.Data<T>() + tensorIndex, count));
            tensor.Storage.Version++;
            if (packed.Storage != tensor.Storage) tensor.WriteFrom(packed);
        }

        public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)ToArray()).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public void Dispose()
        {
            // The memory is the tensor's.
        }

        private T* At(long[] indices)
        {
            if (indices.Length == 1 && tensor.Rank != 1)
            {
                var flat = indices[0];
                var rest = flat;
                if (flat < 0 || flat >= Count) throw new IndexOutOfRangeException();
                long place = 0;
                for (var d = tensor.Rank - 1; d >= 0; d--)
                {
                    place += rest % tensor.Sizes[d] * tensor.Strides[d];
                    rest /= tensor.Sizes[d];
                }
                return tensor.Data<T>() + place;
            }
            if (indices.Length != tensor.Rank) throw new ArgumentException($"{indices.Length} indices for {Shapes.Text(tensor.Sizes)}", nameof(indices));
            long at = 0;
            for (var d = 0; d < indices.Length; d++)
            {
                if (indices[d] < 0 || indices[d] >= tensor.Sizes[d]) throw new IndexOutOfRangeException();
                at += indices[d] * tensor.Strides[d];
            }
            return tensor.Data<T>() + at;
        }
    }
}
