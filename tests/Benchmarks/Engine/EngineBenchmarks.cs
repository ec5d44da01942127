using System.Diagnostics;
using System.Runtime.Intrinsics;
using Benchmarks.Measuring;
using Rasp.Testing;
using TorchSharp;

namespace Benchmarks.Engine;

/// <summary>The tensor engine against OpenBLAS and PyTorch, interleaved in one run.</summary>
internal static class EngineBenchmarks
{
    internal static readonly string[] Parts = ["gemm", "narrower", "step", "operations", "steady"];

    internal static int Run(bool quick, string? only)
    {
        Contest contest = quick ? new(5, TimeSpan.FromMilliseconds(10)) : new(15, TimeSpan.FromMilliseconds(30));
        if (only is null or "gemm") Gemm(contest);
        if (only is null or "narrower") NarrowerInstructionSets(quick);
        if (only is null or "step" or "operations" or "steady") AgainstPyTorch(contest, only);
        return 0;
    }

    private static void Gemm(Contest contest)
    {
        OpenBlas? blas = OpenBlas.Load();
        if (blas is null) Console.WriteLine("OpenBLAS is missing (Debian: apt install libopenblas0-openmp): the engine's products are measured alone.\n");
        foreach (int threads in (int[])[1, Environment.ProcessorCount])
        {
            string peer = blas is null ? "" : $", OpenBLAS core {blas.Core}";
            Console.WriteLine($"Matrix products, {Machine.InstructionSet}, {threads} thread(s){peer}\n");
            Console.WriteLine(GemmBenchmark.Run(contest, blas, threads));
        }
    }

    /// <summary>The products again in a process whose runtime, and whose OpenBLAS, have only the narrower instructions.</summary>
    private static void NarrowerInstructionSets(bool quick)
    {
        if (Vector512.IsHardwareAccelerated) Child(quick, "EnableAVX512", "Haswell");
        if (Vector256.IsHardwareAccelerated) Child(quick, "EnableAVX", "Nehalem");
    }

    private static void Child(bool quick, string withoutSet, string openBlasCore)
    {
        string[] program = Environment.ProcessPath is { } path && !path.EndsWith("dotnet", StringComparison.Ordinal) ? [path] : ["dotnet", typeof(EngineBenchmarks).Assembly.Location];
        ProcessStartInfo start = new(program[0], [.. program[1..], "engine", "--only", "gemm", .. quick ? (string[])["--quick"] : []]);
        start.Environment["DOTNET_" + withoutSet] = "0";
        start.Environment["OPENBLAS_CORETYPE"] = openBlasCore;
        using Process child = Process.Start(start) ?? throw new InvalidOperationException("the benchmark could not start itself");
        child.WaitForExit();
        if (child.ExitCode != 0) throw new InvalidOperationException($"the benchmark without {withoutSet} ended with {child.ExitCode}");
    }

    private static void AgainstPyTorch(Contest contest, string? only)
    {
        torch.set_num_threads(Environment.ProcessorCount);
        string model = Path.Combine(Repository.Root, "examples", "models", "kjv-jargon");
        List<PyTorch> peers = [];
        foreach (int threads in (int[])[Environment.ProcessorCount, 1])
        {
            if (PyTorch.Start(threads, Path.Combine(model, "config.json")) is { } peer) peers.Add(peer);
        }
        if (peers.Count == 0) Console.WriteLine("PyTorch is missing (Debian: apt install python3-torch libopenblas0-openmp): the engine is measured alone.\n");
        // Steps follow one another in training: several to a turn.
        if (only is null or "step") Console.WriteLine(PyTorchContests.Steps(contest with { Turn = TimeSpan.FromMilliseconds(300) }, peers, model));
        if (only is null or "operations") Console.WriteLine(PyTorchContests.Operations(contest, peers));
        if (only is null or "steady") Console.WriteLine(Steadiness.Run(peers.Take(1)));
        foreach (PyTorch peer in peers) peer.Dispose();
    }
}
