namespace Rasp.Format;

/// <summary>The element types of the safetensors format that this product reads and writes, under the format's own names.</summary>
public enum SafetensorsDtype
{
    F64,
    F32,
    F16,
    BF16,
    I64,
    I32,
    I16,
    I8,
    U8,

    /// <summary>One byte an element: 0 is false, 1 is true, and nothing else is valid.</summary>
    BOOL,
}

internal static class SafetensorsDtypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this SafetensorsDtype dtype) => dtype switch
    {
        SafetensorsDtype.F64 or SafetensorsDtype.I64 => 8,
        SafetensorsDtype.F32 or SafetensorsDtype.I32 => 4,
        SafetensorsDtype.F16 or SafetensorsDtype.BF16 or SafetensorsDtype.I16 => 2,
        _ => 1,
    };

    public static bool IsFloatingPoint(this SafetensorsDtype dtype) =>
        dtype is SafetensorsDtype.F64 or SafetensorsDtype.F32 or SafetensorsDtype.F16 or SafetensorsDtype.BF16;

    /// <summary>The dtype of that exact name, or null: <c>Enum.Parse</c> would also take numbers and lists.</summary>
    public static SafetensorsDtype? Find(string? name)
    {
        foreach (SafetensorsDtype dtype in Enum.GetValues<SafetensorsDtype>())
            if (dtype.ToString() == name) return dtype;
        return null;
    }

    /// <summary>
    /// The nearest bfloat16, ties to even: add 0x7FFF plus the lowest kept bit, then drop the low 16 bits.
    /// A NaN keeps its sign and becomes quiet, since the addition could carry it into an infinity.
    /// </summary>
    public static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return (ushort)((bits >> 16) | 0x0040);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Exact: a bfloat16 is the upper half of a float32.</summary>
    public static float FromBFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
