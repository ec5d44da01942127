using System.Collections.Immutable;
using Rasp.Compiler.Binding;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Syntax;
using Rasp.Compiler.Warnings;
using Rasp.Format;

namespace Rasp.Compiler.Interactive;

/// <summary>
/// Runs statements one after the other: bind, keep or take back what was defined, say what is to be shown. A loaded
/// file is run the same way; its results are shown when it ends, each name once.
/// </summary>
internal sealed class StatementRunner
{
    private const string LastValueName = BaseNames.LastValueName;

    private readonly DiagnosticBag diagnostics;
    private readonly Action<string, ImmutableArray<Diagnostic>> show;
    private readonly DisplayNames names = new();
    private readonly FunctionOrigins origins = new();
    private readonly SourceFiles files = new();
    private readonly BindingSession session;
    private readonly BaseNames baseNames;
    private readonly Evaluator evaluator;
    private readonly SourceFile console;
    private readonly List<string> loading = [];
    private readonly List<Outcome> pending = [];
    private DisplaySettings settings = new();

    /// <param name="consolePath">Where the prompt's own statements stand; files are loaded relative to it.</param>
    /// <param name="diagnostics">Is emptied after every statement.</param>
    /// <param name="show">Takes text and what went wrong, in order.</param>
    public StatementRunner(string consolePath, DiagnosticBag diagnostics, Action<string, ImmutableArray<Diagnostic>> show)
    {
        this.diagnostics = diagnostics;
        this.show = show;
        session = new BindingSession(diagnostics) { Observer = names, StopsAtErrors = true };
        baseNames = new BaseNames(session);
        evaluator = new Evaluator(session.Graph, diagnostics);
        foreach (Definition definition in baseNames.Definitions) names.Assign(definition.Name, definition.Value);
        TypeTokensAsIs();
        console = Open(consolePath, "console");
    }

    /// <summary>A file, or the prompt, while its statements run.</summary>
    private sealed record SourceFile(string Path, Scope Scope, StatementBinder Binder);

    /// <summary>Runs statements of the prompt; true where one of them was <c>exit</c>.</summary>
    public bool RunConsole(ReadText text)
    {
        if (text.Problems.Length > 0) show(string.Empty, text.Problems);
        foreach (StatementSyntax statement in text.Statements.Where(text.IsSound))
        {
            if (statement is InteractiveSyntax { Kind: InteractiveKind.Leave }) return true;
            foreach (Outcome outcome in Run(statement, console)) Print(outcome);
        }

        return false;
    }

    private SourceFile Open(string path, string origin)
    {
        Scope scope = baseNames.NewFileScope();
        origins.Add(scope, origin);
        return new SourceFile(path, scope, new StatementBinder(session, baseNames.Reserved, (load, target) => Load(load, path, target)));
    }

    private ImmutableArray<Outcome> Run(StatementSyntax statement, SourceFile file)
    {
        session.Restart();
        Definitions before = Definitions.Of(statement, file.Scope);
        file.Binder.BindStatement(statement, file.Scope);
        new PrecedenceTraps(diagnostics).Report([statement]);
        ImmutableArray<Outcome> outcomes = diagnostics.HasErrors ? [] : Outcomes(statement, file.Scope);
        if (diagnostics.HasErrors) before.TakeBack(file.Scope);
        else if (statement is AssignmentSyntax or ExpressionStatementSyntax or ForSyntax or InteractiveSyntax { Example: not null }) KeepLastValue(file.Scope);
        bool hasFailed = diagnostics.HasErrors;
        ImmutableArray<Diagnostic> problems = diagnostics.TakeAll();
        if (hasFailed) return [new FailureOutcome(problems)];
        if (problems.Length > 0) show(string.Empty, problems);
        return outcomes;
    }

    private ImmutableArray<Outcome> Outcomes(StatementSyntax statement, Scope scope)
    {
        switch (statement)
        {
            case AssignmentSyntax s:
                return [.. s.Names.Select(n => Definition(n.Name, s.Span))];
            case FunctionSyntax s:
                return [Definition(s.Name.Name, s.Span)];
            case ExpressionStatementSyntax { Expressions: [var expression] }:
                return Expression(expression);
            case ExpressionStatementSyntax s:
                diagnostics.UnexpectedToken(s.Expressions[1].Span, ",", "';'");
                return [];
            case InteractiveSyntax s:
                return Interactive(s);
            default:
                return [];
        }

        Outcome Definition(string name, SourceSpan span) => new NamedOutcome(name, scope.Own(name)?.Value ?? new UnknownValue(), span);
    }

    private ImmutableArray<Outcome> Expression(ExpressionSyntax expression)
    {
        CompileTimeValue value = names.LastValue ?? new UnknownValue();
        if (value is BuiltInValue { Function.Name: not "selector_width" } function)
        {
            diagnostics.WrongKind(expression.Span, "a value", $"{function.Function.Name}, which can only be called");
            return [];
        }

        if (value is ShownValue shown)
        {
            InputSequence? input = shown.Input is { } given ? Input(given, expression.Span) : settings.SOpExample;
            return input is null ? [] : [new AppliedOutcome(shown.Subject, input, expression.Span)];
        }

        while (expression is ParenthesizedSyntax parenthesized) expression = parenthesized.Inner;
        return [new NamedOutcome(expression is NameSyntax name ? name.Name : LastValueName, value, expression.Span)];
    }

    private ImmutableArray<Outcome> Interactive(InteractiveSyntax statement)
    {
        switch (statement.Kind)
        {
            case InteractiveKind.SetExample when Input(names.LastValue ?? new UnknownValue(), statement.Span) is { } example:
                settings = settings.WithExample(statement.Subject, example);
                TypeTokensAsIs();
                return [];
            case InteractiveKind.ShowExample:
                return [new ExampleOutcome(statement.Subject)];
            case InteractiveKind.SwitchExamples:
                settings = settings.WithExamples(statement.Subject, statement.IsOn);
                return [];
            case InteractiveKind.SwitchSequenceDisplay:
                settings = settings with { IsFullSequence = statement.IsOn };
                return [];
            default:
                return [];
        }
    }

    private InputSequence? Input(CompileTimeValue value, SourceSpan span)
    {
        InputSequence? input = InputSequence.From(value);
        if (input is null) diagnostics.WrongKind(span, "an input, a string or a list of tokens,", value.Description);
        else if (input.Tokens.IsEmpty) diagnostics.WrongKind(span, "an input of at least one token", "empty");
        else return input;
        return null;
    }

    /// <summary><c>out</c> is the last value, or of <c>sop("abc")</c> the input.</summary>
    private void KeepLastValue(Scope scope)
    {
        CompileTimeValue? value = names.LastValue is ShownValue shown ? shown.Input ?? shown.Subject : names.LastValue;
        if (value is not null) scope.Define(LastValueName, value, SourceSpan.None);
    }

    private void TypeTokensAsIs()
    {
        SOpValue tokens = baseNames.TypeTokensAsIs(settings.SOpExample.Type ?? SOpType.String);
        names.Assign("tokens_asis", tokens);
        evaluator.MarkTokensAsIs(tokens);
    }

    private void Load(LoadSyntax load, string from, Scope target)
    {
        if (SourceFiles.Resolve(from, load, diagnostics) is not { } path) return;

        // The original looks in the folder of the prompt only.
        if (!File.Exists(path) && SourceFiles.Resolve(console.Path, load, diagnostics) is { } fromConsole && File.Exists(fromConsole)) path = fromConsole;
        string identity = SourceFiles.Identity(path);
        if (loading.Contains(identity))
        {
            diagnostics.LoadCycle(load.Span, string.Join(" → ", loading.Append(identity).Select(p => Path.GetFileName(p))));
            return;
        }

        if (files.Read(path, load.Span, diagnostics) is not { } tree) return;
        (bool showsSOps, bool showsSelectors) = (settings.ShowsSOpExamples, settings.ShowsSelectorExamples);
        settings = settings.WithExamples(ExampleSubject.Both, isOn: false);
        loading.Add(identity);
        RunFile(new ReadText(tree.Statements, diagnostics.TakeAll()), Open(path, load.File), target);
        loading.RemoveAt(loading.Count - 1);
        settings = settings with { ShowsSOpExamples = showsSOps, ShowsSelectorExamples = showsSelectors };
    }

    private void RunFile(ReadText text, SourceFile file, Scope target)
    {
        if (text.Problems.Length > 0) show(string.Empty, text.Problems);
        foreach (StatementSyntax statement in text.Statements.Where(text.IsSound))
        {
            if (statement is InteractiveSyntax { Kind: InteractiveKind.Leave }) break;
            pending.AddRange(Run(statement, file));
        }

        foreach (Definition definition in file.Scope.Definitions.Where(d => IsShared(d.Name)))
            target.Define(definition.Name, definition.Value, definition.Span);
        PrintPending();
    }

    /// <summary>Whether a file's name is seen by those that load it.</summary>
    private static bool IsShared(string name) => !name.StartsWith('_') && name != LastValueName;

    /// <summary>Shows what a file defined, each name with its last value unless something went wrong, and none of its runs.</summary>
    private void PrintPending()
    {
        bool isWhole = !pending.Any(o => o is FailureOutcome);
        HashSet<string> seen = [];
        List<Outcome> shown = [.. pending.AsEnumerable().Reverse().Where(o => !isWhole || o is not NamedOutcome named || seen.Add(named.Name)).Reverse()];
        pending.Clear();
        foreach (Outcome outcome in shown)
        {
            if (outcome is not (AppliedOutcome or NamedOutcome) || (outcome is NamedOutcome named && IsShared(named.Name))) Print(outcome);
        }
    }

    private void Print(Outcome outcome)
    {
        if (outcome is FailureOutcome failure)
        {
            show(string.Empty, failure.Diagnostics);
            return;
        }

        string text = new ResultPrinter(settings, names, origins, evaluator).Print(outcome);
        if (diagnostics.HasErrors) show(string.Empty, diagnostics.TakeAll());
        else show(text, []);
    }
}
