using System.Runtime.CompilerServices;

namespace Rasp.Testing;

/// <summary>Where the files of this repository are, for tests that read its examples.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The path of one of <c>examples/programs</c>.</summary>
    public static string ExampleProgram(string name) => Path.Combine(Root, "examples", "programs", name + ".rasp");

    private static string FindRoot([CallerFilePath] string sourceFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(sourceFile) ?? string.Empty, "..", ".."));
}
