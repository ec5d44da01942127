using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Compiler.Tests.Fuzz;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Interpretation;

/// <summary>Batches of inputs, whole numbers and rows of bits give what the plain definition gives.</summary>
public sealed class BatchTests
{
    private static readonly string[] Expressions =
    [
        "9223372036854775807 - indices", "9223372036854775806 + indices", "-(indices - 9223372036854775807 - 1)", "4611686018427387904 * indices",
        "(indices - 5) % 3", "(indices - 5) % (0 - 3)", "indices % (indices - 2)", "(indices / 3 - 2) % 2", "(indices / 3) % (1 / 2)", "7 % (indices / 7 - 1)",
        "indices / (indices - 3)", "aggregate(select(indices, indices, <=), indices * 4611686018427387904)", "aggregate(select(indices, indices, <), indices / 7)",
        "selector_width(select(indices / 2, 1, <=) and not select(indices, indices, ==))", "selector_width(select(tokens, \"b\", >) or select(tokens + \"x\", tokens, <))",
        "aggregate(select(indices, 70, ==), tokens, \"-\")", "round(indices / 2) == indices / 2", "aggregate(select(tokens == \"a\", True, ==), indices / 2)",
        "{\"a\": 1, \"b\": 1 / 3}[\"a\" if indices % 2 == 0 else \"b\"] + indices", "sort(tokens, indices * (0 - 1) / 3)", "aggregate(select(indices, indices, ==), tokens + tokens)",
    ];

    // Around the 64 bits of a word, and none at all.
    private static readonly int[] Lengths = [0, 1, 2, 5, 63, 64, 65, 130];

    [Fact]
    public void At_the_edges_of_words_and_numbers()
    {
        RaspProgram program = Running.Compile(string.Concat(Expressions.Select((e, i) => $"x{i} = {e};\n")));
        foreach (int length in Lengths)
        {
            foreach (bool causal in (bool[])[false, true]) Compare([.. program.SOps.Select(s => s.SOp)], Inputs(3, length, "abcd", length), causal);
        }
    }

    [Fact]
    public void On_random_programs()
    {
        int compared = 0;
        for (int seed = 0; seed < 1500; seed++)
        {
            if (Compilation.Parse(TypedPrograms.Make(seed), "random.rasp").Program is not { } program || program.SOps.IsEmpty) continue;
            Compare([.. program.SOps.Select(s => s.SOp)], Inputs(2, 1 + seed % 7, "ab12", seed), causal: seed % 2 == 0);
            compared++;
        }

        Assert.InRange(compared, 500, 1500);
    }

    [Fact]
    public void Texts_of_many_inputs_do_not_pile_up()
    {
        SOp sop = Running.Compile("a = tokens + \"-\" + aggregate(select(indices, indices - 1, ==), tokens, \"\");").SOp("a");
        EvaluationPlan plan = new Interpreter(causal: false).Prepare([sop]);
        // More different texts than a plan keeps.
        for (int batch = 0; batch < 30; batch++)
        {
            Value[] tokens = [.. Enumerable.Range(batch * 10_000, 10_000).Select(i => Value.FromText($"t{i}"))];
            plan.Evaluate(tokens, 5_000);
            Assert.Equal([$"t{batch * 10_000}-", $"t{(batch * 10_000) + 1}-t{batch * 10_000}"], plan[sop][..2].Select(v => v.Text));
        }
    }

    [Fact]
    public void Tokens_that_are_not_inputs_of_one_length_are_refused()
    {
        EvaluationPlan plan = new Interpreter(causal: false).Prepare([Running.Compile("a = tokens;").SOp("a")]);
        Assert.Throws<ArgumentException>(() => plan.Evaluate(Running.Characters("abc").AsSpan(), 2));
    }

    private static void Compare(ImmutableArray<SOp> sops, ImmutableArray<Value>[] inputs, bool causal)
    {
        EvaluationPlan plan = new Interpreter(causal).Prepare(sops);
        Value[] tokens = [.. inputs.SelectMany(i => i)];
        // Twice: what is kept from the first time must not show.
        plan.Evaluate([.. inputs.Reverse().SelectMany(i => i)], inputs.Length);
        plan.Evaluate(tokens, inputs.Length);
        foreach (SOp sop in sops)
        {
            Value?[] expected = [.. inputs.SelectMany(i => new PlainEvaluation(i, causal).Of(sop))];
            Assert.Equal(expected.Select(v => v.GetValueOrDefault()), plan[sop]);
        }

        for (int i = 0; i < inputs.Length; i++)
            Assert.Equal(sops.Any(s => new PlainEvaluation(inputs[i], causal).Of(s).Any(v => v is null)), plan.Error(i) is not null);
    }

    private static ImmutableArray<Value>[] Inputs(int count, int length, string alphabet, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Running.Characters(new string(random.GetItems<char>(alphabet, length))))];
    }
}
