using System.Collections.Immutable;
using Rasp.Compiler.Tests.Fuzz;

namespace Rasp.MSBuild.Tests;

/// <summary>Whatever is in a file, <c>check</c> and <c>run</c> end with 0 or 1, say why, and agree about errors.</summary>
public sealed class FuzzedCommandTests
{
    [Fact]
    public async Task Check_and_run_end_as_commands_should()
    {
        using TemporaryFolder folder = new();
        ImmutableArray<string> real = [.. Directory.EnumerateFiles("programs", "*.rasp").Order(StringComparer.Ordinal).Select(File.ReadAllText)];
        for (int seed = 0; seed < 400; seed++)
        {
            Random random = new(seed);
            string text = (seed % 4) switch
            {
                0 => TypedPrograms.Make(seed),
                1 => UntypedPrograms.Make(seed),
                2 => Mutations.Mutate(real[random.Next(real.Length)], TypedPrograms.Make(seed), random),
                _ => Mutations.Mutate(TypedPrograms.Make(seed), real[random.Next(real.Length)], random),
            };
            string file = folder.Write("f.rasp", text);

            RaspCommand check = await RaspCommand.Run("check", file);
            Assert.InRange(check.ExitCode, 0, 1);
            Assert.DoesNotContain("a defect in rasp", check.Error, StringComparison.Ordinal);
            Assert.Equal(check.ExitCode == 1, check.Output.Contains(": error RASP", StringComparison.Ordinal));
            if (BrokenText.Reason(text) is { } reason) Assert.True(check.ExitCode == 1, $"{reason}, but no error:\n{text}");

            RaspCommand run = await RaspCommand.Run("run", file, "--export", "a", "abc");
            Assert.InRange(run.ExitCode, 0, 1);
            Assert.DoesNotContain("a defect in rasp", run.Error, StringComparison.Ordinal);
            Assert.True(run.ExitCode == 0 ? run.Output.Length > 0 : run.Error.Contains("error", StringComparison.Ordinal), $"seed {seed}:\n{text}");
            if (check.ExitCode == 1) Assert.Equal(1, run.ExitCode);
        }
    }
}
