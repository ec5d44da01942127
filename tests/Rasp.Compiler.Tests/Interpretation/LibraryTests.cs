using System.Globalization;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Interpretation;

/// <summary>
/// Every library function against an independent definition, on all inputs over three letters up to length 5.
/// A definition gets the input, the position and how many positions it sees (all, or itself and earlier ones).
/// </summary>
public class LibraryTests
{
    private delegate Value Definition(string s, int q, int seen);

    private sealed record Case(string Expression, Definition Expected, bool HoldsInCausalMode = true);

    private static readonly Case[] Cases =
    [
        new("length", (_, _, seen) => seen),
        new("selector_width(full_s)", (_, _, seen) => seen),
        new("selector_width(select(tokens, tokens, ==))", (s, q, seen) => s[..seen].Count(c => c == s[q])),
        new("has_focus(select(tokens, \"b\", ==))", (s, _, seen) => s[..seen].Contains('b')),
        new("count(tokens, \"a\")", (s, _, seen) => s[..seen].Count(c => c == 'a')),
        new("count(tokens, tokens_asis)", (_, _, seen) => seen),
        new("contains(tokens, \"c\")", (s, _, seen) => s[..seen].Contains('c')),
        new("max(indices, 2)", (_, q, _) => Math.Max(q, 2)),
        new("min(indices, 2)", (_, q, _) => Math.Min(q, 2)),
        new("average(indices)", (_, _, seen) => Fraction(seen - 1, 2)),
        new("average(indicator(tokens == \"a\"))", (s, _, seen) => Fraction(s[..seen].Count(c => c == 'a'), seen)),
        new("load_from_location(tokens, 0)", (s, _, _) => Letter(s[0])),
        new("load_from_location(tokens, length - 1)", (s, _, seen) => Letter(s[seen - 1])),
        new("load_from_location(indices, indices + 1)", (_, q, seen) => q + 1 < seen ? q + 1 : 0),
        new("shift(tokens, 1, \"-\")", (s, q, _) => q >= 1 ? Letter(s[q - 1]) : "-"),
        new("shift(tokens, 2, \"-\")", (s, q, _) => q >= 2 ? Letter(s[q - 2]) : "-"),
        new("shift(tokens, -1, \"-\")", (s, q, seen) => q + 1 < seen ? Letter(s[q + 1]) : "-"),
        new("shift(indices, 1, -1)", (_, q, _) => q - 1),
        new("mark_last_instance(tokens, \"a\")", (s, q, seen) => s[q] == 'a' && !s[(q + 1)..Math.Max(seen, q + 1)].Contains('a')),
        new("mark_first_instance(tokens, \"a\")", (s, q, _) => s[q] == 'a' && !s[..q].Contains('a')),
        new("aggregate(select_from_last(tokens, \"a\"), indices, -1)", (s, _, _) => s.LastIndexOf('a'), HoldsInCausalMode: false),
        new("aggregate(select_from_first(tokens, \"a\"), indices, -1)", (s, _, seen) => s[..seen].IndexOf('a')),
        new("sort(tokens, tokens)", (s, q, _) => Letter(s.Order().ElementAt(q)), HoldsInCausalMode: false),
        new("sort(indices, tokens)", (s, q, _) => Enumerable.Range(0, s.Length).OrderBy(i => s[i]).ElementAt(q), HoldsInCausalMode: false),
        new("sort(tokens, -indices)", (s, q, _) => Letter(s[^(q + 1)]), HoldsInCausalMode: false),
        new("aggregate(select_next_identical(tokens), indices, -1)", (s, q, seen) => q + 1 < seen ? s.IndexOf(s[q], q + 1) : -1),
        new("tokens[-1]", (s, _, seen) => Letter(s[seen - 1])),
        new("indices[1]", (_, _, seen) => seen > 1 ? 1 : 0),
    ];

    public static TheoryData<string, bool> Names =>
        [.. Cases.Select(c => (c.Expression, false)), .. Cases.Where(c => c.HoldsInCausalMode).Select(c => (c.Expression, true))];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_library_function_agrees_with_its_definition_on_all_inputs(string expression, bool causal)
    {
        Case library = Cases.First(c => c.Expression == expression);
        SOp sop = Running.Compile($"result = {expression};").SOp("result");
        EvaluationPlan plan = new Interpreter(causal).Prepare([sop]);
        foreach (string input in Running.AllInputs("abc", 5))
        {
            Assert.True(plan.TryEvaluate(Running.Characters(input).AsSpan(), out EvaluationError? error), error?.Message);
            for (int q = 0; q < input.Length; q++)
            {
                Value expected = library.Expected(input, q, causal ? q + 1 : input.Length);
                Assert.True(expected == plan[sop][q], string.Create(CultureInfo.InvariantCulture, $"{expression} on {input} at {q}: {plan[sop][q]}, not {expected}"));
            }
        }
    }

    private static Value Letter(char c) => c.ToString();

    private static Value Fraction(int numerator, int denominator) => Value.FromNumber((Rational)numerator / denominator);
}
