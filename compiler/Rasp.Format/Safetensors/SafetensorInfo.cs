namespace Rasp.Format;

/// <summary>One tensor of a safetensors file: row-major, little-endian, at <see cref="Offset"/> bytes from the file's start.</summary>
public sealed record SafetensorInfo(string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape, long Offset, long ByteLength)
{
    public long ElementCount => ByteLength / Dtype.Size();

    /// <summary>The bytes that a shape takes, or null where that is no number of bytes a file can have.</summary>
    internal static long? Bytes(IEnumerable<long> shape, SafetensorsDtype dtype)
    {
        Int128 bytes = dtype.Size();
        foreach (long dimension in shape)
        {
            if (dimension < 0) return null;
            bytes *= dimension;
            if (bytes > long.MaxValue) return null;
        }

        return (long)bytes;
    }
}
