using System.Numerics;
using System.Runtime.InteropServices;

namespace Rasp.Format;

/// <summary>A tensor to be written: row-major values and the dtype they are stored in.</summary>
public sealed class SafetensorsTensor
{
    private readonly Action<Stream> write;

    private SafetensorsTensor(string name, SafetensorsDtype dtype, long[] shape, long count, Action<Stream> write)
    {
        if (name == SafetensorsHeader.MetadataName) throw new ArgumentException($"A tensor cannot be named '{name}'.");
        if (SafetensorInfo.Bytes(shape, dtype) is not long bytes || bytes != count * dtype.Size())
            throw new ArgumentException($"Tensor '{name}' of shape [{string.Join(", ", shape)}] has {count} elements.");
        Name = name;
        Dtype = dtype;
        Shape = [.. shape];
        ByteLength = bytes;
        this.write = write;
    }

    public string Name { get; }

    public SafetensorsDtype Dtype { get; }

    public IReadOnlyList<long> Shape { get; }

    internal long ByteLength { get; }

    /// <summary>
    /// Values stored as F32, F16, BF16 or F64, rounded to the nearest, ties to even. The array is read when the file is
    /// written. Throws <see cref="ArgumentException"/> where the shape does not fit the values or the dtype is another.
    /// </summary>
    public static SafetensorsTensor Of(string name, long[] shape, float[] values, SafetensorsDtype dtype = SafetensorsDtype.F32)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(values);
        return dtype switch
        {
            SafetensorsDtype.F32 => Of<float>(name, dtype, shape, values),
            SafetensorsDtype.F64 => Converted(v => (double)v),
            SafetensorsDtype.F16 => Converted(v => (Half)v),
            SafetensorsDtype.BF16 => Converted(SafetensorsDtypes.ToBFloat16),
            _ => throw new ArgumentException($"Floating-point tensors cannot be written as {dtype}.", nameof(dtype)),
        };

        SafetensorsTensor Converted<T>(Func<float, T> convert) where T : unmanaged =>
            new(name, dtype, shape, values.LongLength, stream => Write(stream, values, convert));
    }

    /// <summary>Values stored in the dtype of their own type: F64, F16, I64, I32, I16, I8, U8 or BOOL.</summary>
    public static SafetensorsTensor Of<T>(string name, long[] shape, T[] values) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(values);
        // By the static type: at run time a ulong[] is a long[] too.
        Type type = typeof(T);
        SafetensorsDtype dtype =
            type == typeof(double) ? SafetensorsDtype.F64
            : type == typeof(float) ? SafetensorsDtype.F32
            : type == typeof(Half) ? SafetensorsDtype.F16
            : type == typeof(long) ? SafetensorsDtype.I64
            : type == typeof(int) ? SafetensorsDtype.I32
            : type == typeof(short) ? SafetensorsDtype.I16
            : type == typeof(sbyte) ? SafetensorsDtype.I8
            : type == typeof(byte) ? SafetensorsDtype.U8
            : type == typeof(bool) ? SafetensorsDtype.BOOL
            : throw new ArgumentException($"The safetensors format has no dtype for {type}.", nameof(values));
        return Of(name, dtype, shape, values);
    }

    private static SafetensorsTensor Of<T>(string name, SafetensorsDtype dtype, long[] shape, T[] values) where T : unmanaged =>
        new(name, dtype, shape, values.LongLength, stream => Write(stream, values, v => v));

    internal void WriteTo(Stream stream) => write(stream);

    private static void Write<TFrom, TTo>(Stream stream, TFrom[] values, Func<TFrom, TTo> convert) where TTo : unmanaged
    {
        const int Block = 16384;
        TTo[] block = new TTo[Math.Min(Block, values.Length)];
        for (int start = 0; start < values.Length; start += Block)
        {
            int count = Math.Min(Block, values.Length - start);
            for (int i = 0; i < count; i++) block[i] = convert(values[start + i]);
            stream.Write(MemoryMarshal.AsBytes(block.AsSpan(0, count)));
        }
    }
}
