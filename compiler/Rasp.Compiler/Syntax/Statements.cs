using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;

namespace Rasp.Compiler.Syntax;

/// <summary>A statement as it was written.</summary>
internal abstract class StatementSyntax(SourceSpan span)
{
    public SourceSpan Span { get; } = span;
}

/// <summary><c>a, b = e1, e2;</c></summary>
internal sealed class AssignmentSyntax(
    SourceSpan span, ImmutableArray<NameSyntax> names, ImmutableArray<ExpressionSyntax> values) : StatementSyntax(span)
{
    public ImmutableArray<NameSyntax> Names { get; } = names;

    public ImmutableArray<ExpressionSyntax> Values { get; } = values;
}

internal sealed class FunctionSyntax(
    SourceSpan span, NameSyntax name, ImmutableArray<NameSyntax> parameters, ImmutableArray<StatementSyntax> body)
    : StatementSyntax(span)
{
    public NameSyntax Name { get; } = name;

    public ImmutableArray<NameSyntax> Parameters { get; } = parameters;

    public ImmutableArray<StatementSyntax> Body { get; } = body;
}

internal sealed class ForSyntax(
    SourceSpan span, ImmutableArray<NameSyntax> names, ExpressionSyntax source, ImmutableArray<StatementSyntax> body)
    : StatementSyntax(span)
{
    public ImmutableArray<NameSyntax> Names { get; } = names;

    public ExpressionSyntax Source { get; } = source;

    public ImmutableArray<StatementSyntax> Body { get; } = body;
}

internal sealed class ReturnSyntax(SourceSpan span, ImmutableArray<ExpressionSyntax> values) : StatementSyntax(span)
{
    public ImmutableArray<ExpressionSyntax> Values { get; } = values;
}

internal sealed class LoadSyntax(SourceSpan span, string file) : StatementSyntax(span)
{
    public string File { get; } = file;
}

internal sealed class ExpressionStatementSyntax(SourceSpan span, ImmutableArray<ExpressionSyntax> expressions) : StatementSyntax(span)
{
    public ImmutableArray<ExpressionSyntax> Expressions { get; } = expressions;
}

internal enum InteractiveKind
{
    SetExample,
    ShowExample,
    SwitchExamples,
    SwitchSequenceDisplay,
    Leave,
}

/// <summary>Which running example an interactive statement is about: that of s-ops, that of selectors, or both.</summary>
internal enum ExampleSubject
{
    Both,
    SOp,
    Selector,
}

/// <summary><c>set example "x"</c>, <c>examples off</c> and the like: they steer what a prompt prints and mean nothing else.</summary>
internal sealed class InteractiveSyntax(
    SourceSpan span, InteractiveKind kind, ExampleSubject subject, bool isOn, ExpressionSyntax? example) : StatementSyntax(span)
{
    public InteractiveKind Kind { get; } = kind;

    public ExampleSubject Subject { get; } = subject;

    public bool IsOn { get; } = isOn;

    public ExpressionSyntax? Example { get; } = example;

    /// <summary>How <see cref="InteractiveKind.Leave"/> was written: <c>exit</c>, <c>quit</c>, with or without parentheses.</summary>
    public string LeaveWord { get; init; } = "exit";
}

/// <summary>
/// Text that could not be read; it has been reported. The names it would have defined are known, so that their uses are
/// not reported as well.
/// </summary>
internal sealed class BrokenSyntax(SourceSpan span, ImmutableArray<string> names) : StatementSyntax(span)
{
    public ImmutableArray<string> Names { get; } = names;
}

/// <summary>From <c>#</c> to the end of the line; <see cref="Text"/> begins with the <c>#</c>.</summary>
internal sealed record CommentSyntax(SourceSpan Span, string Text);

/// <summary>A file as it was written, with the settings that its <c>#pragma</c> comments hold.</summary>
internal sealed record SyntaxTree(string Path, ImmutableArray<StatementSyntax> Statements, CompileSettings Settings, ImmutableArray<NameSyntax> Exports)
{
    /// <summary>All comments in the order of the text; pragmas are among them.</summary>
    public ImmutableArray<CommentSyntax> Comments { get; init; } = [];
}
