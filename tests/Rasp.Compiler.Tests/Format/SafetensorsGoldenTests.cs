using Rasp.Format;
using Rasp.Testing;

namespace Rasp.Compiler.Tests.Format;

/// <summary>Files that <c>tests/oracles/safetensors_files.py</c> wrote by hand, without the code under test.</summary>
public sealed class SafetensorsGoldenTests
{
    private static SafetensorsFile Open(string name) =>
        SafetensorsFile.Open(Path.Combine(Repository.Root, "tests", "Rasp.Compiler.Tests", "Format", "Golden", name));

    [Theory]
    [InlineData("u8", SafetensorsDtype.U8, 0L, 255L)]
    [InlineData("i8", SafetensorsDtype.I8, -128L, 127L)]
    [InlineData("i16", SafetensorsDtype.I16, -32768L, 32767L)]
    [InlineData("i32", SafetensorsDtype.I32, int.MinValue, int.MaxValue)]
    [InlineData("i64", SafetensorsDtype.I64, long.MinValue, long.MaxValue)]
    public void Whole_numbers_of_every_size(string name, SafetensorsDtype dtype, long smallest, long largest)
    {
        using SafetensorsFile file = Open("dtypes.safetensors");
        Assert.Equal(dtype, file.Tensors[name].Dtype);
        Assert.Equal([smallest, largest, 5], file.ReadInt64(name));
        Assert.Equal([smallest, largest, 5.0], file.ReadDouble(name));
        Assert.Equal([smallest, largest, 5f], file.ReadSingle(name));
    }

    [Theory]
    [InlineData("f64", SafetensorsDtype.F64, double.MinValue, 2.2250738585072014e-308)]
    [InlineData("f32", SafetensorsDtype.F32, float.MinValue, 1.17549435e-38f)]
    [InlineData("f16", SafetensorsDtype.F16, -65504.0, 6.103515625e-05)]
    [InlineData("bf16", SafetensorsDtype.BF16, -3.3895313892515355e38, 1.17549435e-38f)]
    public void Floating_point_numbers_of_every_size(string name, SafetensorsDtype dtype, double smallest, double tiny)
    {
        using SafetensorsFile file = Open("dtypes.safetensors");
        Assert.Equal(dtype, file.Tensors[name].Dtype);
        Assert.Equal([smallest, tiny, -1.5], file.ReadDouble(name));
        Assert.Equal([(float)smallest, (float)tiny, -1.5f], file.ReadSingle(name));
        Assert.Contains(dtype.ToString(), Assert.Throws<RaspException>(() => file.ReadInt64(name)).Message, StringComparison.Ordinal);
        Assert.Contains("BOOL", Assert.Throws<RaspException>(() => file.ReadBoolean(name)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Truth_values()
    {
        using SafetensorsFile file = Open("dtypes.safetensors");
        Assert.Equal([true, false, true], file.ReadBoolean("bool"));
        Assert.Equal([1, 0, 1], file.ReadBytes("bool"));
        Assert.Contains("'bool' has dtype BOOL", Assert.Throws<RaspException>(() => file.ReadSingle("bool")).Message, StringComparison.Ordinal);
        Assert.Contains("'bool' has dtype BOOL", Assert.Throws<RaspException>(() => file.ReadInt64("bool")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shapes_names_and_metadata_of_every_kind()
    {
        using SafetensorsFile file = Open("shapes.safetensors");
        Assert.Equal(["", "last", "none", "α/β \"quoted\"\n"], file.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(file.Tensors[""].Shape);
        Assert.Equal([2.5f], file.ReadSingle(""));
        Assert.Equal([3L, 0, 2], file.Tensors["none"].Shape);
        Assert.Empty(file.ReadSingle("none"));
        Assert.Equal([0L, 1, 2, 3, 4, 5], file.ReadInt64("α/β \"quoted\"\n"));
        Assert.Equal(new Dictionary<string, string> { ["format"] = "pt", ["γ"] = "" }, file.Metadata);
    }

    [Fact]
    public void A_file_without_tensors()
    {
        using SafetensorsFile file = Open("bare.safetensors");
        Assert.Empty(file.Tensors);
        Assert.Empty(file.Metadata);
    }
}
