using System.Globalization;
using System.Text;
using Rasp.Compiler.Graph;
using Rasp.Format;
using Rasp.Testing;

namespace Rasp.Compiler.Tests.Programs;

/// <summary>What every program of <c>examples/programs</c> compiles to under its own pragmas, in both modes.</summary>
public class ExampleManifestTests
{
    public static TheoryData<string> Names => ExampleProgramTests.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Manifest(string name)
    {
        RaspProgram program = Running.LoadExample(name);
        StringBuilder text = new();
        foreach (string export in program.Settings.Exports ?? [])
        {
            foreach (bool causal in new[] { false, true })
            {
                CompileResult result = ProgramCompiler.Compile(program, export, new CompileSettings { Causal = causal });
                Assert.Empty(result.Diagnostics.Select(d => d.ToString()));
                Append(text, Assert.IsType<CompiledModel>(result.Model).Manifest);
            }
        }

        Snapshot.Match(text.ToString(), name);
    }

    private static void Append(StringBuilder text, Manifest m)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        text.AppendLine(plain, $"{m.Name}: {m.Outputs[0].Type}, {(m.Causal ? "causal" : "bidirectional")}, vocabulary {string.Concat(m.Vocabulary)}, length {m.MaxLength}");
        text.AppendLine(plain, $"  layers {m.Layers}, heads {m.HeadsPerLayer}, d_model {m.DModel}, d_head {m.DHead}, d_mlp {m.DMlp}, parameters {m.Parameters}, nonzeros {m.Nonzeros}");
        text.AppendLine(plain, $"  {(m.Verification.Exhaustive ? "every input" : "sampled")}: {m.Verification.Inputs} inputs, {m.Verification.Positions} positions, {m.Verification.Mismatches} mismatches in {m.Verification.Precision}");
        text.AppendLine(plain, $"  proved: {string.Join(", ", m.Certificates.Select(c => $"{c.Format} up to {c.MaxLength}"))}");
        foreach (ManifestVariable v in m.Variables)
            text.AppendLine(plain, $"  blocks.{v.Layer} {v.Site}: {v.Name}: {v.Type} at {v.Line}:{v.Column}, {v.Encoding} of {v.Values.Length} values in columns {v.Columns[0]}..{v.Columns[^1]}{(v.Resident ? string.Empty : ", derived")}");
    }
}
