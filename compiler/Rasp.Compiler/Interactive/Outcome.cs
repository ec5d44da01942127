using System.Collections.Immutable;
using Rasp.Compiler.Binding;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Syntax;

namespace Rasp.Compiler.Interactive;

/// <summary>What is to be shown of a statement.</summary>
internal abstract record Outcome;

/// <summary>A definition, or an expression under the name <c>out</c>; <see cref="Place"/> is the statement.</summary>
internal sealed record NamedOutcome(string Name, CompileTimeValue Value, SourceSpan Place) : Outcome;

/// <summary>An s-op or a selector on an input.</summary>
internal sealed record AppliedOutcome(CompileTimeValue Subject, InputSequence Input, SourceSpan Place) : Outcome;

internal sealed record ExampleOutcome(ExampleSubject Subject) : Outcome;

internal sealed record FailureOutcome(ImmutableArray<Diagnostic> Diagnostics) : Outcome;
