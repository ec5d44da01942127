using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests.Golden;

/// <summary>Every operation's outputs and gradients against PyTorch's, for the same values in four layouts.</summary>
public class GoldenTests(GoldenTests.Values golden, ITestOutputHelper output) : IClassFixture<GoldenTests.Values>
{
    public sealed class Values
    {
        internal ILookup<string, GoldenCase> Cases { get; } = GoldenFile.Read();
    }

    private static readonly Dictionary<string, Func<Tensor[], Tensor[]>> Operations = GoldenTable.All
        .Concat(OperationTable.All.Select(static o => KeyValuePair.Create<string, Func<Tensor[], Tensor[]>>(o.Name, x => [o.Apply(x)])))
        .ToDictionary(StringComparer.Ordinal);

    private const double Bound = 32;

    // In this table's tests only: a conversion of float64 itself.
    private const string Float64Only = "to float and back";

    public static TheoryData<string> Names => [.. Operations.Keys.Where(static name => name != Float64Only)];

    [Fact]
    public void Every_golden_case_is_run() =>
        Assert.Equal(golden.Cases.Select(static c => c.Key).Order(StringComparer.Ordinal), Operations.Keys.Where(static name => name != Float64Only).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void Equals_PyTorch(string name)
    {
        var worst = 0.0;
        Assert.NotEmpty(golden.Cases[name]);
        foreach (var golden in golden.Cases[name])
            foreach (var layout in Layouts.SameValues) worst = Math.Max(worst, Check(golden, layout));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: largest difference {worst:0.0} ulps of the largest value"));
    }

    private static double Check(GoldenCase golden, Layout layout)
    {
        var where = $"{golden.Name} {layout} on {string.Join(" ", golden.Inputs.Select(static x => $"{x.dtype}[{string.Join(",", x.shape)}]"))}";
        var leaves = golden.Inputs.Select(x => GoldenFile.Differentiable(x) ? x.clone().requires_grad_(golden.Gradients.Length > 0) : x.clone()).ToArray();
        var outputs = Operations[golden.Name]([.. leaves.Select(x => layout.Arrange(x))]);
        var worst = Compare(golden.Outputs, outputs, Bound * Condition(golden.Name), where + " output");
        if (golden.Gradients.Length == 0) return worst;
        Tensor? loss = null;
        foreach (var y in outputs.Where(static y => y.requires_grad)) loss = (y * Weights(y)).sum() + (loss ?? zeros(1, y.dtype)).sum();
        Assert.True(loss is not null, $"{where}: the engine records no gradient");
        loss.backward();
        var gradients = leaves.Where(GoldenFile.Differentiable).Select(static x => x.grad ?? x.detach().zeros_like()).ToArray();
        return Math.Max(worst, Compare(golden.Gradients, gradients, Bound * Condition(golden.Name), where + " gradient"));
    }

    /// <summary>
    /// The bound is 32·ε·s: ε the type's relative spacing, s the largest magnitude among a tensor's finite values, but at least 1.
    /// Both sides round each of their steps, sums here have up to a few hundred terms, whose roundings add up like √n, and
    /// elementary functions are within a few ε of exact. The largest difference seen is 12, of gelu's tanh form; solving, inverting and factorising
    /// multiply roundings by the condition of the matrix, 33 at most, and come to 37. Whole numbers must be equal.
    /// </summary>
    private static double Compare(Tensor[] expected, Tensor[] actual, double bound, string where)
    {
        Assert.True(expected.Length == actual.Length, $"{where}: {actual.Length} tensors against {expected.Length}");
        var worst = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(expected[i].dtype == actual[i].dtype, $"{where} {i}: {actual[i].dtype} against {expected[i].dtype}");
            Assert.True(expected[i].shape.SequenceEqual(actual[i].shape), $"{where} {i}: [{string.Join(",", actual[i].shape)}] against [{string.Join(",", expected[i].shape)}]");
            double[] e = Doubles(expected[i]), a = Doubles(actual[i]);
            var epsilon = expected[i].dtype switch { ScalarType.Float32 => Math.Pow(2, -23), ScalarType.Float64 => Math.Pow(2, -52), _ => 0 };
            var scale = e.Where(double.IsFinite).Select(Math.Abs).Append(1).Max();
            for (var j = 0; j < e.Length; j++)
            {
                if (e[j].Equals(a[j])) continue;
                var difference = Math.Abs(e[j] - a[j]) / scale;
                if (epsilon > 0) worst = Math.Max(worst, difference / epsilon);
                Assert.True(difference <= bound * epsilon, string.Create(CultureInfo.InvariantCulture, $"{where} {i} element {j}: {a[j]:R} against {e[j]:R}"));
            }
        }
        return worst;
    }

    private static double Condition(string name) => name is "pinv" or "solve" or "svd rebuilt" ? 33 : 1;

    private static double[] Doubles(Tensor x) => x.dtype == ScalarType.Int64
        ? [.. x.data<long>().ToArray().Select(static v => (double)v)]
        : x.detach().to(float64).data<double>().ToArray();

    // (2·(7i mod 11) − 9)/8, as in golden.py.
    private static Tensor Weights(Tensor y) =>
        tensor([.. Enumerable.Range(0, (int)y.numel()).Select(static i => (2 * (7 * i % 11) - 9) / 8.0)], float64).to(y.dtype).reshape(y.shape);
}
