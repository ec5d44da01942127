using Rasp.Testing;

namespace TorchSharp.Managed.Tests.Parity;

/// <summary>The committed list of what TorchSharp declares, made by tests/oracles/signatures from TorchSharp's own assembly.</summary>
internal sealed class TorchSharpSignatures
{
    private static readonly string ListPath = Path.Combine(Repository.Root, "tests", "TorchSharp.Managed.Tests", "Parity", "torchsharp-0.107.0.txt");

    private readonly HashSet<string> lines = [.. File.ReadLines(ListPath).Where(static line => !line.StartsWith('#'))];

    private readonly ILookup<string, string> byKey;

    internal TorchSharpSignatures() => byKey = lines.ToLookup(Key, StringComparer.Ordinal);

    internal int Count => lines.Count;

    /// <summary>What TorchSharp declares in the place of a line it lacks, as text; null when it has the line.</summary>
    internal string? Difference(string line)
    {
        if (lines.Contains(line)) return null;
        var nearest = byKey[Key(line)].OrderByDescending(other => CommonStart(line, other)).Take(3)
            .Select(static other => $"    TorchSharp: {other}").DefaultIfEmpty("    TorchSharp has nothing of that name");
        return string.Join(Environment.NewLine, nearest.Prepend(line));
    }

    private static string Key(string line) => line[..line.IndexOf(": ", StringComparison.Ordinal)];

    private static int CommonStart(string left, string right) => left.Zip(right).TakeWhile(static pair => pair.First == pair.Second).Count();
}
