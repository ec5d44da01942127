using Rasp.Testing;

namespace Rasp.Compiler.Tests.Testing;

/// <summary>The snapshot helper itself: what it accepts, what it writes, what it says.</summary>
public sealed class SnapshotTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rasp-snapshot");

    private string Source => Path.Combine(folder.FullName, "Things.cs");

    private string Verified => Path.Combine(folder.FullName, "Things.Case_a.verified.txt");

    private string Received => Path.Combine(folder.FullName, "Things.Case_a.received.txt");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void A_missing_snapshot_fails_and_leaves_what_was_received()
    {
        SnapshotException e = Assert.Throws<SnapshotException>(() => Match("one\n"));
        Assert.Contains("RASP_ACCEPT_SNAPSHOTS=1", e.Message, StringComparison.Ordinal);
        Assert.Equal("one\n", File.ReadAllText(Received));
        Assert.False(File.Exists(Verified));
    }

    [Fact]
    public void Accepting_writes_the_snapshot_and_then_it_matches()
    {
        Match("one\r\ntwo", accept: true);
        Match("one\ntwo\n");
        Assert.Equal("one\ntwo\n", File.ReadAllText(Verified));
        Assert.False(File.Exists(Received));
    }

    [Fact]
    public void A_difference_fails_and_is_shown_line_by_line()
    {
        Match("one\ntwo\nthree", accept: true);
        SnapshotException e = Assert.Throws<SnapshotException>(() => Match("one\n2\nthree"));
        Assert.Contains("  one\n- two\n+ 2\n  three\n", e.Message, StringComparison.Ordinal);
        Match("one\ntwo\nthree");
        Assert.False(File.Exists(Received));
    }

    [Fact]
    public void Paths_of_this_machine_are_scrubbed()
    {
        File.WriteAllText(Path.Combine(folder.FullName, "Toolchain.sln"), string.Empty);
        string inner = Path.Combine(folder.FullName, "tests");
        Assert.Equal(
            "at {RepositoryRoot}/x and {Temp}/y\n",
            Snapshot.Normalise($"at {folder.FullName}/x and {Path.GetTempPath()}y", inner));
    }

    private void Match(string actual, bool accept = false) => Snapshot.Match(actual, "a", Source, "Case", accept);
}
