using Benchmarks.Measuring;
using Rasp.Testing;
using TorchSharp;

namespace Benchmarks.Engine;

/// <summary>The tensor engine against OpenBLAS and PyTorch, interleaved in one run.</summary>
internal static class EngineBenchmarks
{
    internal static int Run(string[] arguments)
    {
        bool quick = arguments.Contains("--quick");
        string? only = arguments.SkipWhile(a => a != "--only").Skip(1).FirstOrDefault();
        Contest contest = quick ? new(5, TimeSpan.FromMilliseconds(10)) : new(21, TimeSpan.FromMilliseconds(40));
        Console.WriteLine($"Machine: {Machine.Description}\n");
        if (only is null or "gemm") Gemm(contest);
        if (only is null or "step" or "operations") AgainstPyTorch(contest, only);
        return 0;
    }

    private static void Gemm(Contest contest)
    {
        if (OpenBlas.Load() is not { } blas)
        {
            Console.WriteLine("OpenBLAS is missing (Debian: apt install libopenblas0-openmp): its comparison is left out.\n");
            return;
        }
        foreach (int threads in (int[])[1, Environment.ProcessorCount])
        {
            Console.WriteLine($"Matrix products, {Machine.InstructionSet}, {threads} thread(s), OpenBLAS core {blas.Core}\n");
            Console.WriteLine(GemmBenchmark.Run(contest, blas, threads));
        }
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
        if (only is null or "step") Console.WriteLine(PyTorchContests.Steps(contest, peers, model));
        if (only is null or "operations") Console.WriteLine(PyTorchContests.Operations(contest, peers));
        foreach (PyTorch peer in peers) peer.Dispose();
    }
}
