using System.Numerics;
using System.Runtime.CompilerServices;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Syntax;

/// <summary>Statements and expressions as words: a line may end between two words and nowhere else.</summary>
internal sealed class SyntaxWords
{
    private readonly List<string> words = [];
    private readonly System.Text.StringBuilder word = new();

    /// <summary>A whole statement, or of one with a block everything before the block.</summary>
    public static IReadOnlyList<string> Of(StatementSyntax statement)
    {
        SyntaxWords writer = new();
        writer.Write(statement);
        writer.EndWord();
        return writer.words;
    }

    private void Write(StatementSyntax statement)
    {
        switch (statement)
        {
            case AssignmentSyntax s:
                Write(s.Names);
                Word("=");
                Write(s.Values);
                Add(";");
                break;
            case FunctionSyntax s:
                Word("def");
                Add(s.Name.Name + "(");
                Write(s.Parameters);
                Add(")");
                break;
            case ForSyntax s:
                Word("for");
                Write(s.Names);
                Word("in");
                Write(s.Source);
                EndWord();
                break;
            case ReturnSyntax s:
                Word("return");
                Write(s.Values);
                Add(";");
                break;
            case LoadSyntax s:
                Word("load");
                Add($"\"{s.File}\";");
                break;
            case ExpressionStatementSyntax s:
                Write(s.Expressions);
                Add(";");
                break;
            case InteractiveSyntax s:
                Write(s);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(statement), statement.GetType().Name, null);
        }
    }

    private void Write(InteractiveSyntax statement)
    {
        string subject = statement.Subject switch { ExampleSubject.SOp => "s-op ", ExampleSubject.Selector => "selector ", _ => string.Empty };
        string onOff = statement.IsOn ? "on" : "off";
        Add(statement.Kind switch
        {
            InteractiveKind.SetExample => $"set {subject}example ",
            InteractiveKind.ShowExample => $"show {subject}example",
            InteractiveKind.SwitchExamples => $"{subject}examples {onOff}",
            InteractiveKind.SwitchSequenceDisplay => $"full seq display {onOff}",
            _ => statement.LeaveWord,
        });
        if (statement.Example is { } example) Write(example);
    }

    private void Write(ExpressionSyntax expression)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (expression)
        {
            case LiteralSyntax s:
                Add(Literal(s));
                break;
            case NameSyntax s:
                Add(s.Name);
                break;
            case ParenthesizedSyntax s:
                Add("(");
                Write(s.Inner);
                Add(")");
                break;
            case ListSyntax s:
                Add("[");
                Write(s.Elements);
                Add("]");
                break;
            case DictionarySyntax s:
                Add("{");
                WriteSeparated(s.Entries, e => WriteEntry(e.Key, e.Value));
                Add("}");
                break;
            case ComprehensionSyntax s:
                Add(s.Key is null ? "[" : "{");
                if (s.Key is null) Write(s.Element);
                else WriteEntry(s.Key, s.Element);
                EndWord();
                Word("for");
                Write(s.Names);
                Word("in");
                Write(s.Source);
                Add(s.Key is null ? "]" : "}");
                break;
            case PrefixSyntax s:
                Add(s.Operator switch { PrefixOperator.Not => "not ", PrefixOperator.Minus => "-", _ => "+" });
                Write(s.Operand);
                break;
            case BinarySyntax s:
                WriteChain(s);
                break;
            case ConditionalSyntax s:
                Write(s.WhenTrue);
                Word("if");
                Write(s.Condition);
                Word("else");
                Write(s.WhenFalse);
                break;
            case ContainedSyntax s:
                Write(s.Item);
                Word("in");
                Write(s.Container);
                break;
            case IndexSyntax s:
                Write(s.Target);
                Add("[");
                Write(s.Index);
                Add("]");
                break;
            case CallSyntax s:
                Write(s.Target);
                Add("(");
                Write(s.Arguments);
                Add(")");
                break;
            case SelectSyntax s:
                Add("select(");
                Write([s.Key, s.Query]);
                Add(",");
                EndWord();
                Add(GraphPrinter.Symbol(s.Comparison) + ")");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(expression), expression.GetType().Name, null);
        }
    }

    /// <summary>A chain of operators leans to the left and may be longer than the stack is deep.</summary>
    private void WriteChain(BinarySyntax last)
    {
        Stack<BinarySyntax> chain = [];
        ExpressionSyntax first = last;
        for (; first is BinarySyntax binary; first = binary.Left) chain.Push(binary);
        Write(first);
        foreach (BinarySyntax binary in chain)
        {
            Word(binary.Symbol);
            Write(binary.Right);
        }
    }

    private void WriteEntry(ExpressionSyntax key, ExpressionSyntax value)
    {
        Write(key);
        Add(": ");
        Write(value);
    }

    private void Write(IReadOnlyList<ExpressionSyntax> expressions) => WriteSeparated(expressions, Write);

    private void WriteSeparated<T>(IReadOnlyList<T> items, Action<T> write)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                Add(",");
                EndWord();
            }

            write(items[i]);
        }
    }

    /// <summary>Only what was written as a decimal number can be one: a float's denominator divides a power of ten.</summary>
    private static string Literal(LiteralSyntax literal)
    {
        if (literal.Type == SOpType.String) return $"\"{literal.Value.Text}\"";
        Rational number = literal.Value.Number;
        if (literal.Type == SOpType.Int) return number.ToString();
        int decimals = 1;
        BigInteger scale = 10;
        for (; scale % number.Denominator != 0; scale *= 10) decimals++;
        string digits = (number.Numerator * (scale / number.Denominator)).ToString(System.Globalization.CultureInfo.InvariantCulture)
            .PadLeft(decimals + 1, '0');
        return digits.Insert(digits.Length - decimals, ".");
    }

    private void Add(string text) => word.Append(text);

    /// <summary>A word of its own.</summary>
    private void Word(string text)
    {
        EndWord();
        word.Append(text);
        EndWord();
    }

    private void EndWord()
    {
        if (word.Length == 0) return;
        words.Add(word.ToString());
        word.Clear();
    }
}
