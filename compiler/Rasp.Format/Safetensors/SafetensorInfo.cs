namespace Rasp.Format;

/// <summary>One tensor of a safetensors file: row-major, little-endian, at <see cref="Offset"/> bytes from the file's start.</summary>
public sealed record SafetensorInfo(string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape, long Offset, long ByteLength)
{
    public long ElementCount => ByteLength / Dtype.Size();
}
