using Rasp.Compiler;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Runtime.Tests.Injection;

/// <summary>Small programs, compiled for the printable characters that they need.</summary>
internal static class TinyPrograms
{
    /// <summary>Whether an <c>a</c> has been seen; its variables are a mean and a flag.</summary>
    public static CompiledModel AnyA(int maxLength = 12) => Compile(
        """
        share = aggregate(select(indices, indices, <=), indicator(tokens == "a"));
        any_a = share > 0;
        """,
        "any_a", "abc:", maxLength);

    public static CompiledModel Compile(string text, string export, string vocabulary, int maxLength, bool causal = true)
    {
        Compilation compilation = Compilation.Parse(text, "tiny.rasp");
        Assert.Empty(compilation.Diagnostics);
        Assert.NotNull(compilation.Program);
        CompileSettings settings = new() { Vocabulary = [.. vocabulary.Select(c => Value.FromText(c.ToString()))], MaxLength = maxLength, Causal = causal };
        CompileResult result = ProgramCompiler.Compile(compilation.Program, export, settings);
        Assert.Empty(result.Diagnostics);
        Assert.NotNull(result.Model);
        return result.Model;
    }
}
