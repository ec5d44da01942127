using System.Diagnostics;
using System.Globalization;
using Benchmarks.Measuring;
using TorchSharp;

namespace Benchmarks.Engine;

/// <summary>The times of a thousand training steps in a row, and what the engine costs while it has nothing to do.</summary>
internal static class Steadiness
{
    private const int Steps = 1000;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    internal static string Run(IEnumerable<PyTorch> peers)
    {
        Table table = new($"{Steps} gpt steps", "median", "90 %", "99 %", "longest");
        foreach (int threads in (int[])[Environment.ProcessorCount, 1])
        {
            torch.set_num_threads(threads);
            using TrainingStep step = TrainingStep.OfGpt();
            Add(table, $"engine, {threads} thread(s)", Contestant.Of("engine", () => step.Run()));
        }
        torch.set_num_threads(Environment.ProcessorCount);
        foreach (PyTorch peer in peers) Add(table, peer.Name, peer.Contestant("gpt step"));
        return table.Text() + "\n" + IdleCost();
    }

    private static void Add(Table table, string name, Contestant contestant)
    {
        for (int i = 0; i < 100; i++) contestant.Seconds(1);
        double[] seconds = new double[Steps];
        for (int i = 0; i < Steps; i++) seconds[i] = contestant.Seconds(1);
        table.Add([name, .. ((double[])[0.5, 0.9, 0.99, 1]).Select(q => Table.Time(Statistics.Quantile(seconds, q)))]);
    }

    private static string IdleCost()
    {
        using (TrainingStep step = TrainingStep.OfGpt()) step.Run();
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        Thread.Sleep(Idle);
        double spent = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds;
        return string.Create(CultureInfo.InvariantCulture, $"Processor time in the {Idle.TotalSeconds} idle seconds after a step: {spent:0} ms.\n");
    }
}
