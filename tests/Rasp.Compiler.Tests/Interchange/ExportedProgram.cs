using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Compiler.Tests.Compiling;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Interchange;

/// <summary>A program of the table, compiled, with every input up to the maximum length and the interpreter's answers, as JSON.</summary>
internal sealed record ExportedProgram(CompiledModel Model, ImmutableArray<(string[] Tokens, string[] Answers)> Cases)
{
    public static ExportedProgram Compile(string name, bool causal, int maxLength)
    {
        (string vocabulary, string text) = ProgramTable.Programs[name];
        (CompileResult result, RaspProgram program) = Compiled.Try(text, Compiled.Tokens(vocabulary), maxLength, causal);
        SOp export = program.SOps[^1].SOp;
        EvaluationPlan plan = new Interpreter(causal).Prepare([export]);
        List<(string[], string[])> cases = [];
        foreach (ImmutableArray<Value> input in CompiledProgramsTests.AllInputs(Compiled.Tokens(vocabulary), maxLength))
        {
            Assert.True(plan.TryEvaluate(input.AsSpan(), out _));
            cases.Add(([.. input.Select(Json)], [.. plan[export].Select(Json)]));
        }

        return new ExportedProgram(Assert.IsType<CompiledModel>(result.Model), [.. cases]);
    }

    private static string Json(Value value) => value.Kind switch
    {
        ValueKind.Boolean => value.IsTrue ? "true" : "false",
        ValueKind.Text => $"\"{value.Text}\"",
        _ when value.Number.IsInteger => value.ToString(),
        _ => $"[{value.Number.Numerator},{value.Number.Denominator}]",
    };
}
