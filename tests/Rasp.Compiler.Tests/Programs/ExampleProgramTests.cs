using System.Globalization;
using System.Text;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;
using Rasp.Testing;

namespace Rasp.Compiler.Tests.Programs;

/// <summary>
/// Every program of <c>examples/programs</c> against an independent definition on all inputs over a small alphabet, and
/// snapshots of its graph and of its values.
/// </summary>
public class ExampleProgramTests
{
    private delegate IEnumerable<Value> Definition(string input);

    /// <param name="Alphabet">Letters of the exhaustive inputs; some are not in the program's own vocabulary.</param>
    /// <param name="MaxLength">Length up to which all inputs are tried.</param>
    /// <param name="Expected">The exported s-op on an input that is wholly visible.</param>
    /// <param name="IsPrefixwise">Whether a position's value depends on the tokens up to it only; then causal mode agrees.</param>
    private sealed record Example(string Alphabet, int MaxLength, Definition Expected, bool IsPrefixwise);

    private static readonly SortedDictionary<string, Example> Examples = new(StringComparer.Ordinal)
    {
        ["count_token"] = new("ab", 8, s => s.Select(_ => (Value)s.Count(c => c == 'a')), false),
        ["detect_pattern"] = new("abcx", 6, s => s.Select((_, i) => (Value)(i >= 2 && s[(i - 2)..(i + 1)] == "abc")), true),
        ["dyck1"] = new("()x", 7, s => s.Select((_, i) => (Value)Dyck1(s[..(i + 1)])), true),
        ["fraction_of_previous"] = new("xy", 8, s => s.Select((_, i) => Fraction(s[..(i + 1)].Count(c => c == 'x'), i + 1)), true),
        ["histogram"] = new("abc", 6, s => s.Select(c => (Value)s.Count(d => d == c)), false),
        ["most_frequent"] = new("abc", 6, MostFrequent, false),
        ["pair_balance"] = new("()x", 7, s => s.Select((_, i) => Fraction(Balance(s[..(i + 1)], "()"), i + 1)), true),
        ["reverse"] = new("abc", 6, s => s.Reverse().Select(c => (Value)c.ToString()), false),
        ["shift"] = new("abc", 6, s => ("-" + s)[..s.Length].Select(c => (Value)c.ToString()), true),
        ["shuffle_dyck"] = new("()[]x", 6, s => s.Select((_, i) => (Value)IsShuffle(s[..(i + 1)])), true),
        ["sort"] = new("abc", 6, s => s.Order().Select(c => (Value)c.ToString()), false),
        ["sort_by_frequency"] = new("abc", 6, s => s.OrderBy(c => -s.Count(d => d == c)).Select(c => (Value)c.ToString()), false),
    };

    public static TheoryData<string> Names => [.. Examples.Keys];

    [Fact]
    public void Every_program_is_tested()
    {
        string folder = Path.GetDirectoryName(Repository.ExampleProgram("any")) ?? string.Empty;
        Assert.Equal(Examples.Keys, Directory.GetFiles(folder, "*.rasp").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_program_agrees_with_its_definition_on_all_inputs(string name)
    {
        Example example = Examples[name];
        SOp sop = Exported(Running.LoadExample(name)).SOp;
        foreach (bool causal in example.IsPrefixwise ? new[] { false, true } : [false])
        {
            EvaluationPlan plan = new Interpreter(causal).Prepare([sop]);
            foreach (string input in Running.AllInputs(example.Alphabet, example.MaxLength))
            {
                Assert.True(plan.TryEvaluate(Running.Characters(input).AsSpan(), out EvaluationError? error), error?.Message);
                Assert.True(example.Expected(input).SequenceEqual(plan[sop]), $"{name} on {input}: {string.Join(' ', plan[sop])}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_program_says_what_it_does_and_its_example_prints_what_it_says(string name)
    {
        string[] lines = File.ReadAllLines(Repository.ExampleProgram(name));
        Assert.StartsWith("# ", lines[0], StringComparison.Ordinal);
        RaspProgram program = Running.LoadExample(name);
        string export = Exported(program).Name;
        string start = $"# Example: rasp run {name}.rasp --export {export} ";
        Assert.StartsWith(start, lines[1], StringComparison.Ordinal);
        string[] parts = lines[1][start.Length..].Split(" prints ");
        Assert.Equal(parts[1], Running.Show(program.SOp(export), Running.Characters(parts[0].Trim('"'))));
        Assert.NotNull(program.Settings.Vocabulary);
        Assert.NotNull(program.Settings.MaxLength);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Graph(string name)
    {
        RaspProgram program = Running.LoadExample(name);
        SOp exported = Exported(program).SOp;
        HashSet<object> read = [.. ProgramGraph.Reachable([exported])];
        Snapshot.Match(GraphPrinter.Print(program.SOps.Where(s => read.Contains(s.SOp))), name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Values(string name)
    {
        RaspProgram program = Running.LoadExample(name);
        StringBuilder text = new();
        foreach (string input in Inputs(program.Settings))
        {
            text.Append(CultureInfo.InvariantCulture, $"input: {input}\n");
            foreach (NamedSOp named in program.SOps)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {named.Name} = {Running.Show(named.SOp, Running.Characters(input))}\n");
                text.Append(CultureInfo.InvariantCulture, $"  {named.Name} (causal) = {Running.Show(named.SOp, Running.Characters(input), causal: true)}\n");
            }
        }

        Snapshot.Match(text.ToString(), name);
    }

    /// <summary>One token, all tokens in order, all tokens backwards and the first one thrice, shortened to the program's length.</summary>
    private static IEnumerable<string> Inputs(CompileSettings settings)
    {
        string all = string.Concat(settings.Vocabulary ?? []);
        foreach (string input in new[] { all[..1], all, string.Concat(all.Reverse()) + new string(all[0], 3) })
            yield return input[..Math.Min(input.Length, settings.MaxLength ?? input.Length)];
    }

    private static NamedSOp Exported(RaspProgram program)
    {
        string name = Assert.Single(program.Settings.Exports ?? []);
        NamedSOp? exported = program.Find(name);
        Assert.NotNull(exported);
        return exported;
    }

    private static Value Fraction(int numerator, int denominator) => Value.FromNumber((Rational)numerator / denominator);

    private static int Balance(string s, string pair) => s.Count(c => c == pair[0]) - s.Count(c => c == pair[1]);

    private static string Dyck1(string s)
    {
        if (Enumerable.Range(1, s.Length).Any(n => Balance(s[..n], "()") < 0)) return "F";
        return Balance(s, "()") == 0 ? "T" : "P";
    }

    private static bool IsShuffle(string s) =>
        new[] { "()", "[]" }.All(pair => Enumerable.Range(1, s.Length).All(n => Balance(s[..n], pair) >= 0) && Balance(s, pair) == 0);

    private static IEnumerable<Value> MostFrequent(string s)
    {
        IEnumerable<char> distinct = s.Distinct().OrderBy(c => -s.Count(d => d == c));
        return distinct.Select(c => (Value)c.ToString()).Concat(Enumerable.Repeat((Value)"-", s.Length)).Take(s.Length);
    }
}
