using System.Collections.Immutable;
using Rasp.Testing;

namespace Rasp.Compiler.Tests.Fuzz;

/// <summary>Programs that people wrote: the examples, the library, and the original's where RASP_ORIGINAL names a checkout.</summary>
internal static class RealPrograms
{
    public static string? Original => Environment.GetEnvironmentVariable("RASP_ORIGINAL") is { Length: > 0 } path ? path : null;

    public static ImmutableArray<(string Path, string Text)> Read()
    {
        IEnumerable<string> paths = Directory.EnumerateFiles(Path.Combine(Repository.Root, "examples", "programs"), "*.rasp")
            .Append(Path.Combine(Repository.Root, "compiler", "Rasp.Compiler", "Library", "library.rasp"));
        if (Original is { } original)
            paths = paths.Concat(Directory.EnumerateFiles(original, "*.rasp", SearchOption.AllDirectories).Where(p => !p.Contains("broken", StringComparison.Ordinal)));
        return [.. paths.Order(StringComparer.Ordinal).Select(p => (p, File.ReadAllText(p)))];
    }
}
