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

    /// <summary>The 16-bit formats, each with the inputs for which the certificate says that the answers are right in it.</summary>
    public IEnumerable<(SafetensorsDtype Dtype, ImmutableArray<(string[] Tokens, string[] Answers)> Cases)> Certified()
    {
        foreach ((SafetensorsDtype dtype, string format) in ((SafetensorsDtype, string)[])[(SafetensorsDtype.F16, "fp16"), (SafetensorsDtype.BF16, "bf16")])
        {
            int longest = Model.Manifest.Certificates.Single(c => c.Format == format).MaxLength;
            if (longest > 0) yield return (dtype, [.. Cases.Where(c => c.Tokens.Length <= longest)]);
        }
    }

    private static string Json(Value value) => value.Kind switch
    {
        ValueKind.Boolean => value.IsTrue ? "true" : "false",
        ValueKind.Text => $"\"{value.Text}\"",
        _ when value.Number.IsInteger => value.ToString(),
        _ => $"[{value.Number.Numerator},{value.Number.Denominator}]",
    };
}
