using System.Diagnostics;
using System.Text;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Format;

/// <summary>Files while they are open: what is read when, what happens when they are replaced, cut or deleted, and what stays behind.</summary>
public sealed class SafetensorsUseTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rasp-safetensors-").FullName;
    private readonly string path;

    public SafetensorsUseTests() => path = Path.Combine(folder, "a.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Every_dtype_comes_back_from_the_writer()
    {
        SafetensorsWriter.Write(
            path,
            [
                SafetensorsTensor.Of("double", [2], new[] { double.Epsilon, -1e300 }),
                SafetensorsTensor.Of("half", [1, 2], new[] { (Half)1.5, Half.NaN }),
                SafetensorsTensor.Of("long", [2], new[] { long.MinValue, long.MaxValue }),
                SafetensorsTensor.Of("int", [1], new[] { int.MinValue }),
                SafetensorsTensor.Of("short", [1], new[] { short.MinValue }),
                SafetensorsTensor.Of("sbyte", [1], new[] { sbyte.MinValue }),
                SafetensorsTensor.Of("byte", [3], new byte[] { 0, 128, 255 }),
                SafetensorsTensor.Of("bool", [2], new[] { true, false }),
                SafetensorsTensor.Of("bfloat", [3], [1f, 1 + 1f / 256, 3e38f], SafetensorsDtype.BF16),
                SafetensorsTensor.Of("float", [], [0.1f]),
            ]);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal([double.Epsilon, -1e300], file.ReadDouble("double"));
        Assert.Equal([1.5f, float.NaN], file.ReadSingle("half"));
        Assert.Equal([long.MinValue, long.MaxValue], file.ReadInt64("long"));
        Assert.Equal([int.MinValue], file.ReadInt64("int"));
        Assert.Equal([short.MinValue], file.ReadInt64("short"));
        Assert.Equal([sbyte.MinValue], file.ReadInt64("sbyte"));
        Assert.Equal([0, 128, 255], file.ReadInt64("byte"));
        Assert.Equal([true, false], file.ReadBoolean("bool"));
        Assert.Equal([1, 1, 226 * MathF.Pow(2, 120)], file.ReadSingle("bfloat"));
        Assert.Equal([0.1f], file.ReadSingle("float"));
        // Every element lies at a multiple of its size.
        Assert.All(file.Tensors.Values, t => Assert.Equal(0, t.ElementCount == 0 ? 0 : t.Offset % (t.ByteLength / t.ElementCount)));
    }

    [Fact]
    public void Mistakes_of_the_caller_are_refused_before_anything_is_written()
    {
        Assert.Throws<ArgumentException>(() => SafetensorsTensor.Of("x", [2], [1f]));
        Assert.Throws<ArgumentException>(() => SafetensorsTensor.Of("x", [-1, -1], [1f]));
        Assert.Throws<ArgumentException>(() => SafetensorsTensor.Of("x", [long.MaxValue, 8], [1f]));
        Assert.Throws<ArgumentException>(() => SafetensorsTensor.Of("__metadata__", [1], [1f]));
        Assert.Throws<ArgumentException>(() => SafetensorsTensor.Of("x", [1], [1f], SafetensorsDtype.I64));
        Assert.Throws<ArgumentException>(() => SafetensorsTensor.Of("x", [1], new[] { 'c' }));
        // At run time an array of these is also one of the signed type of the same size.
        Assert.Throws<ArgumentException>(() => SafetensorsTensor.Of("x", [1], new[] { ulong.MaxValue }));
        Assert.Throws<ArgumentException>(() => SafetensorsTensor.Of("x", [1], new[] { uint.MaxValue }));
        Assert.Throws<ArgumentException>(() => SafetensorsTensor.Of("x", [1], new[] { ushort.MaxValue }));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [("x", [1], [1f]), ("x", [1], [2f])]));
        Assert.ThrowsAny<ArgumentException>(() => SafetensorsWriter.Write(path, [("\ud800", [1], [1f])]));
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void Opening_a_large_file_copies_none_of_its_data()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows fills a lengthened file with 8 GB of zeros: its files have no holes unless they are marked.");
        const long Elements = 1L << 31;
        // A hole of 8 GB: only a reader that copies it would notice.
        string json = $$$"""{"small":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"large":{"dtype":"F32","shape":[{{{Elements}}}],"data_offsets":[4,{{{4 + 4 * Elements}}}]}}""";
        byte[] header = Encoding.UTF8.GetBytes(json);
        using (FileStream stream = File.Create(path))
        {
            stream.Write([.. BitConverter.GetBytes((long)header.Length), .. header, .. BitConverter.GetBytes(1.5f)]);
            stream.SetLength(8 + header.Length + 4 + 4 * Elements);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal([1.5f], file.ReadSingle("small"));
        // The header's objects; 64 kB are 100 times its length.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        Assert.Contains("Split the tensor", Assert.Throws<RaspException>(() => file.ReadSingle("large")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_open_file_may_be_replaced_and_reads_on()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not let a mapped file be replaced.");
        SafetensorsWriter.Write(path, [("x", [2], [1f, 2f])]);
        using SafetensorsFile old = SafetensorsFile.Open(path);
        SafetensorsWriter.Write(path, [("x", [1], [3f])]);
        Assert.Equal([1f, 2f], old.ReadSingle("x"));
        using SafetensorsFile renewed = SafetensorsFile.Open(path);
        Assert.Equal([3f], renewed.ReadSingle("x"));
        File.Delete(path);
        Assert.Equal([1f, 2f], old.ReadSingle("x"));
    }

    [Fact]
    public void A_file_written_in_place_while_it_is_open_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not let an open file be written.");
        SafetensorsWriter.Write(path, [("x", [2], [1f, 2f])]);
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        byte[] bytes = File.ReadAllBytes(path);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        File.WriteAllBytes(path, bytes);
        Assert.Contains("has been changed", Assert.Throws<RaspException>(() => file.ReadSingle("x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disposed_file_is_free_and_a_folder_is_no_file()
    {
        SafetensorsWriter.Write(path, [("x", [2], [1f, 2f])]);
        using (SafetensorsFile file = SafetensorsFile.Open(path)) Assert.Equal([1f, 2f], file.ReadSingle("x"));
        using (FileStream alone = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) Assert.True(alone.CanWrite);
        Assert.Contains(folder, Assert.Throws<RaspException>(() => SafetensorsFile.Open(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_file_is_not_left_open()
    {
        File.WriteAllBytes(path, new byte[20]);
        Assert.Throws<RaspException>(() => SafetensorsFile.Open(path));
        using FileStream alone = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.True(alone.CanWrite);
    }

    [Fact]
    public void A_file_that_is_cut_while_it_is_open_is_refused_not_fatal()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Cutting a file that is open needs a program that takes no locks; this test uses Linux's.");
        SafetensorsWriter.Write(path, [("x", [100_000], new float[100_000])]);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        using (Process cut = Process.Start("truncate", ["-s", "5000", path])) cut.WaitForExit();
        Assert.Equal(5000, new FileInfo(path).Length);
        string message = Assert.Throws<RaspException>(() => file.ReadSingle("x")).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains("has been changed", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disposed_file_says_so()
    {
        SafetensorsWriter.Write(path, [("x", [1], [1f])]);
        SafetensorsFile file = SafetensorsFile.Open(path);
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.ReadSingle("x"));
    }

    [Fact]
    public void A_truth_value_other_than_0_and_1_is_refused_when_it_is_read()
    {
        byte[] header = Encoding.UTF8.GetBytes("""{"x":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}""");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)header.Length), .. header, 1, 2, 0]);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        string message = Assert.Throws<RaspException>(() => file.ReadBoolean("x")).Message;
        Assert.Contains("'x' has dtype BOOL, but its element 1 is the byte 2", message, StringComparison.Ordinal);
    }
}
