using System.Buffers.Binary;

namespace Rasp.Format;

/// <summary>
/// A safetensors file whose header has been read and checked. Tensors are read on demand; the file is not held open.
/// Every failure is a <see cref="RaspException"/> that names the file and, where there is one, the tensor.
/// </summary>
public sealed class SafetensorsFile
{
    private readonly SafetensorsHeader header;

    private SafetensorsFile(string path, SafetensorsHeader header)
    {
        Path = path;
        this.header = header;
    }

    public string Path { get; }

    /// <summary>The tensors by name. Enumerate by name, ordinally, where order matters.</summary>
    public IReadOnlyDictionary<string, SafetensorInfo> Tensors => header.Tensors;

    /// <summary>The file's <c>__metadata__</c>; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    public static SafetensorsFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            using FileStream stream = File.OpenRead(path);
            return new SafetensorsFile(path, SafetensorsHeader.Read(path, stream));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RaspException($"There is no file '{path}'. Check the path.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RaspException($"'{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The tensor in row-major order as float32; F64 and I64 are rounded to the nearest.</summary>
    public float[] ReadSingle(string name) => Read(name, float.CreateTruncating, float.CreateTruncating);

    /// <summary>The tensor in row-major order as float64; exact but for I64 beyond 2^53.</summary>
    public double[] ReadDouble(string name) => Read(name, v => v, double.CreateTruncating);

    /// <summary>The tensor in row-major order; only for dtype I64.</summary>
    public long[] ReadInt64(string name)
    {
        SafetensorInfo tensor = Find(name);
        if (tensor.Dtype != SafetensorsDtype.I64)
            throw new RaspException($"'{Path}': tensor '{name}' has dtype {tensor.Dtype}, but whole numbers (I64) are expected.");
        return Read<long>(name, v => (long)v, v => v);
    }

    private T[] Read<T>(string name, Func<double, T> fromDouble, Func<long, T> fromInteger)
    {
        SafetensorInfo tensor = Find(name);
        if (tensor.ByteLength > Array.MaxLength)
            throw new RaspException($"'{Path}': tensor '{name}' has {tensor.ByteLength} bytes, more than can be read. Split the tensor.");
        byte[] bytes = ReadBytes(tensor);
        T[] values = new T[tensor.ElementCount];
        int size = tensor.Dtype.Size();
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> element = bytes.AsSpan(i * size, size);
            values[i] = tensor.Dtype switch
            {
                SafetensorsDtype.F32 => fromDouble(BinaryPrimitives.ReadSingleLittleEndian(element)),
                SafetensorsDtype.F16 => fromDouble((double)BinaryPrimitives.ReadHalfLittleEndian(element)),
                SafetensorsDtype.BF16 => fromDouble(SafetensorsDtypes.FromBFloat16(BinaryPrimitives.ReadUInt16LittleEndian(element))),
                SafetensorsDtype.F64 => fromDouble(BinaryPrimitives.ReadDoubleLittleEndian(element)),
                _ => fromInteger(BinaryPrimitives.ReadInt64LittleEndian(element)),
            };
        }

        return values;
    }

    private byte[] ReadBytes(SafetensorInfo tensor)
    {
        byte[] bytes = new byte[tensor.ByteLength];
        try
        {
            using FileStream stream = File.OpenRead(Path);
            stream.Position = tensor.Offset;
            stream.ReadExactly(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RaspException($"'{Path}': tensor '{tensor.Name}' cannot be read: {e.Message}", e);
        }

        return bytes;
    }

    private SafetensorInfo Find(string name) => Tensors.TryGetValue(name, out SafetensorInfo? tensor)
        ? tensor
        : throw new RaspException($"'{Path}' has no tensor '{name}'. Check that the file belongs to this kind of model.");
}
