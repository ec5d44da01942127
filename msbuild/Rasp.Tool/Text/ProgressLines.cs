using System.Diagnostics;
using System.Globalization;

namespace Rasp.Tool.Text;

/// <summary>
/// Long work's progress with the time left, one line every few seconds, so that a log of a build machine stays readable.
/// The first and the last report of every stage are always printed, of a stage without steps the first.
/// </summary>
internal sealed class ProgressLines<T>(TextWriter error, Func<T, StageProgress> describe) : IProgress<T>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Stopwatch sinceLast = new();
    private string stage = string.Empty;

    public void Report(T value)
    {
        StageProgress now = describe(value);
        bool isShort = now.Total <= 1;
        if (now.Stage == stage && (isShort || (now.Done < now.Total && sinceLast.Elapsed < Interval))) return;
        stage = now.Stage;
        sinceLast.Restart();
        error.WriteLine(string.Join(", ", Parts(now)));
    }

    private static IEnumerable<string> Parts(StageProgress now)
    {
        yield return now.Total <= 1 ? now.Stage : string.Create(CultureInfo.InvariantCulture, $"{now.Stage} {now.Done}/{now.Total}");
        if (now.Detail.Length > 0) yield return now.Detail;
        if (now.Left is TimeSpan left && now.Done < now.Total) yield return $"{Time(left)} left";
    }

    private static string Time(TimeSpan time) =>
        time.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:D2} min")
            : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:D2} s");
}

/// <summary>How far a stage of long work is; <see cref="Left"/> is null before it is known.</summary>
internal sealed record StageProgress(string Stage, int Done, int Total, TimeSpan? Left, string Detail);
