using System.Collections.Immutable;
using System.Globalization;

namespace Rasp.Compiler.Diagnostics;

/// <summary>
/// Collects what is wrong with a program: one method per diagnostic, so that code, wording and severity of each stand in
/// one place. RASP0001–0019 syntax, 0020–0029 files, 0030–0049 names and calls, 0050–0069 types, 0070–0079 limits,
/// 0080–0089 traps and
/// 0090–0099 doubtful names (both warnings).
/// </summary>
internal sealed class DiagnosticBag
{
    private readonly List<Diagnostic> diagnostics = [];
    private readonly HashSet<(string Code, SourceSpan Span)> seen = [];

    public bool HasErrors { get; private set; }

    public int Count => diagnostics.Count;

    /// <summary>What the files' <c>#pragma disable</c> and <c>#pragma restore</c> say.</summary>
    public Suppressions Suppressions { get; } = new();

    /// <summary>All diagnostics that are not silenced, by place; those of one place in the order they were found.</summary>
    public ImmutableArray<Diagnostic> ToImmutable() =>
        [.. diagnostics.Where(d => !Suppressions.Silences(d)).OrderBy(d => d.Span.Path, StringComparer.Ordinal).ThenBy(d => d.Span.StartLine).ThenBy(d => d.Span.StartColumn)];

    /// <summary>
    /// Hands over the diagnostics in the order they were found and starts afresh: a prompt reports after each statement,
    /// and the same mistake again when it is made again.
    /// </summary>
    public ImmutableArray<Diagnostic> TakeAll()
    {
        ImmutableArray<Diagnostic> taken = [.. diagnostics.Where(d => !Suppressions.Silences(d))];
        diagnostics.Clear();
        seen.Clear();
        HasErrors = false;
        return taken;
    }

    // Syntax.
    public void UnexpectedToken(SourceSpan span, string token, string? expected) => Add(Codes.UnexpectedToken, span,
        expected is null ? $"'{token}' is not expected here" : $"'{token}' is not expected here; write {expected} first");

    public void MissingSemicolon(SourceSpan span) => Add(Codes.MissingSemicolon, span, "the statement is not finished; end it with ';'");

    public void UnterminatedString(SourceSpan span) => Add(Codes.UnterminatedString, span, "the string has no end; close it with '\"' on the same line");

    public void UnknownCharacter(SourceSpan span, string character) => Add(Codes.UnknownCharacter, span,
        $"the character '{character}' has no meaning in RASP; {character switch { "&" => "write and", "|" => "write or", "!" => "write not", "'" => "strings stand between '\"'", _ => "remove it" }}");

    public void CommentInsideStatement(SourceSpan span) => Add(Codes.CommentInsideStatement, span,
        "a comment inside a statement makes other RASP interpreters drop the rest of the file; move it before or after the statement");

    public void NestedTooDeeply(SourceSpan span) => Add(Codes.NestedTooDeeply, span, "this is nested too deeply; name inner parts in statements of their own");

    public void UnclosedBracket(SourceSpan span, string bracket) => Add(Codes.UnclosedBracket, span, $"'{bracket}' is never closed; add '{Closing(bracket)}'");

    public void UnmatchedBracket(SourceSpan span, string bracket) => Add(Codes.UnmatchedBracket, span, $"nothing is open that '{bracket}' could close; remove it");

    public void NotEqualOutsideSelect(SourceSpan span) => Add(Codes.NotEqualOutsideSelect, span, "'!=' exists only inside select; write not (a == b)");

    public void AssignmentInExpression(SourceSpan span) => Add(Codes.AssignmentInExpression, span, "'=' gives names to values in a statement; compare with '=='");

    public void NumberTooLarge(SourceSpan span) => Add(Codes.NumberTooLarge, span, "the number does not fit 64 bits; write a smaller one or fewer decimals");

    public void InvalidInteractive(SourceSpan span, string word) => Add(Codes.InvalidInteractive, span, $"'{word}' is not expected here; write s-op or selector");

    public void UnknownPragma(SourceSpan span, string name, string? suggestion) => Add(Codes.UnknownPragma, span, suggestion is null
        ? $"there is no #pragma {name}; known are export, vocab, max-length, causal, disable and restore"
        : $"there is no #pragma {name}; did you mean '{suggestion}'?");

    public void MalformedPragma(SourceSpan span, string expected) => Add(Codes.MalformedPragma, span, $"the #pragma cannot be read; write {expected}");

    public void UnknownCode(SourceSpan span, string code) => Add(Codes.UnknownCode, span,
        $"'{code}' is no warning of this compiler; write a code such as {Codes.MixedAndOr.Code}");

    public void NotSuppressible(SourceSpan span, string code) => Add(Codes.NotSuppressible, span,
        $"{code} is an error, and only warnings can be disabled; remove it from the #pragma");

    public void MisspeltKeyword(SourceSpan span, string word, string keyword) => Add(Codes.MisspeltKeyword, span,
        $"'{word}' is no word of the language; did you mean '{keyword}'?");

    // Files.
    public void FileNotFound(SourceSpan span, string path, string? suggestion) => Add(Codes.FileNotFound, span,
        $"the file '{path}' does not exist; {(suggestion is null ? "check its name and folder" : $"did you mean \"{suggestion}\"?")}");

    public void FileNotReadable(SourceSpan span, string path, string reason) => Add(Codes.FileNotReadable, span, $"the file '{path}' cannot be read: {reason}");

    public void LoadCycle(SourceSpan span, string cycle) => Add(Codes.LoadCycle, span, $"files load each other in a circle: {cycle}; take one of the loads out");

    public void LoadInsideFunction(SourceSpan span) => Add(Codes.LoadInsideFunction, span, "load stands only at the top level of a file; move it there");

    // Names and calls.
    public void UndefinedName(SourceSpan span, string name, string? suggestion) => Add(Codes.UndefinedName, span,
        suggestion is null ? $"'{name}' is not defined; define it before this line" : $"'{name}' is not defined; did you mean '{suggestion}'?");

    public void ReservedName(SourceSpan span, string name) => Add(Codes.ReservedName, span, $"'{name}' belongs to the language; choose another name");

    public void WrongArgumentCount(SourceSpan span, string function, string expected, int actual) => Add(Codes.WrongArgumentCount, span,
        $"{function} takes {expected}, but {Number(actual)} {(actual == 1 ? "is" : "are")} given");

    public void NotCallable(SourceSpan span, string kind) => Add(Codes.NotCallable, span, $"{kind} cannot be called; only functions, s-ops and selectors can");

    public void ReturnOutsideFunction(SourceSpan span) => Add(Codes.ReturnOutsideFunction, span, "return stands only as the last statement of a function; move or remove it");

    public void MissingReturn(SourceSpan span, string function) => Add(Codes.MissingReturn, span, $"the function '{function}' returns nothing; end it with return");

    public void DuplicateParameter(SourceSpan span, string name) => Add(Codes.DuplicateParameter, span, $"the parameter '{name}' appears twice; rename one");

    public void NameCount(SourceSpan span, int names, int values) => Add(Codes.NameCount, span,
        $"{Number(names)} {(names == 1 ? "name" : "names")} cannot take {Number(values)} {(values == 1 ? "value" : "values")}; give one name a value");

    public void UnknownExport(SourceSpan span, string name, string? suggestion) => Add(Codes.UnknownExport, span,
        $"the exported '{name}' is not an s-op of this file; {(suggestion is null ? "define it or export another" : $"did you mean '{suggestion}'?")}");

    public void ExportOfAnotherKind(SourceSpan span, string name, string kind) => Add(Codes.UnknownExport, span,
        $"the exported '{name}' is {kind}, and only an s-op can be compiled; export an s-op that reads it");

    // Types.
    public void WrongKind(SourceSpan span, string expected, string actual, string? advice = null) => Add(Codes.WrongKind, span,
        $"{expected} is needed here, but this is {actual}{(advice is null ? string.Empty : "; " + advice)}");

    public void OperandTypes(SourceSpan span, string op, string left, string right, string advice) => Add(Codes.OperandTypes, span,
        $"'{op}' cannot be applied to {left} and {right}; {advice}");

    public void OperandType(SourceSpan span, string op, string operand, string advice) => Add(Codes.OperandType, span,
        $"'{op}' cannot be applied to {operand}; {advice}");

    public void BranchTypes(SourceSpan span, string whenTrue, string whenFalse) => Add(Codes.BranchTypes, span,
        $"a sequence holds one type, but the branches are {whenTrue} and {whenFalse}; make them the same");

    public void ComparedTypes(SourceSpan span, string left, string right, string advice) => Add(Codes.ComparedTypes, span,
        $"{left} and {right} cannot be compared; {advice}");

    public void DefaultType(SourceSpan span, string value, string @default) => Add(Codes.DefaultType, span,
        $"the values are {value}, but the default is {@default}; give both the same type");

    public void MixedEntries(SourceSpan span, string what) => Add(Codes.MixedEntries, span, $"{what} must all be of one type to be read by an s-op");

    public void IndexOutOfRange(SourceSpan span, string index, int length) => Add(Codes.IndexOutOfRange, span,
        $"the index {index} is outside a length of {Number(length)}");

    public void MissingKey(SourceSpan span, string key) => Add(Codes.MissingKey, span, $"the dictionary has no entry for {key}; add one");

    public void CannotEvaluate(SourceSpan span, string reason) => Add(Codes.CannotEvaluate, span, $"this has no value: {reason}");

    public void StepIsZero(SourceSpan span) => Add(Codes.StepIsZero, span, "the step of range is 0; use a positive or negative one");

    public void ListLengths(SourceSpan span, IEnumerable<int> lengths) => Add(Codes.ListLengths, span,
        $"zip takes lists of one length, but these have {string.Join(", ", lengths.Select(Number))}; make them equally long");

    public void NoMean(SourceSpan span, string value, bool isBool) => Add(Codes.NoMean, span,
        $"the selector selects several positions, and {value} has no mean; " +
        (isBool ? "make a number of it with indicator" : "select at most one position"));

    // Limits.
    public void RecursionTooDeep(SourceSpan span, string function, int limit) => Add(Codes.RecursionTooDeep, span,
        $"'{function}' calls itself more than {Number(limit)} levels deep; RASP has no loop that stops at run time, so unroll it with for");

    public void ProgramTooLarge(SourceSpan span, int limit) => Add(Codes.ProgramTooLarge, span,
        $"the program unrolls to more than {Number(limit)} steps; shorten its loops");

    // Traps: the program is accepted and means what it always meant.
    public void MixedAndOr(SourceSpan span) => Add(Codes.MixedAndOr, span,
        "'and' and 'or' share one level and are read from left to right; write parentheses to show which is meant");

    public void NotBindsTighter(SourceSpan span, string op) => Add(Codes.NotBindsTighter, span,
        $"'not' binds tighter than '{op}': this is (not …) {op} …; write parentheses to show which is meant");

    public void ConditionalChain(SourceSpan span) => Add(Codes.ConditionalChain, span,
        "conditionals are read from left to right: this is (… if … else …) if … else …; write parentheses to show which is meant");

    public void SignBeforePower(SourceSpan span, string sign) => Add(Codes.SignBeforePower, span,
        $"'{sign}' binds tighter than '^': this is ({sign}…) ^ …; write parentheses to show which is meant");

    public void PowerChain(SourceSpan span) => Add(Codes.PowerChain, span,
        "powers are read from left to right: this is (… ^ …) ^ …; write parentheses to show which is meant");

    public void ModuloBeforeProduct(SourceSpan span, string op) => Add(Codes.ModuloBeforeProduct, span,
        $"'{op}' binds tighter than '%': this is … % (… {op} …); write parentheses to show which is meant");

    public void ComparisonChain(SourceSpan span, string first, string second) => Add(Codes.ComparisonChain, span,
        $"comparisons are read from left to right: this is (… {first} …) {second} …, which compares a bool; join two comparisons with and, or write parentheses");

    public void LoosestIn(SourceSpan span, string op, bool isLeft) => Add(Codes.LoosestIn, span,
        $"'{op}' binds tighter than 'in': this is {(isLeft ? $"(… {op} …) in …" : $"… in (… {op} …)")}; write parentheses to show which is meant");

    // Doubtful names.
    public void UnusedName(SourceSpan span, string name) => Add(Codes.UnusedName, span,
        $"'{name}' is neither exported nor used; remove it, use it or export it");

    public void UnusedParameter(SourceSpan span, string name, string function) => Add(Codes.UnusedParameter, span,
        $"'{function}' does not use its parameter '{name}'; remove it, or let its name begin with '_'");

    public void UnusedLocal(SourceSpan span, string name, string function) => Add(Codes.UnusedLocal, span,
        $"'{name}' is never used in '{function}'; remove it, or let its name begin with '_'");

    public void HidingName(SourceSpan span, string name, string hidden, string function) => Add(Codes.HidingName, span,
        $"'{name}' hides {hidden} inside '{function}'; rename it if that is not meant");

    public void UnusedValue(SourceSpan span, string name, int line) => Add(Codes.UnusedValue, span,
        $"'{name}' gets a new value before the one of line {Number(line)} was used; remove one, or use another name");

    private static string Closing(string bracket) => bracket switch { "(" => ")", "[" => "]", _ => "}" };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    // A function's body is bound at every call; a mistake in it is still one mistake.
    private void Add(DiagnosticDescriptor code, SourceSpan span, string message)
    {
        HasErrors |= code.Severity == Severity.Error;
        if (seen.Add((code.Code, span))) diagnostics.Add(new Diagnostic(code.Code, code.Severity, span, message));
    }
}
