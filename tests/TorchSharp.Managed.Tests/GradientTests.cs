using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests;

/// <summary>Every differentiable operation against central finite differences in float64.</summary>
public class GradientTests
{
    // Step 1e-6 on values of size 1: the truncation error is about 1e-12 times third derivatives (≤ 100 here), the rounding error
    // about 1e-16/1e-6 = 1e-10 times the size of the result (≤ 100 here).
    private const double Step = 1e-6;
    private const double Bound = 2e-7;

    public static TheoryData<string> Names => [.. OperationTable.All.Select(static o => o.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_equals_finite_differences(string name)
    {
        var operation = OperationTable.All.Single(o => o.Name == name);
        foreach (var inputs in operation.Inputs())
        {
            foreach (var layout in Enum.GetValues<Layout>()) Check(operation, inputs, layout);
        }
    }

    private static void Check(Operation operation, double[][] values, long[][] shapes, Layout layout)
    {
        var leaves = values.Select((v, i) => tensor(v, shapes[i], requires_grad: true)).ToArray();
        var output = operation.Apply([.. leaves.Select(l => layout.Arrange(l))]);
        var weights = Weights(output);
        if (output.numel() > 0 && output.requires_grad) (output * weights).sum().backward();
        for (var i = 0; i < leaves.Length; i++)
        {
            var gradient = leaves[i].grad?.data<double>().ToArray() ?? new double[values[i].Length];
            for (var j = 0; j < values[i].Length; j++)
            {
                var expected = (Evaluate(j, Step) - Evaluate(j, -Step)) / (2 * Step);
                Assert.True(
                    Math.Abs(expected - gradient[j]) <= Bound * Math.Max(1, Math.Abs(expected)),
                    $"{operation.Name} {layout} input {i} [{string.Join(",", shapes[i])}] element {j}: {gradient[j]} against {expected}");
            }

            double Evaluate(int element, double delta)
            {
                var moved = values.Select(static v => (double[])v.Clone()).ToArray();
                moved[i][element] += delta;
                using var quiet = no_grad();
                var result = operation.Apply([.. moved.Select((v, k) => layout.Arrange(tensor(v, shapes[k])))]);
                return (result * weights).sum().ToDouble();
            }
        }
    }

    private static void Check(Operation operation, (double[] Values, long[] Shape)[] inputs, Layout layout) =>
        Check(operation, [.. inputs.Select(static i => i.Values)], [.. inputs.Select(static i => i.Shape)], layout);

    private static Tensor Weights(Tensor output) =>
        (arange(output.numel(), dtype: float64) * 0.7).sin().add(1.3).reshape(output.shape);
}
