using System.Diagnostics;

namespace Benchmarks.Measuring;

/// <summary>One side of a contest: runs its work the given number of times and says how many seconds that took.</summary>
internal sealed record Contestant(string Name, Func<int, double> Seconds)
{
    /// <summary>A contestant in this process.</summary>
    internal static Contestant Of(string name, Action work) => new(name, repeats =>
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < repeats; i++) work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    });
}

/// <summary>Seconds a call of each round, in the order of the rounds.</summary>
internal sealed record Sample(string Name, double[] Seconds)
{
    internal double Median => Statistics.Quantile(Seconds, 0.5);
}

/// <summary>
/// Measures contestants in turn, round after round, so that what else the machine does meets all of them. Comparisons are made
/// within a round.
/// </summary>
internal sealed record Contest(int Rounds, TimeSpan Turn)
{
    // Idle threads of the side that went before still spin for a few milliseconds.
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(12);

    internal Sample[] Run(params Contestant[] contestants)
    {
        int[] repeats = [.. contestants.Select(Calibrate)];
        double[][] seconds = [.. contestants.Select(_ => new double[Rounds])];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < contestants.Length; i++)
            {
                // Each side goes first equally often.
                int turn = (i + round) % contestants.Length;
                Thread.Sleep(Settle);
                // A thread that had gone to sleep needs some milliseconds to wake: little to a call that takes a turn and more.
                if (repeats[turn] > 1) contestants[turn].Seconds(Math.Max(1, repeats[turn] / 3));
                seconds[turn][round] = contestants[turn].Seconds(repeats[turn]) / repeats[turn];
            }
        }
        return [.. contestants.Select((c, i) => new Sample(c.Name, seconds[i]))];
    }

    // The runtime compiles what runs often anew, twice, each time after a pause in which nothing new was compiled.
    private int Calibrate(Contestant contestant)
    {
        for (int burst = 0; burst < 5; burst++)
        {
            long start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(50)) contestant.Seconds(1);
            Thread.Sleep(TimeSpan.FromMilliseconds(120));
        }
        int repeats = 1;
        for (; ; )
        {
            double seconds = contestant.Seconds(repeats);
            if (seconds >= Turn.TotalSeconds / 4) return Math.Max(1, (int)(repeats * Turn.TotalSeconds / seconds));
            repeats *= 4;
        }
    }
}
