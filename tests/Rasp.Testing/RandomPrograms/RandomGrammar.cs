using System.Collections.Immutable;
using System.Globalization;

namespace Rasp.Testing.RandomPrograms;

/// <summary>
/// Makes well-typed programs over the whole language that compiles: every elementwise operator, composite selectors, means,
/// joined texts, dictionaries, lists, loops, functions, several exports. <c>int</c> holds whole numbers only.
/// </summary>
internal sealed class RandomGrammar(Random random)
{
    private static readonly string[] Kinds = ["int", "float", "bool", "text", "selector"];

    /// <summary>Alphabets with the length up to which all inputs are few.</summary>
    private static readonly (string Alphabet, int MaxLength)[] Sizes = [("ab", 5), ("abc", 4), ("ab1", 4), ("012", 4), ("a", 6), ("()", 5)];

    private static readonly Dictionary<string, string[]> Compound = new()
    {
        ["int"] =
        [
            "({int} + {int})", "({int} - {int})", "({int} * {int})", "({int} % 3)", "-{int}", "indicator({bool})", "round({float})",
            "selector_width({selector})", "selector_width({selector})", "({int} if {bool} else {int})", "max({int}, {int})", "min({int}, {int})",
            "ranked({text})", "tally({text})", "primes[({int} % 3)]", "count({text}, \"a\")", "(some[tokens] if tokens == first else {int})", "round(2 ^ ({int} % 4))", "clamp({int})",
            "selector_width(select({text}, {text}, ==) and select(indices, indices, <=))",
        ],
        ["float"] =
        [
            "aggregate({selector}, {int})", "aggregate({selector}, {int})", "aggregate({selector}, {float}, 0.5)", "aggregate({selector}, {int}, -2)",
            "({float} + {int})", "({float} - {float})", "({float} * {int})", "({float} / 4)", "({int} / (indices + 1))", "({float} % 2)",
            "average({int})", "({float} if {bool} else {int})", "(6 / (indices - 1) if indices > 1 else {float})", "aggregate(select({int}, indices, ==), {float}, 1.5)",
        ],
        ["bool"] =
        [
            "({int} < {int})", "({int} == {float})", "({float} >= {int})", "({text} == {text})", "({text} < {text})", "({bool} and {bool})",
            "({bool} or {bool})", "(not {bool})", "({text} in letters)", "contains({text}, \"b\")", "has_focus({selector})",
            "aggregate(select(indices, {int}, ==), {bool}, False)", "({bool} if {bool} else {bool})", "({bool} == {bool})", "anywhere({bool})",
        ],
        ["text"] =
        [
            "({text} + \"x\")", "(tokens + {text})", "({text} if {bool} else {text})", "aggregate(select(indices, {int}, ==), {text}, \"#\")",
            "shift({text}, 1, \"-\")", "shift({text}, 2, \"\")", "aggregate(select(indices + 1, indices, ==), {text}, \"_\")", "named({bool})",
        ],
        ["selector"] =
        [
            "select({int}, {int}, ==)", "select({int}, {int}, <)", "select({int}, {int}, >=)", "select({int}, {int}, !=)", "select({float}, {float}, <=)",
            "select({text}, {text}, ==)", "select({text}, \"a\", !=)", "select({bool}, {bool}, ==)", "select({text}, {text}, <)",
            "({selector} and {selector})", "({selector} or {selector})", "(not {selector})", "(not ({selector} or {selector}))",
            "(select(indices, indices, <=) and {selector})", "select({float}, {int}, >)",
        ],
    };

    private readonly string alphabet = string.Empty;

    /// <summary>What the patterns call.</summary>
    public static IEnumerable<string> Helpers(string alphabet)
    {
        IEnumerable<string> quoted = alphabet.Select(c => $"\"{c}\"");
        yield return $"letters = [{string.Join(", ", quoted)}];";
        yield return $"rank_of = {{{string.Join(", ", quoted.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"{c}: {(5 * i + 2) % 7}")))}}};";
        yield return "primes = [2, 3, 5];";
        yield return $"first = \"{alphabet[0]}\";";
        yield return "some = {first: 4};";
        yield return "def ranked(t) { return rank_of[t if t in letters else first]; }";
        yield return "def tally(t) { n = 0; for c in letters { n = n + rank_of[c] * indicator(t == c); } return n; }";
        yield return "def clamp(n) { low = max(n, -1); return min(low, 2); }";
        yield return "def anywhere(b) { return selector_width(select(b, True, ==)) > 0; }";
        yield return "def named(b) { names = {True: \"yes\", False: \"no\"}; return names[b]; }";
    }

    /// <summary>Something of the kind without parts.</summary>
    public static string Plain(string kind) => kind switch
    {
        "int" => "indices",
        "float" => "0.5",
        "bool" => "True",
        "text" => "tokens",
        _ => "full_s",
    };

    public RandomProgram Program()
    {
        (string letters, int maxLength) = Pick(Sizes);
        RandomGrammar grammar = new(random, letters);
        List<RandomDefinition> definitions = [];
        int count = random.Next(1, 6);
        for (int d = 0; d < count; d++)
        {
            string kind = d == count - 1 ? Pick(Kinds[..^1]) : Pick(Kinds);
            definitions.Add(new RandomDefinition($"v{d.ToString(CultureInfo.InvariantCulture)}", grammar.Expression(kind, random.Next(2, 5), definitions)));
        }

        string[] sops = [.. definitions.Where(d => d.Expression.Kind != "selector").Select(d => d.Name)];
        ImmutableArray<string> exports = random.Next(3) == 0 ? [.. sops.TakeLast(3)] : [sops[^1]];
        return new RandomProgram([.. definitions], exports, letters, maxLength, random.Next(2) == 0);
    }

    private RandomGrammar(Random random, string alphabet) : this(random) => this.alphabet = alphabet;

    private RandomExpression Expression(string kind, int depth, List<RandomDefinition> known)
    {
        string[] names = [.. known.Where(d => d.Expression.Kind == kind).Select(d => d.Name)];
        if (names.Length > 0 && random.Next(3) == 0) return new RandomExpression(kind, Pick(names), []);
        if (depth == 0) return new RandomExpression(kind, Pick(Leaves(kind)), []);
        string pattern = Pick(Compound[kind]);
        return new RandomExpression(kind, pattern, [.. RandomExpression.Holes(pattern).Select(hole => Expression(hole, depth - 1, known))]);
    }

    private string[] Leaves(string kind) => kind switch
    {
        "int" => ["indices", "length", "1", "3", "-1", $"indicator(tokens == {Letter()})", .. char.IsDigit(alphabet[0]) ? (string[])["tokens_int", "tokens_int"] : []],
        "float" => ["(indices / 2)", "0.5", "(length / 3)"],
        "bool" => [$"(tokens == {Letter()})", "(indices < 2)", "(indices % 2 == 0)", "True"],
        "text" => ["tokens", "tokens", Letter(), "\"q\""],
        _ => ["select(tokens, tokens, ==)", "full_s", "select(indices, indices, <)", "select(indices, indices, >=)", "select(indices, indices - 1, ==)", $"select(tokens, {Letter()}, ==)"],
    };

    private string Letter() => $"\"{alphabet[random.Next(alphabet.Length)]}\"";

    private T Pick<T>(T[] choices) => choices[random.Next(choices.Length)];
}
