using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Compiling;

/// <summary>Compiles the last s-op of a program text.</summary>
internal static class Compiled
{
    public static (CompileResult Result, RaspProgram Program) Try(string text, ImmutableArray<Value> vocabulary, int maxLength, bool causal)
    {
        Compilation compilation = Compilation.Parse(text + "\n", "test.rasp");
        Assert.Empty(compilation.Diagnostics.Where(d => d.Severity == Diagnostics.Severity.Error).Select(d => d.ToString()));
        RaspProgram program = Assert.IsType<RaspProgram>(compilation.Program);
        CompileSettings settings = new() { Vocabulary = vocabulary, MaxLength = maxLength, Causal = causal };
        return (ProgramCompiler.Compile(program, program.SOps[^1].Name, settings), program);
    }

    public static CompiledModel Model(string text, string vocabulary, int maxLength, bool causal = false)
    {
        (CompileResult result, _) = Try(text, Tokens(vocabulary), maxLength, causal);
        Assert.Empty(result.Diagnostics.Select(d => d.ToString()));
        return Assert.IsType<CompiledModel>(result.Model);
    }

    public static ImmutableArray<Value> Tokens(string characters) => [.. characters.Select(c => (Value)c.ToString())];
}
