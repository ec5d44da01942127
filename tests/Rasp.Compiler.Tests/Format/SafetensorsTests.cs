using System.Text;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Format;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rasp-safetensors-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Write_gives_the_bytes_of_the_format()
    {
        string path = Path.Combine(folder, "a.safetensors");
        SafetensorsWriter.Write(path, [("b", [2], [1f, -2f]), ("a", [1, 1], [0.5f])], new Dictionary<string, string> { ["z"] = "1", ["k"] = "é" });

        // Written by hand from the format's description: names in ordinal order, header padded to a multiple of eight.
        string json = """{"__metadata__":{"k":"é","z":"1"},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""";
        List<byte> header = [.. Encoding.UTF8.GetBytes(json)];
        while (header.Count % 8 != 0) header.Add((byte)' ');
        byte[] expected = [.. BitConverter.GetBytes((long)header.Count), .. header, .. BitConverter.GetBytes(0.5f), .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(-2f)];
        Assert.Equal(expected, File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(folder));
    }

    [Fact]
    public void Write_then_read_keeps_values_shapes_and_metadata()
    {
        string path = Path.Combine(folder, "a.safetensors");
        float[] data = [0f, -0f, 1f / 3, float.MaxValue, float.Epsilon, float.PositiveInfinity];
        SafetensorsWriter.Write(path, [("x", [2, 3], data), ("empty", [0, 4], [])], new Dictionary<string, string> { ["format"] = "pt" });

        using SafetensorsFile file = SafetensorsFile.Open(path);

        Assert.Equal(["empty", "x"], file.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([2L, 3L], file.Tensors["x"].Shape);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(data.Select(BitConverter.SingleToInt32Bits), file.ReadSingle("x").Select(BitConverter.SingleToInt32Bits));
        Assert.Empty(file.ReadSingle("empty"));
    }

    [Theory]
    [InlineData("F32", new byte[] { 0, 0, 0xC0, 0x3F }, 1.5)]
    [InlineData("F16", new byte[] { 0, 0x3E }, 1.5)]
    [InlineData("BF16", new byte[] { 0xC0, 0x3F }, 1.5)]
    [InlineData("F64", new byte[] { 0, 0, 0, 0, 0, 0, 0xF8, 0x3F }, 1.5)]
    [InlineData("I64", new byte[] { 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, -2)]
    public void Each_dtype_is_read_from_its_bits(string dtype, byte[] bits, double expected)
    {
        string path = Save($$$"""{"x":{"dtype":"{{{dtype}}}","shape":[1],"data_offsets":[0,{{{bits.Length}}}]}}""", bits);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal([(float)expected], file.ReadSingle("x"));
        Assert.Equal([expected], file.ReadDouble("x"));
        if (dtype == "I64") Assert.Equal([(long)expected], file.ReadInt64("x"));
        else Assert.Contains("I64", Assert.Throws<RaspException>(() => file.ReadInt64("x")).Message, StringComparison.Ordinal);
    }

    // 1 + 2^-8 lies halfway between the bfloat16 numbers 1 and 1 + 2^-7, and 1 + 3·2^-8 between 1 + 2^-7 and 1 + 2^-6; ties go
    // to the even mantissa. The same for binary16 with 2^-11.
    [Theory]
    [InlineData(SafetensorsDtype.BF16, 1 + 1.0 / 256, 1)]
    [InlineData(SafetensorsDtype.BF16, 1 + 3.0 / 256, 1 + 4.0 / 256)]
    [InlineData(SafetensorsDtype.BF16, 1 + 1.0 / 256 + 1.0 / 4096, 1 + 2.0 / 256)]
    [InlineData(SafetensorsDtype.BF16, double.NaN, double.NaN)]
    [InlineData(SafetensorsDtype.F16, 1 + 1.0 / 2048, 1)]
    [InlineData(SafetensorsDtype.F16, 1 + 3.0 / 2048, 1 + 4.0 / 2048)]
    [InlineData(SafetensorsDtype.F64, 0.1f, 0.1f)]
    public void Narrow_formats_round_to_nearest_even(SafetensorsDtype dtype, double value, double expected)
    {
        string path = Path.Combine(folder, "n.safetensors");
        SafetensorsWriter.Write(path, [("x", [1], [(float)value])], dtype: dtype);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal([expected], file.ReadDouble("x"));
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "truncated")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "'x' of shape [3]")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6, "'y' overlaps tensor 'x'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "4 bytes before tensor 'x'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "4 bytes after tensor 'x'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'x' occurs twice")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "bytes 4 to 0")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "shape of tensor 'x'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", 4, "does not fill")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "shape of tensor 'x'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "two data_offsets")]
    [InlineData("""{"x":{"shape":[1],"data_offsets":[0,4]}}""", 4, "'x' has no dtype")]
    [InlineData("""{"x":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "'x' has no shape")]
    [InlineData("""{"x":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""", 4, "F8_E4M3")]
    [InlineData("""{"x":5}""", 0, "'x' is not an object")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "'k' is not a string")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1]""", 4, "not valid UTF-8 JSON")]
    [InlineData("[]", 0, "not a JSON object")]
    [InlineData(" {}", 0, "does not begin with '{'")]
    [InlineData("{} x", 0, "not valid UTF-8 JSON")]
    [InlineData("{}", 1, "1 bytes after the header belong to no tensor")]
    [InlineData("""{"__metadata__":5}""", 0, "'__metadata__' is not an object")]
    [InlineData("""{"__metadata__":null}""", 0, "'__metadata__' is not an object")]
    [InlineData("""{"__metadata__":{"k":null}}""", 0, "'k' is not a string")]
    [InlineData("""{"__metadata__":{"k":"a","k":"b"}}""", 0, "'k' occurs twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "'__metadata__' occurs twice")]
    [InlineData("""{"x":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "the dtype of tensor 'x' occurs twice")]
    [InlineData("""{"x":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}""", 4, "dtype f32, which is not supported")]
    [InlineData("""{"x":{"dtype":"1","shape":[1],"data_offsets":[0,4]}}""", 4, "dtype 1, which is not supported")]
    [InlineData("""{"x":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""", 4, "'x' has no dtype")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551615]}}""", 4, "data_offsets of tensor 'x'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775804,9223372036854775807]}}""", 4, "may be truncated")]
    [InlineData("""{"x":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,9223372036854775807],"data_offsets":[0,4]}}""", 4, "does not fill")]
    [InlineData("""{"x\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "not valid UTF-8 JSON")]
    [InlineData("""{"x":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}""", 4, "shape of tensor 'x'")]
    [InlineData("""{"x\ny":5}""", 0, "tensor 'x\uFFFDy' is not an object")]
    public void A_wrong_header_is_refused_with_its_reason(string json, int dataBytes, string reason)
    {
        string path = Save(json, new byte[dataBytes]);
        string message = Assert.Throws<RaspException>(() => SafetensorsFile.Open(path)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_utf8_in_the_header_is_refused()
    {
        byte[] json = [(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}'];
        string path = Path.Combine(folder, "bad.safetensors");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)json.Length), .. json]);
        Assert.Contains("UTF-8", Assert.Throws<RaspException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public void Deep_nesting_is_refused(int depth)
    {
        string path = Save($"{{\"x\":{new string('[', depth)}{new string(']', depth)}}}", []);
        Assert.Contains("JSON", Assert.Throws<RaspException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Properties_that_the_format_does_not_know_are_passed_over()
    {
        string path = Save("""{"x":{"dtype":"F32","note":{"a":[1]},"shape":[1],"data_offsets":[0,4]}}""", BitConverter.GetBytes(1.5f));
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal([1.5f], file.ReadSingle("x"));
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(5L)]
    public void A_file_shorter_than_a_header_length_is_refused(long length)
    {
        string path = Path.Combine(folder, "short.safetensors");
        File.WriteAllBytes(path, new byte[length]);
        Assert.Contains($"{length} bytes", Assert.Throws<RaspException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1L)]
    [InlineData(1000L)]
    public void A_header_length_beyond_the_file_is_refused(long length)
    {
        string path = Path.Combine(folder, "giant.safetensors");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes(length), .. "{}      "u8]);
        Assert.Contains("header claims", Assert.Throws<RaspException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_of_a_file_is_refused()
    {
        string path = Path.Combine(folder, "whole.safetensors");
        SafetensorsWriter.Write(path, [("x", [3], [1f, 2f, 3f])]);
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Throws<RaspException>(() => SafetensorsFile.Open(path));
        }
    }

    [Fact]
    public void A_missing_file_or_tensor_is_named()
    {
        string path = Path.Combine(folder, "none.safetensors");
        Assert.Contains(path, Assert.Throws<RaspException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
        SafetensorsWriter.Write(path, [("x", [1], [1f])]);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Contains("'y'", Assert.Throws<RaspException>(() => file.ReadSingle("y")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_no_other()
    {
        string path = Path.Combine(folder, "a.txt");
        File.WriteAllText(path, "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder));
    }

    private string Save(string json, byte[] data)
    {
        string path = Path.Combine(folder, "case.safetensors");
        byte[] header = Encoding.UTF8.GetBytes(json);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)header.Length), .. header, .. data]);
        return path;
    }
}
