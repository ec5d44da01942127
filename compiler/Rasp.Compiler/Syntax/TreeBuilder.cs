using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Antlr4.Runtime;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Format;
using Rasp.Grammar;

namespace Rasp.Compiler.Syntax;

/// <summary>The parser's contexts to our tree. Statements with an error become <see cref="BrokenSyntax"/>.</summary>
internal sealed class TreeBuilder(ITokenStream tokens, string path, DiagnosticBag diagnostics)
{
    public StatementSyntax Statement(RaspParser.StatementContext context)
    {
        SourceSpan span = Span(context);
        if (context.exception is not null) return new BrokenSyntax(span, DefinedNames(context));
        switch (context)
        {
            case RaspParser.AssignmentStatementContext c:
                CheckComments(c.Start, c.Stop);
                return new AssignmentSyntax(span, Names(c.assignment().names()), Expressions(c.assignment().expressions()));
            case RaspParser.FunctionDefinitionContext c:
                CheckComments(c.Start, c.block().Start);
                return new FunctionSyntax(span, Name(c.name()), Names(c.names()), Block(c.block()));
            case RaspParser.ForStatementContext c:
                CheckComments(c.Start, c.block().Start);
                return new ForSyntax(span, Names(c.names()), Expression(c.expression()), Block(c.block()));
            case RaspParser.ReturnStatementContext c:
                CheckComments(c.Start, c.Stop);
                return new ReturnSyntax(span, Expressions(c.expressions()));
            case RaspParser.LoadStatementContext c:
                CheckComments(c.Start, c.Stop);
                return new LoadSyntax(span, Unquoted(c.STRING().GetText()));
            case RaspParser.InteractiveStatementContext c:
                return Interactive(c.interactive(), span);
            case RaspParser.ExpressionStatementContext c:
                CheckComments(c.Start, c.Stop);
                return new ExpressionStatementSyntax(span, Expressions(c.expressions()));
            default:
                return new BrokenSyntax(span, []);
        }
    }

    private static string Unquoted(string text) => text[1..^1];

    private ImmutableArray<StatementSyntax> Block(RaspParser.BlockContext context) =>
        [.. context.statement().Select(Statement)];

    private InteractiveSyntax Interactive(RaspParser.InteractiveContext context, SourceSpan span)
    {
        switch (context)
        {
            case RaspParser.SetExampleContext c:
                return new InteractiveSyntax(span, InteractiveKind.SetExample, Subject(c.subject()), true, Example(c));
            case RaspParser.ShowExampleContext c:
                return new InteractiveSyntax(span, InteractiveKind.ShowExample, Subject(c.subject()), true, null);
            case RaspParser.SwitchExamplesContext c:
                return new InteractiveSyntax(span, InteractiveKind.SwitchExamples, Subject(c.subject()), c.ON() is not null, null);
            case RaspParser.SwitchSequenceDisplayContext c:
                return new InteractiveSyntax(span, InteractiveKind.SwitchSequenceDisplay, ExampleSubject.Both, c.ON() is not null, null);
            default:
                return new InteractiveSyntax(span, InteractiveKind.Leave, ExampleSubject.Both, true, null) { LeaveWord = context.GetText() };
        }
    }

    private ExpressionSyntax Example(RaspParser.SetExampleContext context)
    {
        if (context.STRING() is { } text) return new LiteralSyntax(text.Symbol.Span(path), Unquoted(text.GetText()), SOpType.String);
        return context.list() is { } list ? List(list) : Name(context.name());
    }

    private ExampleSubject Subject(RaspParser.SubjectContext? context)
    {
        if (context is null) return ExampleSubject.Both;
        if (context.SELECTOR() is not null) return ExampleSubject.Selector;
        if (context.GetText() != "s-op") diagnostics.InvalidInteractive(Span(context), context.GetText());
        return ExampleSubject.SOp;
    }

    private ImmutableArray<NameSyntax> Names(RaspParser.NamesContext? context) =>
        context is null ? [] : [.. context.name().Select(Name)];

    private NameSyntax Name(RaspParser.NameContext context) => new(Span(context), context.GetText());

    private ImmutableArray<ExpressionSyntax> Expressions(RaspParser.ExpressionsContext? context) =>
        context is null ? [] : [.. context.expression().Select(Expression)];

    private ExpressionSyntax List(RaspParser.ListContext context)
    {
        SourceSpan span = Span(context);
        return context.comprehension() is { } c
            ? new ComprehensionSyntax(span, null, Expression(context.expression(0)), Names(c.names()), Expression(c.expression()))
            : new ListSyntax(span, [.. context.expression().Select(Expression)]);
    }

    private ExpressionSyntax Dictionary(RaspParser.DictionaryContext context)
    {
        SourceSpan span = Span(context);
        if (context.comprehension() is not { } c) return new DictionarySyntax(span, [.. context.entry().Select(Entry)]);
        DictionaryEntrySyntax entry = Entry(context.entry(0));
        return new ComprehensionSyntax(span, entry.Key, entry.Value, Names(c.names()), Expression(c.expression()));
    }

    private ExpressionSyntax Expression(RaspParser.ExpressionContext context)
    {
        SourceSpan span = Span(context);

        // The parser bounds nesting, but a chain of operators of any length is a tree of that depth.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            diagnostics.NestedTooDeeply(span);
            return new ListSyntax(span, []);
        }

        switch (context)
        {
            case RaspParser.ParenthesizedContext c:
                return new ParenthesizedSyntax(span, Expression(c.expression()));
            case RaspParser.SelectContext c:
                return new SelectSyntax(span, Expression(c.expression(0)), Expression(c.expression(1)), Comparison(c.comparison()));
            case RaspParser.LiteralValueContext c:
                return Literal(c.literal(), span);
            case RaspParser.ListValueContext c:
                return List(c.list());
            case RaspParser.DictionaryValueContext c:
                return Dictionary(c.dictionary());
            case RaspParser.NameReferenceContext c:
                return Name(c.name());
            case RaspParser.IndexContext c:
                return new IndexSyntax(span, Expression(c.expression(0)), Expression(c.expression(1)));
            case RaspParser.CallContext c:
                return new CallSyntax(span, Expression(c.expression()), Expressions(c.expressions()));
            case RaspParser.PrefixContext c:
                return new PrefixSyntax(span, Prefix(c.Start.Type), Expression(c.expression()));
            case RaspParser.BinaryContext c:
                IToken op = ((Antlr4.Runtime.Tree.ITerminalNode)c.GetChild(1)).Symbol;
                return new BinarySyntax(span, Operator(op.Type), op.Text, Expression(c.expression(0)), Expression(c.expression(1)));
            case RaspParser.ConditionalContext c:
                return new ConditionalSyntax(span, Expression(c.expression(0)), Expression(c.expression(1)), Expression(c.expression(2)));
            case RaspParser.ContainedContext c:
                return new ContainedSyntax(span, Expression(c.expression(0)), Expression(c.expression(1)));
            default:
                throw new ArgumentOutOfRangeException(nameof(context), context.GetType().Name, null);
        }
    }

    private DictionaryEntrySyntax Entry(RaspParser.EntryContext context) =>
        new(Expression(context.expression(0)), Expression(context.expression(1)));

    private LiteralSyntax Literal(RaspParser.LiteralContext context, SourceSpan span)
    {
        string text = context.GetText();
        if (context.STRING() is not null) return new LiteralSyntax(span, Unquoted(text), SOpType.String);
        if (!Rational.TryParse(text, out Rational number)) diagnostics.NumberTooLarge(span);
        return new LiteralSyntax(span, Value.FromNumber(number), context.FLOAT() is null ? SOpType.Int : SOpType.Float);
    }

    private static PrefixOperator Prefix(int token) => token switch
    {
        RaspParser.NOT => PrefixOperator.Not,
        RaspParser.MINUS => PrefixOperator.Minus,
        _ => PrefixOperator.Plus,
    };

    private static ElementwiseOperator Operator(int token) => token switch
    {
        RaspParser.POWER => ElementwiseOperator.Power,
        RaspParser.TIMES => ElementwiseOperator.Multiply,
        RaspParser.DIVIDE => ElementwiseOperator.Divide,
        RaspParser.MODULO => ElementwiseOperator.Modulo,
        RaspParser.PLUS => ElementwiseOperator.Add,
        RaspParser.MINUS => ElementwiseOperator.Subtract,
        RaspParser.EQUAL => ElementwiseOperator.Equal,
        RaspParser.LESS => ElementwiseOperator.Less,
        RaspParser.LESS_OR_EQUAL => ElementwiseOperator.LessOrEqual,
        RaspParser.GREATER => ElementwiseOperator.Greater,
        RaspParser.GREATER_OR_EQUAL => ElementwiseOperator.GreaterOrEqual,
        RaspParser.AND => ElementwiseOperator.And,
        _ => ElementwiseOperator.Or,
    };

    private static Comparison Comparison(RaspParser.ComparisonContext context) => context.Start.Type switch
    {
        RaspParser.EQUAL => Graph.Comparison.Equal,
        RaspParser.NOT_EQUAL => Graph.Comparison.NotEqual,
        RaspParser.LESS => Graph.Comparison.Less,
        RaspParser.LESS_OR_EQUAL => Graph.Comparison.LessOrEqual,
        RaspParser.GREATER => Graph.Comparison.Greater,
        _ => Graph.Comparison.GreaterOrEqual,
    };

    private SourceSpan Span(ParserRuleContext context)
    {
        // A statement whose ';' was supplied ends at the token before.
        IToken stop = context.Stop is { TokenIndex: >= 0 } last && last.TokenIndex >= context.Start.TokenIndex ? last : context.Start;
        return TokenSpans.Span(context.Start, stop, path);
    }

    /// <summary>Comments between statements are welcome; one after a part of a statement is reported.</summary>
    private void CheckComments(IToken first, IToken? last)
    {
        for (int i = first.TokenIndex; i < last?.TokenIndex; i++)
        {
            // A comment with a line to itself does no harm anywhere.
            if (tokens.Get(i) is { Type: RaspParser.COMMENT } comment && tokens.Get(i - 1).Line == comment.Line)
                diagnostics.CommentInsideStatement(comment.Span(path));
        }
    }

    /// <summary>The names on the left of a broken assignment, or the name of a broken function.</summary>
    private ImmutableArray<string> DefinedNames(RaspParser.StatementContext context)
    {
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        int index = context.Start.TokenIndex;
        bool isDefinition = context.Start.Type is RaspParser.DEF or RaspParser.FOR;
        for (int i = isDefinition ? index + 1 : index; i < tokens.Size; i++)
        {
            IToken token = tokens.Get(i);
            if (token.Channel != TokenConstants.DefaultChannel || token.Type == RaspParser.COMMA) continue;
            if (token.Type == RaspParser.NAME || token.Type is >= RaspParser.LOAD and <= RaspParser.QUIT)
            {
                names.Add(token.Text);
                continue;
            }

            return isDefinition || token.Type == RaspParser.ASSIGN ? names.DrainToImmutable() : [];
        }

        return [];
    }
}
