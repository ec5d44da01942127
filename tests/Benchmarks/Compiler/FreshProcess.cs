using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Rasp.Compiler;
using Rasp.Compiler.Graph;

namespace Benchmarks.Compiler;

/// <summary>What a compile in a process of its own took. <see cref="Refusal"/> is why there is no model.</summary>
internal sealed record FreshCompile(double Seconds, double PeakMegabytes, string? Refusal);

/// <summary>Compiles in a process that has compiled nothing before: with the runtime's start of everything, and its own peak of memory.</summary>
internal static class FreshProcess
{
    internal const string Option = "--once";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Null where the process took longer than <see cref="Limit"/>, or ended otherwise.</summary>
    internal static FreshCompile? Measure(CompiledProgram program, int maxLength)
    {
        ProcessStartInfo start = new(Environment.ProcessPath ?? "dotnet", ["compiler", Option, program.Name, maxLength.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Insert(0, typeof(FreshProcess).Assembly.Location);
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("the process did not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill();
            process.WaitForExit();
            return null;
        }

        return process.ExitCode == 0 ? JsonSerializer.Deserialize<FreshCompile>(output.Result) : null;
    }

    /// <summary>What the process does: loads and compiles once, and prints a <see cref="FreshCompile"/>.</summary>
    internal static int Run(string name, int maxLength)
    {
        if (CompiledProgram.Find(name) is not CompiledProgram program) return 1;
        long start = Stopwatch.GetTimestamp();
        RaspProgram loaded = program.Load();
        CompileResult result = program.Compile(loaded, maxLength);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using Process self = Process.GetCurrentProcess();
        Console.Out.Write(JsonSerializer.Serialize(new FreshCompile(seconds, self.PeakWorkingSet64 / 1e6, result.Model is null ? CompiledProgram.Refusal(result) : null)));
        return 0;
    }
}
