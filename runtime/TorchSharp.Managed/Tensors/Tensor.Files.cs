namespace TorchSharp;

using static torch;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The elements in row-major order, as they lie in memory.</summary>
        public void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            ArgumentNullException.ThrowIfNull(stream);
            using var packed = Packed();
            stream.Write(packed.bytes);
        }

        public void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            ArgumentNullException.ThrowIfNull(stream);
            if (!is_contiguous())
            {
                using var read = MakeLike();
                stream.ReadExactly(read.bytes);
                WriteFrom(read);
                return;
            }
            stream.ReadExactly(bytes);
            Storage.Version++;
        }

        public static Tensor Load(BinaryReader reader) => TensorExtensionMethods.Load(reader);

        public static Tensor Load(Stream stream)
        {
            using var reader = new BinaryReader(stream);
            return Load(reader);
        }

        public static Tensor Load(string location)
        {
            using var stream = File.OpenRead(location);
            return Load(stream);
        }
    }
}

// TorchSharp's file of a tensor: the number of its type, its rank and sizes as 7-bit encoded integers, then its bytes.
public static partial class TensorExtensionMethods
{
    public static void Save(this Tensor tensor, BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write7BitEncodedInt64((int)tensor.dtype);
        writer.Write7BitEncodedInt64(tensor.Rank);
        foreach (var size in tensor.Sizes) writer.Write7BitEncodedInt64(size);
        tensor.WriteBytesToStream(writer.BaseStream);
    }

    public static void Save(this Tensor tensor, Stream stream)
    {
        using var writer = new BinaryWriter(stream);
        tensor.Save(writer);
    }

    public static void Save(this Tensor tensor, string location) => tensor.Save(File.Create(location));

    public static void Load(this Tensor tensor, BinaryReader reader, bool skip = false)
    {
        var (type, shape) = Header(reader);
        if (type != tensor.dtype) throw new ArgumentException($"Load: the file holds {type}, the tensor {tensor.dtype}");
        Elements(tensor, shape, reader, skip);
    }

    public static Tensor Load(BinaryReader reader, bool skip = false)
    {
        Tensor? tensor = null;
        Load(ref tensor, reader, skip);
        return tensor ?? throw new InvalidOperationException("a loaded tensor is never null");
    }

    public static void Load(ref Tensor? tensor, BinaryReader reader, bool skip = false)
    {
        var (type, shape) = Header(reader);
        tensor ??= skip ? zeros(shape, type) : empty(shape, type);
        Elements(tensor, shape, reader, skip);
    }

    private static (ScalarType Type, long[] Shape) Header(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var type = (ScalarType)reader.Read7BitEncodedInt64();
        var rank = reader.Read7BitEncodedInt64();
        if (!Enum.IsDefined(type) || rank is < 0 or > 64) throw new InvalidDataException("Load: this is no tensor in TorchSharp's format");
        var shape = new long[rank];
        for (var d = 0; d < rank; d++) shape[d] = reader.Read7BitEncodedInt64();
        return (type, shape);
    }

    private static void Elements(Tensor tensor, long[] shape, BinaryReader reader, bool skip)
    {
        if (skip) reader.BaseStream.Seek(tensor.numel() * tensor.element_size(), SeekOrigin.Current);
        else if (!tensor.Sizes.SequenceEqual(shape)) throw new ArgumentException($"Load: the file holds a tensor of shape {Shapes.Text(shape)}, the target has {Shapes.Text(tensor.Sizes)}");
        else tensor.ReadBytesFromStream(reader.BaseStream);
    }
}
