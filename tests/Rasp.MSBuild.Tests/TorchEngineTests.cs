using Rasp.Testing;

namespace Rasp.MSBuild.Tests;

/// <summary>The switch between the managed tensor engine and the TorchSharp package (runtime/TorchEngine.props), by evaluating every project.</summary>
public sealed class TorchEngineTests
{
    private const string Engine = "TorchSharp.Managed";

    /// <summary>Asks every project, in one run of MSBuild, for what <see cref="Listing"/> prints.</summary>
    private const string Traversal = """
        <Project>
          <Target Name="Build">
            <MSBuild Projects="{0}" Targets="_List" Properties="CustomAfterMicrosoftCommonTargets={1}" />
          </Target>
        </Project>
        """;

    private const string Listing = """
        <Project>
          <Target Name="_List">
            <Message Importance="high" Text="project|$(MSBuildProjectName)|$(AssemblyName)|@(PackageReference)|@(ProjectReference->'%(Filename)')" />
          </Target>
        </Project>
        """;

    // These are about the managed engine itself, whatever the others use.
    private static readonly string[] AboutTheEngine = ["TorchSharp.Managed.Tests", "Signatures", "Benchmarks"];

    [Fact]
    public async Task The_managed_engine_is_the_default()
    {
        Project[] projects = await Evaluate();
        Assert.Contains("Rasp.Runtime", projects.Where(p => p.References.Contains(Engine)).Select(p => p.Name));
        Assert.DoesNotContain(projects, p => p.Packages.Any(IsTorchSharp));
    }

    [Theory]
    [InlineData("TorchSharp-cpu")]
    [InlineData("TorchSharp-cuda-linux", "-p:TorchDevice=cuda")]
    public async Task The_package_replaces_the_managed_engine_in_every_project(string package, params string[] device)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || device.Length == 0, "The name of the CUDA package is that on Linux.");
        Project[] projects = await Evaluate(["-p:TorchEngine=torchsharp", .. device]);
        Project[] users = [.. projects.Where(p => p.Name != Engine && !AboutTheEngine.Contains(p.Name))];
        Assert.DoesNotContain(users, p => Reachable(p, projects).Contains(Engine));
        Assert.Equal("Rasp.Runtime", Assert.Single(users, p => p.Packages.Contains(package)).Name);
        Assert.All(users.Where(p => p.Packages.Any(IsTorchSharp)), p => Assert.Equal([package], p.Packages.Where(IsTorchSharp)));
        foreach (string name in (string[])["rasp", "Quickstart", "Rasp.Runtime.Tests"])
        {
            Assert.Contains("Rasp.Runtime", Reachable(projects.Single(p => p.Name == name), projects));
        }

        // Both engines declare the same types: no project may see the two.
        Assert.DoesNotContain(projects.Where(p => AboutTheEngine.Contains(p.Name)), p => Reachable(p, projects).Contains("Rasp.Runtime"));
    }

    [Theory]
    [InlineData("TorchEngine is 'libtorch': set it to managed (the engine in this repository) or torchsharp (the TorchSharp package).", "-p:TorchEngine=libtorch")]
    [InlineData("TorchDevice is 'gpu': set it to cpu or cuda.", "-p:TorchEngine=torchsharp", "-p:TorchDevice=gpu")]
    [InlineData("TorchDevice is cuda, but the managed engine computes on the CPU: add -p:TorchEngine=torchsharp.", "-p:TorchDevice=cuda")]
    public async Task A_wrong_value_is_a_build_error(string message, params string[] properties)
    {
        BuildLog build = await BuildLog.Of(Repository.Root, ["runtime/Rasp.Runtime/Rasp.Runtime.csproj", "-target:GetTargetPath", .. properties]);
        Assert.Equal(1, build.ExitCode);
        Assert.Contains(message, build.Text, StringComparison.Ordinal);
    }

    private static bool IsTorchSharp(string package) => package.StartsWith("TorchSharp", StringComparison.OrdinalIgnoreCase) || package.StartsWith("libtorch", StringComparison.OrdinalIgnoreCase);

    private static HashSet<string> Reachable(Project start, Project[] projects)
    {
        HashSet<string> reached = [];
        Stack<Project> open = new([start]);
        while (open.TryPop(out Project? project))
        {
            foreach (string name in project.References.Where(reached.Add)) open.Push(projects.Single(p => p.File == name));
        }

        return reached;
    }

    private static async Task<Project[]> Evaluate(params string[] properties)
    {
        IEnumerable<string> files = Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
            .Where(f => !f[Repository.Root.Length..].Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules"));
        using TemporaryFolder folder = new();
        string targets = folder.Write("list.targets", Listing);
        folder.Write("all.proj", Traversal.Replace("{0}", string.Join(';', files), StringComparison.Ordinal).Replace("{1}", targets, StringComparison.Ordinal));
        BuildLog log = await BuildLog.Of(folder.Path, ["all.proj", .. properties]);
        Assert.True(log.ExitCode == 0, log.Text);
        return [.. log.Text.Split('\n').Select(line => line.Trim().Split('|')).Where(parts => parts[0] == "project")
            .Select(parts => new Project(parts[1], parts[2], parts[3].Split(';'), parts[4].Split(';', StringSplitOptions.RemoveEmptyEntries)))];
    }

    private sealed record Project(string File, string Name, string[] Packages, string[] References);
}
