using System.Runtime.CompilerServices;
using System.Text;
using DiffPlex;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace Rasp.Testing;

/// <summary>
/// Snapshot tests with Verify's conventions: <c>Class.Method.verified.txt</c> lies beside the test's source; where the
/// text differs, <c>Class.Method.received.txt</c> is written next to it and the test fails with the difference.
/// RASP_ACCEPT_SNAPSHOTS=1 in the environment accepts what is received.
/// </summary>
public static class Snapshot
{
    private const string AcceptVariable = "RASP_ACCEPT_SNAPSHOTS";

    /// <param name="actual">What the test produced; line ends and paths of this machine are made neutral.</param>
    /// <param name="parameters">Tells the cases of a theory apart: it becomes part of the file's name.</param>
    /// <param name="sourceFile">The test's source, filled in by the compiler.</param>
    /// <param name="method">The test method, filled in by the compiler.</param>
    public static void Match(
        string actual, string? parameters = null, [CallerFilePath] string sourceFile = "", [CallerMemberName] string method = "")
    {
        ArgumentNullException.ThrowIfNull(actual);
        Match(actual, parameters, sourceFile, method, Environment.GetEnvironmentVariable(AcceptVariable) == "1");
    }

    internal static void Match(string actual, string? parameters, string sourceFile, string method, bool accept)
    {
        string folder = Path.GetDirectoryName(sourceFile) ?? string.Empty;
        string name = $"{Path.GetFileNameWithoutExtension(sourceFile)}.{method}{(parameters is null ? string.Empty : $"_{parameters}")}";
        string verified = Path.Combine(folder, name + ".verified.txt");
        string received = Path.Combine(folder, name + ".received.txt");
        string text = Normalise(actual, folder);
        string? expected = File.Exists(verified) ? NormaliseLines(File.ReadAllText(verified)) : null;
        if (text == expected)
        {
            File.Delete(received);
            return;
        }

        if (accept)
        {
            Write(verified, text);
            File.Delete(received);
            return;
        }

        Write(received, text);
        string what = expected is null
            ? $"There is no snapshot {verified} yet; this was received:\n{text}"
            : $"{verified} differs from what was received ('-' verified, '+' received):\n{Difference(expected, text)}";
        throw new SnapshotException($"{what}\nIf the new text is right, run the test with {AcceptVariable}=1.");
    }

    /// <summary>Text that is the same on every machine: \n for line ends, {RepositoryRoot} and {Temp} for folders.</summary>
    internal static string Normalise(string text, string folder)
    {
        StringBuilder scrubbed = new(NormaliseLines(text));
        if (RepositoryRoot(folder) is { } root) Scrub(scrubbed, root, "{RepositoryRoot}");
        Scrub(scrubbed, Path.TrimEndingDirectorySeparator(Path.GetTempPath()), "{Temp}");
        return scrubbed.ToString();
    }

    internal static string Difference(string expected, string actual)
    {
        StringBuilder text = new();
        foreach (DiffPiece line in new InlineDiffBuilder(new Differ()).BuildDiffModel(expected, actual).Lines)
        {
            char mark = line.Type switch { ChangeType.Inserted => '+', ChangeType.Deleted => '-', _ => ' ' };
            text.Append(mark).Append(' ').Append(line.Text).Append('\n');
        }

        return text.ToString();
    }

    private static string NormaliseLines(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";

    // A root of one character, "/", would scrub every path.
    private static void Scrub(StringBuilder text, string path, string name)
    {
        if (path.Length > 1) text.Replace(path, name);
    }

    private static string? RepositoryRoot(string folder)
    {
        for (string? at = folder; !string.IsNullOrEmpty(at); at = Path.GetDirectoryName(at))
        {
            if (File.Exists(Path.Combine(at, "Toolchain.sln"))) return at;
        }

        return null;
    }

    private static void Write(string path, string text)
    {
        string temporary = path + ".tmp";
        File.WriteAllText(temporary, text);
        File.Move(temporary, path, overwrite: true);
    }
}
