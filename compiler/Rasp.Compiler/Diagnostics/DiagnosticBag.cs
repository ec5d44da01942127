using System.Collections.Immutable;
using System.Globalization;

namespace Rasp.Compiler.Diagnostics;

/// <summary>
/// Collects what is wrong with a program: one method per diagnostic, so that code, wording and severity of each stand in
/// one place. RASP0001–0019 syntax, 0020–0029 files, 0030–0049 names and calls, 0050–0069 types, 0070–0079 limits,
/// 0080–0089 traps (warnings).
/// </summary>
internal sealed class DiagnosticBag
{
    private readonly List<Diagnostic> diagnostics = [];
    private readonly HashSet<(int Number, SourceSpan Span)> seen = [];

    public bool HasErrors { get; private set; }

    public int Count => diagnostics.Count;

    /// <summary>All diagnostics by place; those of one place in the order they were found.</summary>
    public ImmutableArray<Diagnostic> ToImmutable() =>
        [.. diagnostics.OrderBy(d => d.Span.Path, StringComparer.Ordinal).ThenBy(d => d.Span.StartLine).ThenBy(d => d.Span.StartColumn)];

    /// <summary>
    /// Hands over the diagnostics in the order they were found and starts afresh: a prompt reports after each statement,
    /// and the same mistake again when it is made again.
    /// </summary>
    public ImmutableArray<Diagnostic> TakeAll()
    {
        ImmutableArray<Diagnostic> taken = [.. diagnostics];
        diagnostics.Clear();
        seen.Clear();
        HasErrors = false;
        return taken;
    }

    // Syntax.
    public void UnexpectedToken(SourceSpan span, string token, string? expected) => Error(1, span,
        expected is null ? $"'{token}' is not expected here" : $"'{token}' is not expected here; write {expected} first");

    public void MissingSemicolon(SourceSpan span) => Error(2, span, "the statement is not finished; end it with ';'");

    public void UnterminatedString(SourceSpan span) => Error(3, span, "the string has no end; close it with '\"' on the same line");

    public void UnknownCharacter(SourceSpan span, string character) => Error(4, span, $"the character '{character}' has no meaning in RASP; remove it");

    public void CommentInsideStatement(SourceSpan span) => Error(5, span,
        "a comment inside a statement makes other RASP interpreters drop the rest of the file; move it before or after the statement");

    public void NestedTooDeeply(SourceSpan span) => Error(6, span, "this is nested too deeply; name inner parts in statements of their own");

    public void UnclosedBracket(SourceSpan span, string bracket) => Error(7, span, $"'{bracket}' is never closed; add '{Closing(bracket)}'");

    public void UnmatchedBracket(SourceSpan span, string bracket) => Error(8, span, $"nothing is open that '{bracket}' could close; remove it");

    public void NotEqualOutsideSelect(SourceSpan span) => Error(9, span, "'!=' exists only inside select; write not (a == b)");

    public void AssignmentInExpression(SourceSpan span) => Error(10, span, "'=' gives names to values in a statement; compare with '=='");

    public void NumberTooLarge(SourceSpan span) => Error(11, span, "the number does not fit 64 bits; write a smaller one or fewer decimals");

    public void InvalidInteractive(SourceSpan span, string word) => Error(12, span, $"'{word}' is not expected here; write s-op or selector");

    public void UnknownPragma(SourceSpan span, string name) => Error(13, span,
        $"there is no #pragma {name}; known are export, vocab, max-length and causal");

    public void MalformedPragma(SourceSpan span, string expected) => Error(14, span, $"the #pragma cannot be read; write {expected}");

    // Files.
    public void FileNotFound(SourceSpan span, string path) => Error(20, span, $"the file '{path}' does not exist; check its name and folder");

    public void FileNotReadable(SourceSpan span, string path, string reason) => Error(21, span, $"the file '{path}' cannot be read: {reason}");

    public void LoadCycle(SourceSpan span, string cycle) => Error(22, span, $"files load each other in a circle: {cycle}; take one of the loads out");

    public void LoadInsideFunction(SourceSpan span) => Error(23, span, "load stands only at the top level of a file; move it there");

    // Names and calls.
    public void UndefinedName(SourceSpan span, string name, string? suggestion) => Error(30, span,
        suggestion is null ? $"'{name}' is not defined; define it before this line" : $"'{name}' is not defined; did you mean '{suggestion}'?");

    public void ReservedName(SourceSpan span, string name) => Error(31, span, $"'{name}' belongs to the language; choose another name");

    public void WrongArgumentCount(SourceSpan span, string function, string expected, int actual) => Error(32, span,
        $"{function} takes {expected}, but {Number(actual)} {(actual == 1 ? "is" : "are")} given");

    public void NotCallable(SourceSpan span, string kind) => Error(33, span, $"{kind} cannot be called; only functions, s-ops and selectors can");

    public void ReturnOutsideFunction(SourceSpan span) => Error(34, span, "return stands only as the last statement of a function; move or remove it");

    public void MissingReturn(SourceSpan span, string function) => Error(35, span, $"the function '{function}' returns nothing; end it with return");

    public void DuplicateParameter(SourceSpan span, string name) => Error(36, span, $"the parameter '{name}' appears twice; rename one");

    public void NameCount(SourceSpan span, int names, int values) => Error(37, span,
        $"{Number(names)} {(names == 1 ? "name" : "names")} cannot take {Number(values)} {(values == 1 ? "value" : "values")}; give one name a value");

    public void UnknownExport(SourceSpan span, string name, string? suggestion) => Error(38, span,
        $"the exported '{name}' is not an s-op of this file; {(suggestion is null ? "define it or export another" : $"did you mean '{suggestion}'?")}");

    // Types.
    public void WrongKind(SourceSpan span, string expected, string actual) => Error(50, span, $"{expected} is needed here, but this is {actual}");

    public void OperandTypes(SourceSpan span, string op, string left, string right, string advice) => Error(51, span,
        $"'{op}' cannot be applied to {left} and {right}; {advice}");

    public void OperandType(SourceSpan span, string op, string operand, string advice) => Error(52, span,
        $"'{op}' cannot be applied to {operand}; {advice}");

    public void BranchTypes(SourceSpan span, string whenTrue, string whenFalse) => Error(53, span,
        $"a sequence holds one type, but the branches are {whenTrue} and {whenFalse}; make them the same");

    public void ComparedTypes(SourceSpan span, string left, string right, string advice) => Error(54, span,
        $"{left} and {right} cannot be compared; {advice}");

    public void DefaultType(SourceSpan span, string value, string @default) => Error(55, span,
        $"the values are {value}, but the default is {@default}; give both the same type");

    public void MixedEntries(SourceSpan span, string what) => Error(56, span, $"{what} must all be of one type to be read by an s-op");

    public void IndexOutOfRange(SourceSpan span, string index, int length) => Error(57, span,
        $"the index {index} is outside a length of {Number(length)}");

    public void MissingKey(SourceSpan span, string key) => Error(58, span, $"the dictionary has no entry for {key}; add one");

    public void CannotEvaluate(SourceSpan span, string reason) => Error(59, span, $"this has no value: {reason}");

    public void StepIsZero(SourceSpan span) => Error(60, span, "the step of range is 0; use a positive or negative one");

    // Limits.
    public void RecursionTooDeep(SourceSpan span, string function, int limit) => Error(70, span,
        $"'{function}' calls itself more than {Number(limit)} levels deep; RASP has no loop that stops at run time, so unroll it with for");

    public void ProgramTooLarge(SourceSpan span, int limit) => Error(71, span,
        $"the program unrolls to more than {Number(limit)} steps; shorten its loops");

    // Traps: the program is accepted and means what it always meant.
    public void MixedAndOr(SourceSpan span) => Warning(80, span,
        "'and' and 'or' share one level and are read from left to right; write parentheses to show which is meant");

    public void NotBindsTighter(SourceSpan span, string op) => Warning(81, span,
        $"'not' binds tighter than '{op}': this is (not …) {op} …; write parentheses to show which is meant");

    private static string Closing(string bracket) => bracket switch { "(" => ")", "[" => "]", _ => "}" };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private void Error(int number, SourceSpan span, string message)
    {
        HasErrors = true;
        Add(number, Severity.Error, span, message);
    }

    private void Warning(int number, SourceSpan span, string message) => Add(number, Severity.Warning, span, message);

    // A function's body is bound at every call; a mistake in it is still one mistake.
    private void Add(int number, Severity severity, SourceSpan span, string message)
    {
        Diagnostic diagnostic = new(string.Create(CultureInfo.InvariantCulture, $"RASP{number:D4}"), severity, span, message);
        if (seen.Add((number, span))) diagnostics.Add(diagnostic);
    }
}
