using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Rasp.Compiler.Tests;

/// <summary>Compiles and runs programs in tests.</summary>
internal static class Running
{
    public static RaspProgram Compile(string source)
    {
        Compilation compilation = Compilation.Parse(source, "test.rasp");
        Assert.True(compilation.Program is not null, string.Join('\n', compilation.Diagnostics));
        return compilation.Program;
    }

    public static RaspProgram LoadExample(string name)
    {
        Compilation compilation = Compilation.Load(Rasp.Testing.Repository.ExampleProgram(name));
        Assert.True(compilation.Program is not null && compilation.Diagnostics.IsEmpty, string.Join('\n', compilation.Diagnostics));
        return compilation.Program;
    }

    public static SOp SOp(this RaspProgram program, string name)
    {
        NamedSOp? found = program.Find(name);
        Assert.True(found is not null, $"there is no s-op {name}");
        return found.SOp;
    }

    public static ImmutableArray<Value> Characters(string text) => [.. text.Select(c => (Value)c.ToString())];

    /// <summary>The values with blanks between them, or "error: …".</summary>
    public static string Show(SOp sop, ImmutableArray<Value> tokens, bool causal = false)
    {
        Evaluation evaluation = new Interpreter(causal).Evaluate(tokens, [sop]);
        return evaluation.Error is { } error ? "error: " + error.Message : string.Join(' ', evaluation.Values[sop]);
    }

    /// <summary>The value of the s-op that the expression is, on the characters of the input.</summary>
    public static string Show(string expression, string input = "hello", bool causal = false) =>
        Show(Compile($"result = {expression};").SOp("result"), Characters(input), causal);

    /// <summary>All inputs over the alphabet of lengths 1 to <paramref name="maxLength"/>.</summary>
    public static IEnumerable<string> AllInputs(string alphabet, int maxLength)
    {
        IEnumerable<string> current = [string.Empty];
        for (int length = 1; length <= maxLength; length++)
        {
            current = [.. current.SelectMany(prefix => alphabet.Select(c => prefix + c))];
            foreach (string input in current) yield return input;
        }
    }
}
