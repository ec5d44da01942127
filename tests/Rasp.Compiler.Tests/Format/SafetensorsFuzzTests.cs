using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Rasp.Format;
using Rasp.Testing;

namespace Rasp.Compiler.Tests.Format;

/// <summary>Damaged files either load with every invariant true or are refused with a message: no crash, no hang, no flood of memory.</summary>
public sealed partial class SafetensorsFuzzTests(ITestOutputHelper output) : IDisposable
{
    private const int Files = 12_000;

    // Not a speed: a file of a few hundred bytes takes well under a millisecond, and no busy machine makes a minute of it. What
    // takes longer hangs, or does work in proportion to a size that the header only claims.
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    // Parsing builds a few objects for each of the header's few bytes; an exception with its trace is some tens of kilobytes.
    private static long AllocationBound(long fileLength) => 128 * 1024 + 64 * fileLength;

    // The mutations are good if every check of the header refuses some of the files.
    private static readonly string[] Reasons =
    [
        "fewer than the 8", "more than a safetensors header", "but the file ends", "valid UTF-8 JSON", "begin with '{'", "'__metadata__' is not an object",
        "'__metadata__' occurs twice", "is not a string", "is not an object", "has no dtype", "has no shape", "has no data_offsets", "occurs twice",
        "not supported", "whole numbers from 0", "needs two data_offsets", "may be truncated", "does not fill", "overlaps", "belong to no tensor", "neither 0 nor 1",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("rasp-fuzz-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Mutated_files_load_soundly_or_are_refused()
    {
        byte[][] seeds = [.. Seeds()];
        Random random = new(20260101);
        string path = Path.Combine(folder, "mutated.safetensors");
        int loaded = 0, refused = 0;
        Dictionary<string, int> reasons = Reasons.ToDictionary(r => r, _ => 0, StringComparer.Ordinal);
        long mostAllocated = 0;
        TimeSpan slowest = TimeSpan.Zero;
        for (int i = 0; i < Files; i++)
        {
            byte[] bytes = Mutate(seeds, random);
            File.WriteAllBytes(path, bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            string? message = Refusal(path, bytes);
            TimeSpan taken = Stopwatch.GetElapsedTime(start);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            if (message is null) loaded++;
            else refused++;
            foreach (string reason in Reasons)
                if (message?.Contains(reason, StringComparison.Ordinal) == true) reasons[reason]++;
            Assert.True(message is null || (message.Contains(path, StringComparison.Ordinal) && !message.Contains('\n') && message.Length < 1000), $"file {i}: {message}");
            Assert.True(allocated <= AllocationBound(bytes.Length), $"file {i} of {bytes.Length} bytes: {allocated} bytes allocated");
            Assert.True(taken < Hang, $"file {i}: {taken}");
            mostAllocated = Math.Max(mostAllocated, allocated);
            slowest = slowest > taken ? slowest : taken;
        }

        output.WriteLine($"{loaded} loaded, {refused} refused; at most {mostAllocated} bytes allocated and {slowest.TotalMilliseconds:0.0} ms for one file");
        foreach ((string reason, int count) in reasons) output.WriteLine($"{count,6} {reason}");
        Assert.DoesNotContain(0, reasons.Values);
        // Both ways out are taken often enough to mean something.
        Assert.True(loaded > Files / 100 && refused > Files / 2, $"{loaded} loaded, {refused} refused");
    }

    /// <summary>Null where the file loads and is sound, else the message it is refused with.</summary>
    private static string? Refusal(string path, byte[] bytes)
    {
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            CheckSound(file, bytes);
            return null;
        }
        catch (RaspException e)
        {
            return e.Message;
        }
    }

    private static void CheckSound(SafetensorsFile file, byte[] bytes)
    {
        long position = 8 + BinaryPrimitives.ReadInt64LittleEndian(bytes);
        foreach (SafetensorInfo tensor in file.Tensors.Values.OrderBy(t => t.Offset).ThenBy(t => t.ByteLength))
        {
            Assert.Equal(position, tensor.Offset);
            Assert.Equal(tensor.ByteLength, tensor.Shape.Aggregate(1L, (a, b) => checked(a * b)) * ElementSize(tensor.Dtype));
            Assert.All(tensor.Shape, d => Assert.True(d >= 0));
            position += tensor.ByteLength;
            Assert.True(file.ReadBytes(tensor.Name).AsSpan().SequenceEqual(bytes.AsSpan((int)tensor.Offset, (int)tensor.ByteLength)));
            if (tensor.Dtype == SafetensorsDtype.BOOL) Assert.Equal(tensor.ElementCount, file.ReadBoolean(tensor.Name).LongLength);
            else Assert.Equal(tensor.ElementCount, file.ReadDouble(tensor.Name).LongLength);
        }

        Assert.Equal(bytes.LongLength, position);
    }

    private static int ElementSize(SafetensorsDtype dtype) => dtype switch
    {
        SafetensorsDtype.BOOL or SafetensorsDtype.U8 or SafetensorsDtype.I8 => 1,
        SafetensorsDtype.F16 or SafetensorsDtype.BF16 or SafetensorsDtype.I16 => 2,
        SafetensorsDtype.F32 or SafetensorsDtype.I32 => 4,
        _ => 8,
    };

    private IEnumerable<byte[]> Seeds()
    {
        string golden = Path.Combine(Repository.Root, "tests", "Rasp.Compiler.Tests", "Format", "Golden");
        foreach (string file in Directory.GetFiles(golden, "*.safetensors").Order(StringComparer.Ordinal)) yield return File.ReadAllBytes(file);
        string written = Path.Combine(folder, "seed.safetensors");
        SafetensorsWriter.Write(
            written,
            [.. Enumerable.Range(0, 12).Select(i => SafetensorsTensor.Of($"blocks.{i}.weight", [2, i], new float[2 * i])), SafetensorsTensor.Of("mask", [3], new[] { true, false, true })],
            new Dictionary<string, string> { ["format"] = "pt", ["made by"] = "a test" });
        yield return File.ReadAllBytes(written);
    }

    private static byte[] Mutate(byte[][] seeds, Random random)
    {
        byte[] bytes = (byte[])seeds[random.Next(seeds.Length)].Clone();
        for (int round = random.Next(1, 4); round > 0; round--)
        {
            bytes = random.Next(8) switch
            {
                0 => Flip(bytes, random),
                1 => bytes[..random.Next(bytes.Length + 1)],
                2 => WithLength(bytes, random),
                3 => Splice(bytes, seeds[random.Next(seeds.Length)], random),
                4 => Insert(bytes, random),
                _ => EditHeader(bytes, random),
            };
        }

        return bytes;
    }

    private static byte[] Flip(byte[] bytes, Random random)
    {
        for (int n = random.Next(1, 5); n > 0 && bytes.Length > 0; n--) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static byte[] WithLength(byte[] bytes, Random random)
    {
        if (bytes.Length < 8) return bytes;
        long length = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        long[] lengths = [0, 1, 2, -1, length - 1, length + 1, length + 8, bytes.Length - 8, bytes.Length - 7, bytes.Length, 100_000_000, 100_000_001, int.MaxValue, long.MaxValue, long.MinValue, random.Next(), random.NextInt64()];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, lengths[random.Next(lengths.Length)]);
        return bytes;
    }

    private static byte[] Splice(byte[] bytes, byte[] other, Random random)
    {
        int end = random.Next(other.Length + 1), start = random.Next(end + 1), at = random.Next(bytes.Length + 1);
        return [.. bytes[..at], .. other[start..end], .. bytes[Math.Min(bytes.Length, at + random.Next(40))..]];
    }

    private static byte[] Insert(byte[] bytes, Random random)
    {
        byte[] inserted = new byte[random.Next(1, 30)];
        random.NextBytes(inserted);
        int at = random.Next(bytes.Length + 1);
        return [.. bytes[..at], .. inserted, .. bytes[at..]];
    }

    /// <summary>Changes the header as JSON and gives it its new length, so that the change reaches the checks behind the length.</summary>
    private static byte[] EditHeader(byte[] bytes, Random random)
    {
        if (bytes.Length < 8 || BinaryPrimitives.ReadInt64LittleEndian(bytes) is var length && (length < 0 || length > bytes.Length - 8)) return bytes;
        string json = Encoding.UTF8.GetString(bytes, 8, (int)length);
        byte[] header = Encoding.UTF8.GetBytes(random.Next(11) switch
        {
            0 or 1 => Replace(Numbers(), json, random, "0", "1", "2", "-1", "-0", "1.5", "1e3", "1e999", "4294967296", "9223372036854775807", "9223372036854775808", "null", "\"3\"", "[1]", "{}"),
            2 => Replace(Strings(), json, random, "\"F32\"", "\"I8\"", "\"BOOL\"", "\"F8_E4M3\"", "\"0\"", "\"\"", "null", "\"\\ud800\"", "\"\\u0000\"", "\"__metadata__\"", "\"shape\"", "\"dtype\"", "1"),
            3 => Replace(Entries(), json, random, "\"z\":{}", "\"z\":null", "\"__metadata__\":{\"a\":1}", "\"__metadata__\":{}", "\"__metadata__\":null", ""),
            4 => Entries().Matches(json) is { Count: > 0 } entries ? json.Insert(1, entries[random.Next(entries.Count)].Value + ",") : json,
            5 => Replace(Arrays(), json, random, "[]", "[0]", "[0,0,0]", $"[{string.Concat(Enumerable.Repeat("[", 200))}", string.Concat(Enumerable.Repeat("[", 5000)), "[" + string.Join(',', Enumerable.Repeat("1", 500)) + "]"),
            6 => json + string.Concat(Enumerable.Repeat(random.Next(2) == 0 ? " " : "}", random.Next(1, 20))),
            // The same bytes once more: under another name, under the same bounds, or as another type.
            7 => Entries().Matches(json) is { Count: > 0 } named ? json.Insert(1, Name().Replace(named[random.Next(named.Count)].Value, "\"again\"", 1) + ",") : json,
            8 => Arrays().Matches(json) is { Count: > 0 } arrays ? Replace(Arrays(), json, random, arrays[random.Next(arrays.Count)].Value) : json,
            9 => Replace(Bytes(), json, random, "\"BOOL\"", "\"U8\"", "\"I8\""),
            _ => json.Remove(random.Next(json.Length + 1) is var at && at == json.Length ? 0 : at, json.Length > 0 ? 1 : 0),
        });
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        return [.. prefix, .. header, .. bytes[(8 + (int)length)..]];
    }

    private static string Replace(Regex pattern, string json, Random random, params string[] values)
    {
        MatchCollection matches = pattern.Matches(json);
        if (matches.Count == 0) return json;
        Match match = matches[random.Next(matches.Count)];
        return string.Concat(json.AsSpan(0, match.Index), values[random.Next(values.Length)], json.AsSpan(match.Index + match.Length));
    }

    [GeneratedRegex("-?[0-9]+")]
    private static partial Regex Numbers();

    [GeneratedRegex("^\"[^\"]*\"")]
    private static partial Regex Name();

    [GeneratedRegex("\"(U8|I8|BOOL)\"")]
    private static partial Regex Bytes();

    [GeneratedRegex("\"[^\"\\\\]*\"")]
    private static partial Regex Strings();

    [GeneratedRegex("\\[[^\\[\\]]*\\]")]
    private static partial Regex Arrays();

    [GeneratedRegex("\"[^\"\\\\]*\":\\{[^{}]*\\}")]
    private static partial Regex Entries();
}
