using System.Collections.Immutable;
using System.Globalization;

namespace Rasp.Testing.RandomPrograms;

/// <summary>
/// Makes well-typed programs over the whole language that compiles: every elementwise operator, composite selectors, means,
/// joined texts, dictionaries, lists, loops, functions, several exports. <c>int</c> holds whole numbers only.
/// </summary>
internal sealed class RandomGrammar(Random random, bool isWide)
{
    private static readonly string[] Kinds = ["int", "float", "bool", "text", "selector"];

    /// <summary>Alphabets with the length up to which all inputs are few.</summary>
    private static readonly (string Alphabet, int MaxLength)[] Sizes = [("ab", 5), ("abc", 4), ("ab1", 4), ("012", 4), ("a", 6), ("()", 5)];

    private static readonly (string Alphabet, int MaxLength)[] WideSizes = [("ab", 7), ("a", 8), ("ba", 1), ("abcd", 3), ("0125", 3), ("93", 6), ("ab01c", 3)];

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

    private static readonly Dictionary<string, string[]> WideCompound = new()
    {
        ["int"] =
        [
            "selector_width({selector} and not {selector})", "selector_width(select({text}, {text}, ==) or select({int}, {int}, ==))", "(length - {int})",
            "selector_width({selector}) - selector_width({selector})", "round(selector_width({selector}) * {float})", "squares[({int} % 4)]", "costs[{bool}]",
            "({int} if {text} == {text} else {int})", "(({int} + {int}) % 5)", "({int} * 3 - {int} * 2)", "digits({text})", "selector_width(select_next_identical({text}))",
        ],
        ["float"] =
        [
            "({float} / 3)", "(1 / 3 + {float})", "({int} / 7)", "load_from_location({int}, {int})", "sort({int}, {int})", "aggregate({selector}, {float}, -1 / 3)",
            "aggregate({selector} and {selector}, {int} * {int})", "selector_width({selector}) * aggregate({selector}, {int})", "max({float}, {int})", "(-{float} + {float} * 2)",
            "aggregate({selector}, indicator({bool}))", "weights[({int} % 3)]",
        ],
        ["bool"] =
        [
            "({text} in [\"a\", \"q\"])", "({int} in [1, 2, 5])", "({float} < {float})", "({float} == {float})", "(not ({text} == {text}))", "({text} <= {text})", "(not {bool} and {bool})",
            "mark_last_instance({text}, \"a\")", "mark_first_instance({int}, 1)", "({int} >= {int} or {int} == {int})", "has_focus({selector} and not {selector})",
        ],
        ["text"] =
        [
            "({text} + {text})", "sort({text}, {int})", "load_from_location({text}, {int})", "turn({text})", "named({bool}) + {text}",
            "aggregate(select_from_last({text}, \"a\"), {text}, \"none\")", "aggregate(select_next_identical({text}), tokens, \"!\")", "spelled({text}, {int} % 3)",
        ],
        ["selector"] =
        [
            "({selector} and not {selector})", "(({selector} or {selector}) and {selector})", "(not {selector} or not {selector})", "select({text}, {text}, !=)", "select({text}, {text}, >=)",
            "select({float}, {float}, ==)", "select({bool}, {bool}, !=)", "select_from_first({text}, \"a\")", "select_from_last({int}, 0)", "select_next_identical({text})",
            "(select({int}, {int}, <) and select({text}, {text}, ==))", "(select(indices, indices, <) or select(indices, {int}, ==))", "select({int}, 1, >)",
        ],
    };

    private readonly string alphabet = string.Empty;

    /// <summary>What the patterns call.</summary>
    public static IEnumerable<string> Helpers(string alphabet)
    {
        IEnumerable<string> quoted = alphabet.Select(c => $"\"{c}\"");
        yield return $"letters = [{string.Join(", ", quoted)}];";
        yield return $"rank_of = {{{string.Join(", ", quoted.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"{c}: {(5 * i + 2) % 7}")))}}};";
        yield return $"shares = {{{string.Join(", ", quoted.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"{c}: {i - 1} / {i + 2}")))}}};";
        yield return "primes = [2, 3, 5];";
        yield return $"first = \"{alphabet[0]}\";";
        yield return "some = {first: 4};";
        yield return "def ranked(t) { return rank_of[t if t in letters else first]; }";
        yield return "def tally(t) { n = 0; for c in letters { n = n + rank_of[c] * indicator(t == c); } return n; }";
        yield return "def clamp(n) { low = max(n, -1); return min(low, 2); }";
        yield return "def anywhere(b) { return selector_width(select(b, True, ==)) > 0; }";
        yield return "squares = [0, 1, 4, 9]; weights = [1 / 2, -1 / 3, 2]; costs = {True: 3, False: -1};";
        yield return $"turned = {{{string.Join(", ", quoted.Zip(quoted.Reverse(), (from, to) => $"{from}: {to}"))}}};";
        yield return "def turn(t) { return turned[t if t in letters else first]; }";
        yield return "def digits(t) { n = 0; for i in range(len(letters)) { n = i * 2 + 1 if t == letters[i] else n; } return n; }";
        yield return "def spelled(t, n) { word = \"\"; for i in range(3) { word = (word + t) if n > i else word; } return word; }";
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
        (string letters, int maxLength) = Pick(isWide ? [.. Sizes, .. WideSizes] : Sizes);
        RandomGrammar grammar = new(random, isWide, letters);
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

    private RandomGrammar(Random random, bool isWide, string alphabet) : this(random, isWide) => this.alphabet = alphabet;

    private RandomExpression Expression(string kind, int depth, List<RandomDefinition> known)
    {
        string[] names = [.. known.Where(d => d.Expression.Kind == kind).Select(d => d.Name)];
        if (names.Length > 0 && random.Next(3) == 0) return new RandomExpression(kind, Pick(names), []);
        if (depth == 0) return new RandomExpression(kind, Pick(Leaves(kind)), []);
        string pattern = Pick(isWide ? [.. Compound[kind], .. WideCompound[kind]] : Compound[kind]);
        return new RandomExpression(kind, pattern, [.. RandomExpression.Holes(pattern).Select(hole => Expression(hole, depth - 1, known))]);
    }

    private string[] Leaves(string kind) => kind switch
    {
        "int" => ["indices", "length", "1", "3", "-1", "-4", "(indices - 1)", "(indices + 2)", "rank_of[tokens]", $"indicator(tokens == {Letter()})", .. char.IsDigit(alphabet[0]) ? (string[])["tokens_int", "tokens_int"] : []],
        "float" => ["(indices / 2)", "0.5", "-0.75", "(-5 / 3)", "(length / 3)", "shares[tokens]"],
        "bool" => [$"(tokens == {Letter()})", "(indices < 2)", "(indices % 2 == 0)", "True"],
        "text" => ["tokens", "tokens", Letter(), "\"q\"", "(tokens + tokens)", "(tokens + \"-\")", "turned[tokens]"],
        _ =>
        [
            "select(tokens, tokens, ==)", "full_s", "select(indices, indices, <)", "select(indices, indices, >=)", "select(indices, indices - 1, ==)", $"select(tokens, {Letter()}, ==)",
            "select(indices, indices, ==)", "select(indices - 2, indices, ==)", "select(indices, length - 1, ==)", "select(indices, indices, !=)",
        ],
    };

    private string Letter() => $"\"{alphabet[random.Next(alphabet.Length)]}\"";

    private T Pick<T>(T[] choices) => choices[random.Next(choices.Length)];
}
