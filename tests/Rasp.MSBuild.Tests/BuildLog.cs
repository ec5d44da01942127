using System.Diagnostics;

namespace Rasp.MSBuild.Tests;

/// <summary>What one run of MSBuild in a process of its own printed and returned.</summary>
internal sealed record BuildLog(int ExitCode, string Text)
{
    /// <summary>The programs for which <c>rasp</c> was started, ordered.</summary>
    public IEnumerable<string> Compiled =>
        Text.Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith("rasp: compiling ", StringComparison.Ordinal))
            .Select(l => l["rasp: compiling ".Length..]).Order(StringComparer.Ordinal);

    public static async Task<BuildLog> Of(string folder, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", ["msbuild", "-nologo", "-v:normal", "-nodeReuse:false", "-p:UseSharedCompilation=false", .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new BuildLog(process.ExitCode, output + await error);
    }
}
