namespace Rasp.Format;

/// <summary>The element types of the safetensors format that this product reads and writes.</summary>
public enum SafetensorsDtype
{
    F32,
    F16,
    BF16,
    F64,
    I64,
}

internal static class SafetensorsDtypes
{
    public static int Size(this SafetensorsDtype dtype) => dtype switch
    {
        SafetensorsDtype.F16 or SafetensorsDtype.BF16 => 2,
        SafetensorsDtype.F32 => 4,
        _ => 8,
    };

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
