using System.Globalization;
using System.Text;

namespace Rasp.Compiler.Tests.Fuzz;

/// <summary>
/// Programs that are mostly right: every expression is made for a type, from names that hold it. Now and then a type or a
/// name is wrong.
/// </summary>
internal sealed class TypedPrograms(Random random)
{
    private static readonly string[] Kinds = ["int", "float", "bool", "text", "selector", "atom", "string", "ints", "strings", "dictionary"];

    private readonly Dictionary<string, List<string>> names = Kinds.ToDictionary(k => k, _ => new List<string>());
    private readonly StringBuilder program = new();
    private int nextName;
    private int indent;

    public static string Make(int seed) => new TypedPrograms(new Random(seed)).Make();

    private string Make()
    {
        if (Chance(4)) Line(Pick("#pragma causal", "#pragma vocab abc", "#pragma max-length 5", "# a comment"));
        int count = random.Next(1, 12);
        for (int i = 0; i < count; i++) Statement(topLevel: true);
        return program.ToString();
    }

    private void Statement(bool topLevel)
    {
        switch (random.Next(topLevel ? 14 : 9))
        {
            case 0:
                string list = Pick("ints", "strings");
                string source = Expression(list, 1);
                Scoped(() =>
                {
                    Block($"for {Define(list == "ints" ? "atom" : "string")} in {source} {{", () => Repeat(2, () => Statement(topLevel)));
                    return string.Empty;
                });
                break;
            case 1:
                string values = $"{Expression("int", 2)}, {Expression("bool", 2)}";
                Line($"{Define("int")}, {Define("bool")} = {values};");
                break;
            case 9:
                Function();
                break;
            case 10:
                Line(Pick("set example \"abc\"", "show example", "examples off", "s-op examples on", "full seq display off", "draw(indices);"));
                break;
            case 11:
                Line($"{Expression(Pick(Kinds), 2)};{Pick("", " # a result", "\n")}");
                break;
            default:
                string kind = Pick(Kinds);
                string value = Expression(kind, random.Next(1, 5));
                Line($"{Define(kind)} = {value};");
                break;
        }
    }

    private void Function()
    {
        string result = Pick(Kinds);
        string name = "f" + Number(nextName++);
        string parameterKind = Pick("int", "text", "selector", "atom");
        Scoped(() =>
        {
            Block($"def {name}({Define(parameterKind)}) {{", () =>
            {
                Repeat(3, () => Statement(topLevel: false));
                Line($"return {Expression(result, 2)};");
            });
            return string.Empty;
        });
        string argument = Expression(parameterKind, 2);
        Line($"{Define(result)} = {name}({argument});");
    }

    private string Define(string kind)
    {
        string name = Chance(5) && names[kind].Count > 0 ? Pick([.. names[kind]]) : Pick("a", "seq", "on", "example", "_x", "v") + Number(nextName++);
        names[kind].Add(name);
        return name;
    }

    /// <summary>What is defined inside is forgotten afterwards.</summary>
    private string Scoped(Func<string> make)
    {
        Dictionary<string, int> outer = names.ToDictionary(n => n.Key, n => n.Value.Count);
        string result = make();
        foreach ((string kind, int count) in outer) names[kind].RemoveRange(count, names[kind].Count - count);
        return result;
    }

    /// <summary><c>for name in source</c> after what is made with the name.</summary>
    private string Comprehension(string kind, string source, Func<string> element) => Scoped(() =>
    {
        string name = Define(kind);
        return $"{element()} for {name} in {source}";
    });

    private string Expression(string kind, int depth)
    {
        if (Chance(600)) kind = Pick(Kinds);
        if (Chance(900)) return "missing";
        if (names[kind].Count > 0 && Chance(3)) return Pick([.. names[kind]]);
        if (Chance(12)) return $"({Expression(kind, depth)})";
        return depth <= 0 ? Simple(kind) : Compound(kind, depth - 1);
    }

    private string Simple(string kind) => kind switch
    {
        "int" => Pick("indices", "length", "1", "0", Number(random.Next(-3, 9))),
        "float" => Pick("0.5", "indices / 2", "1.0", "(indices + 0.25)"),
        "bool" => Pick("True", "False", "tokens == \"a\"", "indices < 2"),
        "text" => Pick("tokens", "tokens_str", "\"b\""),
        "selector" => Pick("full_s", "select(indices, indices, <)", "select(tokens, tokens, ==)"),
        "atom" => Number(random.Next(-2, 4)),
        "string" => Pick("\"a\"", "\"bc\"", "\"\"", "\"#\""),
        "ints" => Pick("[1, 2, 3]", "range(4)", "[]", "range(3, 0, -1)"),
        "strings" => Pick("[\"a\", \"b\"]", "[\"c\"]"),
        _ => Pick("{\"a\": 1, \"b\": 2}", "{\"a\": 1, \"b\": 2, \"c\": 3, \"#\": 4}"),
    };

    private string Compound(string kind, int depth)
    {
        string E(string k)
        {
            // Without parentheses the operators mostly bind otherwise than by type.
            string expression = Expression(k, depth);
            return expression.Contains(' ', StringComparison.Ordinal) && !Chance(12) ? $"({expression})" : expression;
        }

        return kind switch
        {
            "int" => Pick(
                () => $"{E("int")} {Pick("+", "-", "*", "%")} {E("int")}",
                () => $"indicator({E("bool")})",
                () => $"round({E("float")})",
                () => $"selector_width({E("selector")})",
                () => $"{E("int")} if {E("bool")} else {E("int")}",
                () => $"-{E("int")}",
                () => $"{E("dictionary")}[{E("text")}]",
                () => $"[4, 5, 6][{E("int")} % 3]",
                () => $"count({E("text")}, {E("string")})",
                () => $"{Pick("max", "min")}({E("int")}, {E("int")})",
                () => $"indices[{E("atom")}]",
                () => $"{E("int")} ^ {E("int")}"),
            "float" => Pick(
                () => $"aggregate({E("selector")}, {E("int")})",
                () => $"aggregate({E("selector")}, {E("float")}, 0.5)",
                () => $"{E("float")} {Pick("+", "-", "*", "/", "%")} {E("int")}",
                () => $"average({E("float")})"),
            "bool" => Pick(
                () => $"{E("int")} {Pick("==", "<", "<=", ">", ">=")} {E("float")}",
                () => $"{E("text")} {Pick("==", "<")} {E("text")}",
                () => $"{E("bool")} {Pick("and", "or")} {E("bool")}",
                () => $"not {E("bool")}",
                () => $"{E("text")} in {E("strings")}",
                () => $"{E("string")} in tokens",
                () => $"contains({E("text")}, {E("string")})",
                () => $"has_focus({E("selector")})"),
            "text" => Pick(
                () => $"{E("text")} + {E("text")}",
                () => $"{E("text")} if {E("bool")} else {E("text")}",
                () => $"aggregate(select(indices, {E("int")}, ==), {E("text")}, \"-\")",
                () => $"shift({E("text")}, {E("atom")}, \"0\")",
                () => $"sort({E("text")}, {E("int")})",
                () => $"tokens[{E("atom")}]"),
            "selector" => Pick(
                () => $"select({E("int")}, {E("int")}, {Pick("==", "!=", "<", ">", "<=", ">=")})",
                () => $"select({E("text")}, {E("string")}, {Pick("==", "!=")})",
                () => $"{E("selector")} {Pick("and", "or")} {E("selector")}",
                () => $"not {E("selector")}",
                () => $"select_from_first({E("text")}, {E("string")})",
                () => $"select_next_identical({E("text")})"),
            "atom" => Pick(
                () => $"{E("atom")} {Pick("+", "-", "*", "^", "%")} {E("atom")}",
                () => $"len({E("ints")})",
                () => $"{E("atom")} if {E("atom")} else {E("atom")}",
                () => $"{E("atom")} {Pick("and", "or")} {E("atom")}"),
            "string" => Pick(() => $"{E("string")} + {E("string")}", () => $"{E("string")} * {E("atom")}", () => $"[{E("string")}, {E("string")}][-1]"),
            "ints" => Pick(
                () => $"[{Comprehension("atom", E("ints"), () => E("atom"))}]",
                () => $"{E("ints")} + {E("ints")}",
                () => $"range({E("atom")}, {E("atom")})",
                () => $"{E("ints")} * {E("atom")}"),
            "strings" => Pick(
                () => $"[{Comprehension("string", E("strings"), () => E("string"))}]",
                () => $"[{E("string")}, {E("string")}]",
                () => $"[{E("string")} + j for i, j in zip(range(2), [\"a\", {E("string")}])]"),
            _ => Pick(
                () => $"{{{E("string")}: {E("atom")}, {E("string")}: {E("atom")}}}",
                () => $"{{{Comprehension("string", E("strings"), () => $"{E("string")}: {E("atom")}")}}}"),
        };
    }

    private void Block(string header, Action body)
    {
        Line(header);
        indent += 4;
        body();
        indent -= 4;
        Line("}");
    }

    private void Line(string text) => program.Append(' ', indent).Append(text).Append('\n');

    private void Repeat(int most, Action action)
    {
        for (int i = random.Next(1, most + 1); i > 0; i--) action();
    }

    private bool Chance(int oneIn) => random.Next(oneIn) == 0;

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];

    private string Pick(params Func<string>[] choices) => choices[random.Next(choices.Length)]();

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
