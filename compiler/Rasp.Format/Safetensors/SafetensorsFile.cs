using System.IO.MemoryMappedFiles;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Rasp.Format;

/// <summary>
/// A safetensors file whose header has been read and checked. The data is mapped into memory, not read: a tensor is copied
/// when it is asked for. The file stays open until it is disposed. On Linux and macOS a new file may be moved onto it meanwhile,
/// and this one goes on reading the old content; Windows refuses to replace a file that is mapped. Every failure is a
/// <see cref="RaspException"/> that names the file and, where there is one, the tensor.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    // Elements are converted in blocks of this many bytes.
    private const int BlockBytes = 1 << 16;

    private readonly SafetensorsHeader header;
    private readonly FileStream stream;
    private readonly DateTime written;
    private readonly MemoryMappedFile? map;
    private readonly MemoryMappedViewAccessor? view;

    private SafetensorsFile(string path, FileStream stream)
    {
        Path = path;
        this.stream = stream;
        written = File.GetLastWriteTimeUtc(stream.SafeFileHandle);
        header = SafetensorsHeader.Read(path, stream);
        if (header.DataLength == 0) return;
        map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    public string Path { get; }

    /// <summary>The tensors by name. Enumerate by name, ordinally, where order matters.</summary>
    public IReadOnlyDictionary<string, SafetensorInfo> Tensors => header.Tensors;

    /// <summary>The file's <c>__metadata__</c>; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    public static SafetensorsFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("Safetensors files are read on little-endian machines only.");
        FileStream? stream = null;
        try
        {
            // Unbuffered: the header is read in two pieces, the data through the map.
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            SafetensorsFile file = new(path, stream);
            stream = null;
            return file;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RaspException($"There is no file '{path}'. Check the path.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new RaspException($"'{path}' cannot be read: {e.Message} Check that it is a file you may read.", e);
        }
        finally
        {
            stream?.Dispose();
        }
    }

    /// <summary>The tensor in row-major order as float32, rounded to the nearest; for every dtype but BOOL.</summary>
    public float[] ReadSingle(string name) => Read<float>(Find(name));

    /// <summary>The tensor in row-major order as float64, exact but for I64 beyond 2^53; for every dtype but BOOL.</summary>
    public double[] ReadDouble(string name) => Read<double>(Find(name));

    /// <summary>The tensor in row-major order; only for the whole-number dtypes I64, I32, I16, I8 and U8.</summary>
    public long[] ReadInt64(string name)
    {
        SafetensorInfo tensor = Find(name);
        if (tensor.Dtype.IsFloatingPoint() || tensor.Dtype == SafetensorsDtype.BOOL)
            throw new RaspException($"'{Path}': tensor '{name}' has dtype {tensor.Dtype}, but whole numbers (I64) are expected. Check that the file belongs to this kind of model.");
        return Read<long>(tensor);
    }

    /// <summary>The tensor in row-major order; only for dtype BOOL. A byte other than 0 and 1 is refused.</summary>
    public bool[] ReadBoolean(string name)
    {
        SafetensorInfo tensor = Find(name);
        if (tensor.Dtype != SafetensorsDtype.BOOL)
            throw new RaspException($"'{Path}': tensor '{name}' has dtype {tensor.Dtype}, but truth values (BOOL) are expected. Check that the file belongs to this kind of model.");
        byte[] bytes = ReadBytes(name);
        int wrong = bytes.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)1);
        if (wrong >= 0)
            throw new RaspException($"'{Path}': tensor '{name}' has dtype BOOL, but its element {wrong} is the byte {bytes[wrong]}, neither 0 nor 1. Write the file anew.");
        return Array.ConvertAll(bytes, b => b != 0);
    }

    /// <summary>The tensor's bytes as they are stored: row-major, little-endian elements of its dtype.</summary>
    public byte[] ReadBytes(string name)
    {
        SafetensorInfo tensor = Find(name);
        byte[] bytes = Allocate<byte>(tensor, tensor.ByteLength);
        Copy(tensor, 0, bytes);
        return bytes;
    }

    public void Dispose()
    {
        view?.Dispose();
        map?.Dispose();
        stream.Dispose();
    }

    private T[] Read<T>(SafetensorInfo tensor) where T : unmanaged, INumberBase<T>
    {
        T[] values = Allocate<T>(tensor, tensor.ElementCount);
        switch (tensor.Dtype)
        {
            case SafetensorsDtype.F64: Convert<double, T>(tensor, values); break;
            case SafetensorsDtype.F32: Convert<float, T>(tensor, values); break;
            case SafetensorsDtype.F16: Convert<Half, T>(tensor, values); break;
            case SafetensorsDtype.BF16: Convert<ushort, T>(tensor, values, static v => T.CreateTruncating(SafetensorsDtypes.FromBFloat16(v))); break;
            case SafetensorsDtype.I64: Convert<long, T>(tensor, values); break;
            case SafetensorsDtype.I32: Convert<int, T>(tensor, values); break;
            case SafetensorsDtype.I16: Convert<short, T>(tensor, values); break;
            case SafetensorsDtype.I8: Convert<sbyte, T>(tensor, values); break;
            case SafetensorsDtype.U8: Convert<byte, T>(tensor, values); break;
            default: throw new RaspException($"'{Path}': tensor '{tensor.Name}' has dtype {tensor.Dtype}, but numbers are expected. Check that the file belongs to this kind of model.");
        }

        return values;
    }

    private void Convert<TStored, T>(SafetensorInfo tensor, T[] values) where TStored : unmanaged, INumberBase<TStored> where T : unmanaged, INumberBase<T>
    {
        if (values is TStored[] same) CopyAll(tensor, same);
        else Convert<TStored, T>(tensor, values, static v => T.CreateTruncating(v));
    }

    private void Convert<TStored, T>(SafetensorInfo tensor, T[] values, Func<TStored, T> convert) where TStored : unmanaged
    {
        TStored[] block = new TStored[Math.Min(values.Length, BlockBytes / tensor.Dtype.Size())];
        for (int start = 0; start < values.Length; start += block.Length)
        {
            Span<TStored> part = block.AsSpan(0, Math.Min(block.Length, values.Length - start));
            Copy(tensor, (long)start * tensor.Dtype.Size(), MemoryMarshal.AsBytes(part));
            for (int i = 0; i < part.Length; i++) values[start + i] = convert(part[i]);
        }
    }

    // A span of bytes holds less than an array of eight-byte elements can have.
    private void CopyAll<T>(SafetensorInfo tensor, T[] values) where T : unmanaged
    {
        int size = tensor.Dtype.Size();
        for (int start = 0; start < values.Length; start += 1 << 27)
            Copy(tensor, (long)start * size, MemoryMarshal.AsBytes(values.AsSpan(start, Math.Min(1 << 27, values.Length - start))));
    }

    private void Copy(SafetensorInfo tensor, long start, Span<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(!stream.CanRead, this);
        if (bytes.IsEmpty || view is null) return;
        // Reading mapped pages that are no longer in the file would end the process.
        if (stream.Length != header.FileLength || File.GetLastWriteTimeUtc(stream.SafeFileHandle) != written)
            throw new RaspException($"'{Path}': tensor '{tensor.Name}' cannot be read, for the file has been changed since it was opened. Open it again once it is written.");
        view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(tensor.Offset + start), bytes);
    }

    private T[] Allocate<T>(SafetensorInfo tensor, long count) => count <= Array.MaxLength
        ? new T[count]
        : throw new RaspException($"'{Path}': tensor '{tensor.Name}' has {count} elements, more than can be read at once. Split the tensor.");

    private SafetensorInfo Find(string name) => Tensors.TryGetValue(name, out SafetensorInfo? tensor)
        ? tensor
        : throw new RaspException($"'{Path}' has no tensor '{name}'. Check that the file belongs to this kind of model.");
}
