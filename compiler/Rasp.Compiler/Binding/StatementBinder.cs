using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Syntax;
using Rasp.Format;

namespace Rasp.Compiler.Binding;

/// <summary>Statements: definitions enter the scope, loops and calls are unrolled.</summary>
internal sealed class StatementBinder
{
    private readonly BindingSession session;
    private readonly ExpressionBinder expressions;
    private readonly ReservedNames reserved;
    private readonly Action<LoadSyntax, Scope>? load;
    private readonly List<FunctionValue> functions = [];
    private readonly HashSet<FunctionValue> called = [];
    private readonly bool isLibrary;
    private CompileTimeValue lastValue = new UnknownValue();

    /// <param name="session">Shared by all files of the program.</param>
    /// <param name="reserved">The names that a file must not define.</param>
    /// <param name="load">Brings another file's names into the scope; null for the library, which loads nothing.</param>
    public StatementBinder(BindingSession session, ReservedNames reserved, Action<LoadSyntax, Scope>? load)
    {
        this.session = session;
        this.reserved = reserved;
        this.load = load;
        isLibrary = load is null;
        expressions = new ExpressionBinder(session, this);
    }

    /// <summary>Binds a whole file; functions that nobody called are then checked as far as possible without arguments.</summary>
    public void BindFile(SyntaxTree tree, Scope scope)
    {
        BindAll(tree.Statements, scope, isTopLevel: true);
        if (!isLibrary) CheckUncalledFunctions();
    }

    /// <summary>Binds one top-level statement, as a prompt does; functions that nobody calls are left alone.</summary>
    public void BindStatement(StatementSyntax statement, Scope scope) => Bind(statement, scope, isTopLevel: true);

    public CompileTimeValue Call(FunctionValue function, ImmutableArray<CompileTimeValue> arguments, SourceSpan site)
    {
        called.Add(function);
        FunctionSyntax syntax = function.Syntax;
        if (arguments.Length != syntax.Parameters.Length)
        {
            string expected = syntax.Parameters.Length == 0 ? "no arguments" : string.Join(", ", syntax.Parameters.Select(p => p.Name));
            session.Diagnostics.WrongArgumentCount(session.At(site), syntax.Name.Name, expected, arguments.Length);
            return new UnknownValue();
        }

        return session.Call(function, site, () =>
        {
            Scope scope = new(function.Scope);
            for (int i = 0; i < arguments.Length; i++) Define(syntax.Parameters[i], arguments[i], scope, isTopLevel: false);
            BindAll([.. syntax.Body.Where(s => s is not ReturnSyntax)], scope, isTopLevel: false);
            return syntax.Body.LastOrDefault() is ReturnSyntax result ? BindValues(result.Values, scope) : new UnknownValue();
        });
    }

    /// <summary>Gives one value to one name, or a list's elements to as many names.</summary>
    public bool DefineAll(ImmutableArray<NameSyntax> names, CompileTimeValue value, Scope scope, SourceSpan span, bool isTopLevel = false)
    {
        if (names.Length == 1)
        {
            Define(names[0], value, scope, isTopLevel);
            return true;
        }

        IReadOnlyList<CompileTimeValue>? parts = value switch
        {
            ListValue list => list.Elements,
            DictionaryValue dictionary => dictionary.Keys,
            AtomValue { Type: SOpType.String } text when text.Value.Text.Length == names.Length =>
                [.. text.Value.Text.Select(c => new AtomValue(c.ToString(), SOpType.String))],
            _ => null,
        };
        if (parts?.Count == names.Length)
        {
            for (int i = 0; i < names.Length; i++) Define(names[i], parts[i], scope, isTopLevel);
            return true;
        }

        foreach (NameSyntax name in names) Define(name, new UnknownValue(), scope, isTopLevel);
        if (value is UnknownValue) return true;
        session.Diagnostics.NameCount(session.At(span), names.Length, parts?.Count ?? 1);
        return false;
    }

    private void BindAll(ImmutableArray<StatementSyntax> statements, Scope scope, bool isTopLevel)
    {
        foreach (StatementSyntax statement in statements)
        {
            if (session.HasStopped) return;
            Bind(statement, scope, isTopLevel);
            if (isTopLevel && !isLibrary && statement is (AssignmentSyntax or ExpressionStatementSyntax)) scope.DefineAround(BaseNames.LastValueName, lastValue);
        }
    }

    private void Bind(StatementSyntax statement, Scope scope, bool isTopLevel)
    {
        switch (statement)
        {
            case AssignmentSyntax s:
                Assign(s, scope, isTopLevel);
                break;
            case FunctionSyntax s:
                DefineFunction(s, scope, isTopLevel);
                break;
            case ForSyntax s:
                BindFor(s, scope, isTopLevel);
                break;
            case ReturnSyntax s:
                session.Diagnostics.ReturnOutsideFunction(s.Span);
                break;
            case LoadSyntax s when isTopLevel && load is not null:
                load(s, scope);
                break;
            case LoadSyntax s:
                session.Diagnostics.LoadInsideFunction(s.Span);
                break;
            case ExpressionStatementSyntax s:
                BindValues(s.Expressions, scope);
                break;
            case InteractiveSyntax { Example: { } example }:
                expressions.Bind(example, scope);
                break;
            case BrokenSyntax s:
                foreach (string name in s.Names) scope.Define(name, new UnknownValue(), s.Span);
                break;
        }
    }

    private void Assign(AssignmentSyntax syntax, Scope scope, bool isTopLevel)
    {
        CompileTimeValue value = BindValues(syntax.Values, scope);
        if (!DefineAll(syntax.Names, value, scope, syntax.Span, isTopLevel) || session.Observer is not { } observer) return;
        for (int i = 0; i < syntax.Names.Length; i++)
        {
            CompileTimeValue part = syntax.Names.Length > 1 && value is ListValue list ? list.Elements[i] : value;
            observer.Assign(syntax.Names[i].Name, part);
        }
    }

    /// <summary>One expression is its value; several are a list.</summary>
    private CompileTimeValue BindValues(ImmutableArray<ExpressionSyntax> values, Scope scope)
    {
        ImmutableArray<CompileTimeValue> bound = expressions.BindAll(values, scope);
        return lastValue = bound.Length == 1 ? bound[0] : new ListValue(bound);
    }

    private void Define(NameSyntax name, CompileTimeValue value, Scope scope, bool isTopLevel)
    {
        if (reserved.Contains(name.Name, isTopLevel)) session.Diagnostics.ReservedName(session.At(name.Span), name.Name);
        else scope.Define(name.Name, value, name.Span);
    }

    private void DefineFunction(FunctionSyntax syntax, Scope scope, bool isTopLevel)
    {
        HashSet<string> names = [];
        foreach (NameSyntax parameter in syntax.Parameters)
        {
            if (!names.Add(parameter.Name)) session.Diagnostics.DuplicateParameter(parameter.Span, parameter.Name);
        }

        if (syntax.Body.LastOrDefault() is not (ReturnSyntax or BrokenSyntax)) session.Diagnostics.MissingReturn(syntax.Name.Span, syntax.Name.Name);
        foreach (ReturnSyntax early in syntax.Body.SkipLast(1).OfType<ReturnSyntax>()) session.Diagnostics.ReturnOutsideFunction(early.Span);
        FunctionValue function = new(syntax, scope, isLibrary);
        functions.Add(function);
        Define(syntax.Name, function, scope, isTopLevel);
    }

    private void BindFor(ForSyntax syntax, Scope scope, bool isTopLevel)
    {
        CompileTimeValue source = expressions.Bind(syntax.Source, scope);
        IReadOnlyList<CompileTimeValue> elements = expressions.Elements(source, syntax.Source.Span) ?? [new UnknownValue()];
        foreach (CompileTimeValue element in elements)
        {
            if (!session.TryStep(syntax.Span) || !DefineAll(syntax.Names, element, scope, syntax.Source.Span, isTopLevel)) return;
            BindAll(syntax.Body, scope, isTopLevel);
            if (session.HasStopped) return;
        }
    }

    // The list may grow on the way: a function's body can define functions.
    private void CheckUncalledFunctions()
    {
        session.IsChecking = true;
        for (int i = 0; i < functions.Count && !session.IsExhausted; i++)
        {
            FunctionValue function = functions[i];
            if (called.Contains(function)) continue;
            Call(function, [.. function.Syntax.Parameters.Select(_ => new UnknownValue())], function.Syntax.Name.Span);
        }

        session.IsChecking = false;
    }
}
