using System.Text;

namespace Rasp.Compiler.Tests.Fuzz;

/// <summary>Programs that follow the grammar and nothing else: names, types and numbers of arguments are as they come.</summary>
internal sealed class UntypedPrograms(Random random)
{
    private static readonly string[] Names =
        ["a", "b", "c", "f", "tokens", "indices", "length", "full_s", "True", "on", "example", "selector", "load", "out", "aggregate", "round", "len", "zip", "range", "sort", "max", "show", "exit"];

    private static readonly string[] Atoms =
        ["0", "1", "2", "63", "9223372036854775807", "99999999999999999999", "0.5", "3.0", "1.00000000000000000001", "\"\"", "\"a\"", "\"#;{\"", "\"ü😀\""];

    private readonly StringBuilder program = new();

    public static string Make(int seed) => new UntypedPrograms(new Random(seed)).Make();

    private string Make()
    {
        for (int i = random.Next(1, 7); i > 0; i--)
        {
            Statement(3);
            program.Append(Pick("\n", " ", "\n\n", " # comment\n", "\r\n"));
        }

        return program.ToString();
    }

    private void Statement(int depth)
    {
        switch (random.Next(depth > 0 ? 12 : 7))
        {
            case 0:
                Add(Pick("set example ", "set s-op example ", "set selector example "));
                Expression(1);
                break;
            case 1:
                Add(Pick("show example", "examples on", "s-op examples off", "full seq display on", "selector examples on;", "exit", "quit();"));
                break;
            case 2:
                Add("load \"" + Pick("none", "", "../x", "a b") + "\";");
                break;
            case 3:
                Expressions(1, 3, 4);
                Add(";");
                break;
            case 7:
                Add("def " + Pick(Names) + "(" + string.Join(", ", Enumerable.Range(0, random.Next(4)).Select(_ => Pick(Names))) + ") {");
                Body(depth);
                Add("return ");
                Expressions(1, 2, 3);
                Add("; }");
                break;
            case 8:
                Add("for " + NameList() + " in ");
                Expression(2);
                Add(" {");
                Body(depth);
                Add("}");
                break;
            default:
                Add(NameList() + " = ");
                Expressions(1, 3, 4);
                Add(";");
                break;
        }
    }

    private void Body(int depth)
    {
        for (int i = random.Next(3); i > 0; i--)
        {
            Add(Pick(" ", "\n"));
            Statement(depth - 1);
        }

        Add(" ");
    }

    private string NameList() => string.Join(", ", Enumerable.Range(0, random.Next(5) == 0 ? 2 : 1).Select(_ => Pick(Names)));

    private void Expressions(int fewest, int most, int depth)
    {
        int count = random.Next(fewest, most);
        for (int i = 0; i < count; i++)
        {
            if (i > 0) Add(", ");
            Expression(depth);
        }
    }

    private void Expression(int depth)
    {
        switch (depth <= 0 ? random.Next(2) : random.Next(16))
        {
            case 0:
                Add(Pick(Atoms));
                break;
            case 1:
                Add(Pick(Names));
                break;
            case 2:
                Wrapped("(", ")", () => Expression(depth - 1));
                break;
            case 3:
                Wrapped("[", "]", () => Expressions(0, 4, depth - 1));
                break;
            case 4:
                Wrapped("{", "}", () => Separated(random.Next(3), () => Entry(depth - 1)));
                break;
            case 5:
                Wrapped("[", "]", () =>
                {
                    Expression(depth - 1);
                    For(depth);
                });
                break;
            case 6:
                Wrapped("{", "}", () =>
                {
                    Entry(depth - 1);
                    For(depth);
                });
                break;
            case 7:
                Wrapped("select(", ")", () =>
                {
                    Expression(depth - 1);
                    Add(", ");
                    Expression(depth - 1);
                    Add(", " + Pick("==", "!=", "<", ">", "<=", ">="));
                });
                break;
            case 8:
                Add(Pick("not ", "-", "+"));
                Expression(depth - 1);
                break;
            case 9:
                Infix(depth, " if ");
                Add(" else ");
                Expression(depth - 1);
                break;
            case 10:
                Expression(depth - 1);
                Wrapped("[", "]", () => Expression(depth - 1));
                break;
            case 11 or 12:
                Add(Pick(Names));
                Wrapped("(", ")", () => Expressions(0, 4, depth - 1));
                break;
            default:
                Infix(depth, " " + Pick("^", "*", "/", "%", "+", "-", "==", "<", "<=", ">", ">=", "and", "or", "in") + " ");
                break;
        }
    }

    private void Infix(int depth, string op)
    {
        Expression(depth - 1);
        Add(op);
        Expression(depth - 1);
    }

    private void For(int depth)
    {
        Add(" for " + NameList() + " in ");
        Expression(depth - 1);
    }

    private void Entry(int depth)
    {
        Expression(depth);
        Add(": ");
        Expression(depth);
    }

    private void Separated(int count, Action item)
    {
        for (int i = 0; i < count; i++)
        {
            if (i > 0) Add(", ");
            item();
        }
    }

    private void Wrapped(string open, string close, Action inner)
    {
        Add(open);
        inner();
        Add(close);
    }

    private void Add(string text) => program.Append(text);

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];
}
