using System.Diagnostics;
using System.Globalization;

namespace Rasp.Tool.Text;

/// <summary>
/// Long work's progress with the time left, one line every few seconds, so that a log of a build machine stays readable.
/// The first and the last report are always printed.
/// </summary>
internal sealed class ProgressLines<T>(TextWriter error, Func<T, string> describe, Func<T, TimeSpan> remaining, Func<T, bool> isLast)
    : IProgress<T>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Stopwatch sinceLast = new();

    public void Report(T value)
    {
        if (sinceLast.IsRunning && sinceLast.Elapsed < Interval && !isLast(value)) return;
        sinceLast.Restart();
        error.WriteLine($"{describe(value)}, {Left(remaining(value))} left");
    }

    private static string Left(TimeSpan time) =>
        time.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:D2} min")
            : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:D2} s");
}
