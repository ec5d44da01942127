using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Rasp.Compiler.Tests.Compiling;
using Rasp.Format;
using Rasp.Testing;

namespace Rasp.Compiler.Tests.Interchange;

public sealed class ByteIdentityTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("rasp").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    /// <summary>Alone, then four at once in a culture that writes −1.5 as ~1,5.</summary>
    [Theory]
    [InlineData("fraction of previous")]
    [InlineData("mean of negative numbers")]
    [InlineData("sort by frequency")]
    [InlineData("dictionary")]
    public void Equal_programs_give_equal_files_whatever_the_culture_and_the_threads(string name)
    {
        string[] expected = Hashes(name, "alone");
        Assert.Equal(11, expected.Length);
        string[][] others = new string[4][];
        Thread[] threads = [.. Enumerable.Range(0, others.Length).Select(i => new Thread(() =>
        {
            CultureInfo culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NegativeSign = "~";
            culture.NumberFormat.NumberDecimalSeparator = ",";
            culture.NumberFormat.NumberGroupSeparator = ".";
            CultureInfo.CurrentCulture = culture;
            others[i] = Hashes(name, $"thread{i}");
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.All(others, hashes => Assert.Equal(expected, hashes));
    }

    /// <summary>Weights given by hand: no machine may write another byte, nor a later version without a reason.</summary>
    [Fact]
    public void A_models_files_are_these_bytes_on_every_machine()
    {
        Manifest manifest = new(
            "hand.rasp", "hand", 1, 1, 3, 2, 2, 0, 0, ["a", 1, Value.FromNumber(Rational.Create(-1, 3)), true], 5, true,
            [new ManifestOutput("hand", SOpType.Float, 0, [1, 2], [0.1, -2.5]), new ManifestOutput("é\"", SOpType.Bool, 1, [true, false], [])],
            [],
            new ManifestVerification(true, 1, 1, 0, "fp32"));
        int next = 0;
        CompiledModel model = new(manifest, CompiledWeights.Shapes(manifest).ToDictionary(
            t => t.Name,
            t => new WeightTensor(t.Shape, [.. Enumerable.Range(0, t.Shape.Aggregate(1, (a, b) => a * b)).Select(_ => (next++ - 30) / 7f)])));
        Snapshot.Match(string.Concat(Write(model, "hand").Where(p => Path.GetFileName(p) != "hand.json").Select(p => $"{Path.GetFileName(p)} {Hash(p)}\n")));
    }

    private string[] Hashes(string name, string folder)
    {
        (string vocabulary, string text) = ProgramTable.Programs[name];
        return [.. Write(Compiled.Model(text, vocabulary, 6, causal: true), folder).Select(Hash)];
    }

    /// <summary>Every file that can be made of a model: compiled, for TransformerLens and ONNX in each number format.</summary>
    private ImmutableArray<string> Write(CompiledModel model, string folder)
    {
        string target = Path.Combine(directory, folder);
        model.Save(target);
        foreach (SafetensorsDtype dtype in (SafetensorsDtype[])[SafetensorsDtype.F32, SafetensorsDtype.F16, SafetensorsDtype.BF16])
        {
            string stem = Path.Combine(target, dtype.ToString());
            TransformerLensFiles.Write(model, stem, dtype);
            OnnxFile.Write(model, stem + ".onnx", dtype);
        }

        return [.. Directory.GetFiles(target).Order(StringComparer.Ordinal)];
    }

    private static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
}
