using System.Diagnostics;
using System.Text.Json;
using Rasp.Testing;

namespace Rasp.Compiler.Tests.Interchange;

/// <summary>
/// ONNX Runtime in a process of its own, behind <c>tests/oracles/interchange/evaluate.mjs</c>. npm fetches it once for a
/// checkout; where that cannot be done, the tests that need it are skipped.
/// </summary>
public sealed class OnnxRuntime : IAsyncLifetime
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "oracles", "interchange");

    private Process? node;
    private string? absent;

    public async ValueTask InitializeAsync()
    {
        try
        {
            absent = await RestoreAsync();
            if (absent is null) node = Start("node", "evaluate.mjs");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            absent = e.Message;
        }
    }

    public ValueTask DisposeAsync()
    {
        if (node is not null)
        {
            node.StandardInput.Close();
            node.WaitForExit();
            node.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Logits [row, position, width] of rows of token ids, all of one length; the error, where the runtime refuses them.</summary>
    internal async Task<(float[][][] Logits, string? Error)> RunAsync(string model, int[][] rows)
    {
        Assert.SkipUnless(absent is null, $"ONNX Runtime is not here, and npm could not fetch it: {absent}");
        Process process = node ?? throw new InvalidOperationException("node did not start");
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { model, tokens = rows }));
        string line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("node ended");
        JsonElement answer = JsonDocument.Parse(line).RootElement;
        if (answer.TryGetProperty("error", out JsonElement error)) return ([], error.GetString());
        int[] shape = [.. answer.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32())];
        Assert.Equal("float32", answer.GetProperty("type").GetString());
        Assert.Equal([rows.Length, rows[0].Length], shape[..2]);
        float[] logits = [.. answer.GetProperty("logits").EnumerateArray().Select(l => l.GetSingle())];
        return ([.. logits.Chunk(shape[1] * shape[2]).Select(row => row.Chunk(shape[2]).ToArray())], null);
    }

    /// <summary>npm writes the stamp when it has put everything in place.</summary>
    private static async Task<string?> RestoreAsync()
    {
        FileInfo stamp = new(Path.Combine(Folder, "node_modules", ".package-lock.json"));
        FileInfo wanted = new(Path.Combine(Folder, "package-lock.json"));
        if (stamp.Exists && stamp.LastWriteTimeUtc >= wanted.LastWriteTimeUtc) return null;
        string[] arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"];
        using Process npm = OperatingSystem.IsWindows() ? Start("cmd", ["/c", "npm", .. arguments]) : Start("npm", arguments);
        Task<string> output = npm.StandardOutput.ReadToEndAsync();
        string error = await npm.StandardError.ReadToEndAsync();
        await output;
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0) return error.Trim();
        File.SetLastWriteTimeUtc(stamp.FullName, DateTime.UtcNow);
        return null;
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = arguments[0] != "evaluate.mjs",
        }) ?? throw new InvalidOperationException($"{program} did not start");
}
