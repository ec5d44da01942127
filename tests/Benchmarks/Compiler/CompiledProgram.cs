using System.Collections.Immutable;
using System.Globalization;
using Benchmarks.Language;
using Rasp.Compiler;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Benchmarks.Compiler;

/// <summary>What Tracr needs for the same program at a length (its parameters, its compile time, wrong answers of 40 inputs).</summary>
internal sealed record TracrFigures(string LayersAndHeads, int DModel, double Parameters, double CompileSeconds, int? Wrong, int Length = 50);

/// <summary>A program of the table: an s-op of <c>compiled.rasp</c>, its tokens, and Tracr's figures where there are any.</summary>
internal sealed record CompiledProgram(string Name, string SOp, ImmutableArray<Value> Vocabulary, TracrFigures? Tracr)
{
    internal const string Large = "3,000 nodes";

    internal const string LargeWithCategories = "3,000 nodes, categories";

    internal static ImmutableArray<CompiledProgram> All { get; } =
    [
        Of("reverse", "reverse", "abcdefghij", new("4·1", 325, 7.2e6, 41.8, 33)),
        Of("hist", "hist", "abcdefghij", new("1·1", 115, 37e3, 0.07, 2)),
        Of("frac_prevs", "frac_prevs", "abcdefghix", new("2·1", 59, 29e3, 0.02, 25)),
        Of("pair_balance", "pair_balance", "()xy", new("2·2", 62, 57e3, 0.03, 16)),
        Of("sort", "sort_numbers", "0123456789", new("3·1", 625, 5.7e6, 1.3, 31)),
        Of("sort by frequency", "sort_by_frequency", "abcdefghij", new("5·1", 2778, 213e6, 260, null)),
        Of("shuffle_dyck2", "shuffle_dyck2", "()[]", new("8·4", 130, 15e6, 30.5, null, 30)),
        Of("most frequent", "most_frequent", "abcdefghij", null),
        Of("dyck-2 PTF", "dyck2_ptf", "()[]", null),
    ];

    internal static CompiledProgram? Find(string name) => name switch
    {
        Large => new(Large, "total", [.. Enumerable.Range(0, 800).Select(w => (Value)LargeProgram.Word(w))], null),
        LargeWithCategories => new(LargeWithCategories, "total", [.. Enumerable.Range(0, 26).Select(w => (Value)LargeProgram.Word(w)), .. LargeProgram.Categories.Select(c => (Value)c)], null),
        _ => All.FirstOrDefault(p => p.Name == name),
    };

    /// <summary>The program as the compiler reads it; the large ones are generated.</summary>
    internal RaspProgram Load()
    {
        Compilation compilation = Name is Large or LargeWithCategories
            ? Compilation.Parse(LargeProgram.Text(blocks: 150, dictionaries: 0, words: 0), "large.rasp")
            : Compilation.Load(Path.Combine(AppContext.BaseDirectory, "compiled.rasp"));
        return compilation.Program ?? throw new InvalidOperationException(string.Join('\n', compilation.Diagnostics));
    }

    internal CompileResult Compile(RaspProgram program, int maxLength) =>
        ProgramCompiler.Compile(program, SOp, new CompileSettings { Vocabulary = Vocabulary, MaxLength = maxLength });

    /// <summary>The diagnostics of a compile that gave no model, on one line.</summary>
    internal static string Refusal(CompileResult result) => string.Join("; ", result.Diagnostics.Select(d => string.Create(
        CultureInfo.InvariantCulture, $"{d.Code} at {d.Span.StartLine}:{d.Span.StartColumn}: {d.Message}")));

    private static CompiledProgram Of(string name, string sop, string alphabet, TracrFigures? tracr) =>
        new(name, sop, [.. alphabet.Select(c => (Value)c.ToString())], tracr);
}
