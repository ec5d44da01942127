using System.Collections.Concurrent;
using System.Globalization;
using Rasp.Testing.RandomPrograms;

namespace Benchmarks.Compiler;

/// <summary>Random programs, one a seed: do interpreter, dense weights and the model's own forward pass agree?</summary>
internal static class RandomAgreement
{
    private const int MostReports = 10;

    internal static int Run(int count, int first)
    {
        ConcurrentDictionary<string, int> outcomes = new();
        ConcurrentBag<int> failed = [];
        int done = 0;
        Parallel.For(first, first + count, seed =>
        {
            Agreement agreement = Agreement.Of(RandomProgram.Make(seed));
            if (agreement.Problem is not null) failed.Add(seed);
            outcomes.AddOrUpdate(Outcome(agreement), 1, (_, n) => n + 1);
            int at = Interlocked.Increment(ref done);
            if (at % 1000 == 0) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {at} of {count}, {failed.Count} disagree"));
        });
        foreach ((string outcome, int programs) in outcomes.OrderBy(o => o.Key, StringComparer.Ordinal))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{outcome}: {programs} of {count}"));
        foreach (int seed in failed.Order().Take(MostReports))
        {
            RandomProgram smallest = RandomProgram.Make(seed).Shrunk(p => Agreement.Of(p).Problem is not null);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nseed {seed}: {Agreement.Of(smallest).Problem}\n{smallest}"));
        }

        return failed.IsEmpty ? 0 : 1;
    }

    private static string Outcome(Agreement agreement) =>
        agreement.Problem is not null ? "disagree"
        : agreement.Refused is string code ? $"refused by {code}"
        : agreement.Layers is int layers ? string.Create(CultureInfo.InvariantCulture, $"agree, {layers} layers")
        : "agree: a value, no s-op";
}
