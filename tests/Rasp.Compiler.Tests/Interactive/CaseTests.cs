using System.Runtime.CompilerServices;

namespace Rasp.Compiler.Tests.Interactive;

/// <summary>Our own inputs against what the original interpreter printed for them (tests/oracles/interactive.py).</summary>
public sealed class CaseTests
{
    public static TheoryData<string> Names => [.. Directory.EnumerateFiles(Folder(), "*.in.txt")
        .Select(p => Path.GetFileName(p)[..^".in.txt".Length]).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Prints_what_the_original_prints(string name)
    {
        string expected = Transcript.Normalise(File.ReadAllText(Path.Combine(Folder(), name + ".out.txt")));
        Session session = Session.Run(File.ReadAllText(Path.Combine(Folder(), name + ".in.txt")), Folder());
        Assert.Equal(expected, Transcript.Normalise(session.Output));
    }

    private static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path) ?? string.Empty, "Cases");
}
