using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Rasp.Compiler.Emission;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Optimisation;
using Rasp.Compiler.Scheduling;
using Rasp.Format;
using Rasp.Testing;

namespace Rasp.Compiler.Tests.Programs;

/// <summary>The plan of every program of <c>examples/programs</c> under its own pragmas, in both modes: columns, heads and MLPs.</summary>
public class ExamplePlanTests
{
    public static TheoryData<string> Names => ExampleProgramTests.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Plan(string name)
    {
        RaspProgram program = Running.LoadExample(name);
        CompileSettings settings = program.Settings;
        ImmutableArray<NamedSOp> exports = [.. (settings.Exports ?? []).Select(program.Find).OfType<NamedSOp>()];
        StringBuilder text = new();
        foreach (bool causal in new[] { false, true })
        {
            Schedule schedule = CompilationPlan.Of(program, exports, settings.Vocabulary ?? [], settings.MaxLength ?? 1, causal, Passes.All).Schedule;
            text.Append(CultureInfo.InvariantCulture, $"{(causal ? "causal" : "bidirectional")}: {PlanPrinter.Print(schedule, new VariableNames(program))}");
        }

        Snapshot.Match(text.ToString(), name);
    }
}
