using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Text.RegularExpressions;

namespace TorchSharp.Managed.Tests.Kernels;

/// <summary>
/// The tests of values and gradients again, in processes whose runtime has only narrower vectors: as on a processor without
/// AVX-512, and as on ARM64 or an x86 without AVX.
/// </summary>
public partial class InstructionSetTests
{
    private static readonly Type[] Classes = [typeof(ProductTests), typeof(GradientTests), typeof(Golden.GoldenTests), typeof(Golden.LossCurveTests)];

    [Theory]
    [InlineData("EnableAVX512")]
    [InlineData("EnableAVX")]
    public async Task Results_are_right_without(string instructions)
    {
        Assert.SkipUnless(instructions == "EnableAVX512" ? Vector512.IsHardwareAccelerated : Vector256.IsHardwareAccelerated,
            $"this process already runs without what {instructions} gives");
        var start = new ProcessStartInfo("dotnet", [typeof(InstructionSetTests).Assembly.Location, .. Classes.SelectMany(c => (string[])["-class", c.FullName ?? c.Name])])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_" + instructions] = "0";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
        Assert.True(int.Parse(Total().Match(output).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) > 300, output);
    }

    [GeneratedRegex(@"Total: (\d+)")]
    private static partial Regex Total();
}
