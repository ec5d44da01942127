using Rasp.Format;

namespace Rasp.MSBuild.Tests;

/// <summary>A real `dotnet build` of a small project that imports the props and targets.</summary>
public sealed class BuildTests
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <RaspTaskAssembly>{0}Rasp.MSBuild.dll</RaspTaskAssembly>
            <RaspToolAssembly>{0}rasp.dll</RaspToolAssembly>
          </PropertyGroup>
          <Import Project="{0}build/Rasp.MSBuild.props" />
          <ItemGroup>
            <Rasp Remove="parts/**" />
            <Rasp Update="two words.rasp" Export="second;third" Name="a pair" Vocab='["a b","c"]' MaxLength="2" />
          </ItemGroup>
          <Import Project="{0}build/Rasp.MSBuild.targets" />
        </Project>
        """;

    private const string First = """
        load "parts/shared";
        #pragma export first
        #pragma vocab ab
        #pragma max-length 3
        first = shared;
        """;

    [Fact]
    public async Task Build_compiles_each_program_once_and_again_only_where_something_changed()
    {
        using TemporaryFolder folder = new();
        folder.Write("app.csproj", Project.Replace("{0}", AppContext.BaseDirectory, StringComparison.Ordinal));
        folder.Write("Library.cs", "namespace App;\n\npublic class Library;\n");
        folder.Write("first.rasp", First);
        folder.Write("two words.rasp", "second = indices;\nthird = length;\n");
        string import = folder.Write("parts/shared.rasp", "shared = indices + 1;\n");

        BuildLog build = await BuildLog.Of(folder.Path, "-restore");
        Assert.Equal(0, build.ExitCode);
        Assert.Equal(["first.rasp", "two words.rasp"], build.Compiled);
        foreach (string name in (string[])["first.json", "first.safetensors", "a pair.json", "a pair.safetensors"])
        {
            Assert.True(File.Exists(folder[$"bin/Debug/net10.0/rasp/{name}"]), name);
        }

        Assert.Equal(["second", "third"], CompiledModel.Load(folder["bin/Debug/net10.0/rasp/a pair.json"]).Manifest.Outputs.Select(o => o.Name));

        build = await BuildLog.Of(folder.Path);
        Assert.Equal(0, build.ExitCode);
        Assert.Empty(build.Compiled);

        File.SetLastWriteTimeUtc(folder["two words.rasp"], DateTime.UtcNow);
        build = await BuildLog.Of(folder.Path);
        Assert.Equal(["two words.rasp"], build.Compiled);

        File.SetLastWriteTimeUtc(import, DateTime.UtcNow);
        build = await BuildLog.Of(folder.Path);
        Assert.Equal(["first.rasp"], build.Compiled);

        folder.Write("first.rasp", "first = indices +\n  tokns;\n");
        build = await BuildLog.Of(folder.Path);
        Assert.Equal(1, build.ExitCode);
        Assert.Contains("first.rasp(2,3,2,8): error RASP0030: ", build.Text, StringComparison.Ordinal);

        // A warning lets the build pass; where it counts as an error, the build fails and does not pass the next time.
        folder.Write("first.rasp", First.Replace("first = shared;", "first = shared % 2 * 2;", StringComparison.Ordinal));
        build = await BuildLog.Of(folder.Path);
        Assert.Equal(0, build.ExitCode);
        Assert.Contains("first.rasp(5,9,5,23): warning RASP0085: ", build.Text, StringComparison.Ordinal);
        foreach (string setting in (string[])["-p:TreatWarningsAsErrors=true", "-p:TreatWarningsAsErrors=true", "-p:WarningsAsErrors=RASP0085"])
        {
            build = await BuildLog.Of(folder.Path, setting);
            Assert.Equal(1, build.ExitCode);
            Assert.Contains("first.rasp(5,9,5,23): error RASP0085: ", build.Text, StringComparison.Ordinal);
        }

        build = await BuildLog.Of(folder.Path, "-p:TreatWarningsAsErrors=true", "-p:NoWarn=RASP0085");
        Assert.Equal(0, build.ExitCode);
        Assert.DoesNotContain("RASP0085: ", build.Text, StringComparison.Ordinal);

        // A property for all programs, checked by the command.
        build = await BuildLog.Of(folder.Path, "-p:RaspVerifyBudget=none");
        Assert.Equal(1, build.ExitCode);
        Assert.Equal(["first.rasp", "two words.rasp"], build.Compiled);
        Assert.Contains("rasp : error : --verify-budget needs a positive integer, not 'none'", build.Text, StringComparison.Ordinal);

        build = await BuildLog.Of(folder.Path, "-target:Clean");
        Assert.Equal(0, build.ExitCode);
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "*.safetensors", SearchOption.AllDirectories));
    }
}
