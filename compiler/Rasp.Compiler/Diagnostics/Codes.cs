using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;

namespace Rasp.Compiler.Diagnostics;

/// <summary>A code, whether it is an error, and what it is about. <c>docs/diagnostics/CODE.md</c> explains it.</summary>
public sealed record DiagnosticDescriptor(string Code, Severity Severity, string Title);

/// <summary>Every code that the compiler can report, one line each. A code is never given another meaning.</summary>
internal static class Codes
{
    // Syntax.
    public static readonly DiagnosticDescriptor UnexpectedToken = Error(1, "Text that is not expected");
    public static readonly DiagnosticDescriptor MissingSemicolon = Error(2, "A statement without ';'");
    public static readonly DiagnosticDescriptor UnterminatedString = Error(3, "A string without an end");
    public static readonly DiagnosticDescriptor UnknownCharacter = Error(4, "A character without a meaning");
    public static readonly DiagnosticDescriptor CommentInsideStatement = Error(5, "A comment inside a statement");
    public static readonly DiagnosticDescriptor NestedTooDeeply = Error(6, "Nesting that is too deep");
    public static readonly DiagnosticDescriptor UnclosedBracket = Error(7, "A bracket that is never closed");
    public static readonly DiagnosticDescriptor UnmatchedBracket = Error(8, "A bracket that closes nothing");
    public static readonly DiagnosticDescriptor NotEqualOutsideSelect = Error(9, "'!=' outside select");
    public static readonly DiagnosticDescriptor AssignmentInExpression = Error(10, "'=' inside an expression");
    public static readonly DiagnosticDescriptor NumberTooLarge = Error(11, "A number beyond 64 bits");
    public static readonly DiagnosticDescriptor InvalidInteractive = Error(12, "An interactive statement that does not exist");
    public static readonly DiagnosticDescriptor UnknownPragma = Error(13, "An unknown #pragma");
    public static readonly DiagnosticDescriptor MalformedPragma = Error(14, "A #pragma that cannot be read");
    public static readonly DiagnosticDescriptor UnknownCode = Error(15, "An unknown code in a #pragma");
    public static readonly DiagnosticDescriptor NotSuppressible = Error(16, "An error that a #pragma disables");
    public static readonly DiagnosticDescriptor MisspeltKeyword = Error(17, "A misspelt keyword");

    // Files.
    public static readonly DiagnosticDescriptor FileNotFound = Error(20, "A file that does not exist");
    public static readonly DiagnosticDescriptor FileNotReadable = Error(21, "A file that cannot be read");
    public static readonly DiagnosticDescriptor LoadCycle = Error(22, "Files that load each other");
    public static readonly DiagnosticDescriptor LoadInsideFunction = Error(23, "load below the top level");

    // Names and calls.
    public static readonly DiagnosticDescriptor UndefinedName = Error(30, "A name that is not defined");
    public static readonly DiagnosticDescriptor ReservedName = Error(31, "A name that belongs to the language");
    public static readonly DiagnosticDescriptor WrongArgumentCount = Error(32, "A wrong number of arguments");
    public static readonly DiagnosticDescriptor NotCallable = Error(33, "A call of what cannot be called");
    public static readonly DiagnosticDescriptor ReturnOutsideFunction = Error(34, "A return that ends no function");
    public static readonly DiagnosticDescriptor MissingReturn = Error(35, "A function without return");
    public static readonly DiagnosticDescriptor DuplicateParameter = Error(36, "A parameter that appears twice");
    public static readonly DiagnosticDescriptor NameCount = Error(37, "Names and values of different number");
    public static readonly DiagnosticDescriptor UnknownExport = Error(38, "An export that is no s-op");

    // Types.
    public static readonly DiagnosticDescriptor WrongKind = Error(50, "A value of the wrong kind");
    public static readonly DiagnosticDescriptor OperandTypes = Error(51, "Operands that do not fit the operator");
    public static readonly DiagnosticDescriptor OperandType = Error(52, "An operand that does not fit the operator");
    public static readonly DiagnosticDescriptor BranchTypes = Error(53, "Branches of different types");
    public static readonly DiagnosticDescriptor ComparedTypes = Error(54, "A comparison of different types");
    public static readonly DiagnosticDescriptor DefaultType = Error(55, "A default of another type");
    public static readonly DiagnosticDescriptor MixedEntries = Error(56, "Mixed types where an s-op reads");
    public static readonly DiagnosticDescriptor IndexOutOfRange = Error(57, "An index outside");
    public static readonly DiagnosticDescriptor MissingKey = Error(58, "A key that is missing");
    public static readonly DiagnosticDescriptor CannotEvaluate = Error(59, "An expression without a value");
    public static readonly DiagnosticDescriptor StepIsZero = Error(60, "A step of 0");
    public static readonly DiagnosticDescriptor ListLengths = Error(61, "Lists of different lengths");
    public static readonly DiagnosticDescriptor NoMean = Error(62, "A mean of what has no mean");

    // Limits.
    public static readonly DiagnosticDescriptor RecursionTooDeep = Error(70, "Recursion that is too deep");
    public static readonly DiagnosticDescriptor ProgramTooLarge = Error(71, "A program that unrolls too far");

    // Traps: the program is accepted and means what it always meant.
    public static readonly DiagnosticDescriptor MixedAndOr = Warning(80, "'or' before 'and' without parentheses");
    public static readonly DiagnosticDescriptor NotBindsTighter = Warning(81, "'not' before a comparison");
    public static readonly DiagnosticDescriptor ConditionalChain = Warning(82, "A chain of conditionals");
    public static readonly DiagnosticDescriptor SignBeforePower = Warning(83, "A sign before a power");
    public static readonly DiagnosticDescriptor PowerChain = Warning(84, "A chain of powers");
    public static readonly DiagnosticDescriptor ModuloBeforeProduct = Warning(85, "'%' before a product");
    public static readonly DiagnosticDescriptor ComparisonChain = Warning(86, "A chain of comparisons");
    public static readonly DiagnosticDescriptor LoosestIn = Warning(87, "An operator that binds tighter than 'in'");

    // Doubtful names.
    public static readonly DiagnosticDescriptor UnusedName = Warning(90, "A definition that nothing uses");
    public static readonly DiagnosticDescriptor UnusedParameter = Warning(91, "A parameter that nothing uses");
    public static readonly DiagnosticDescriptor UnusedLocal = Warning(92, "A local name that nothing uses");
    public static readonly DiagnosticDescriptor HidingName = Warning(93, "A name that hides another");
    public static readonly DiagnosticDescriptor UnusedValue = Warning(94, "A value that is replaced before it is used");

    // Compile settings.
    public static readonly DiagnosticDescriptor NoExport = Error(100, "An export that does not exist");
    public static readonly DiagnosticDescriptor NoVocabulary = Error(101, "No vocabulary");
    public static readonly DiagnosticDescriptor BadVocabulary = Error(102, "A vocabulary that repeats a token");
    public static readonly DiagnosticDescriptor NoMaxLength = Error(103, "No maximum length");
    public static readonly DiagnosticDescriptor BadMaxLength = Error(104, "A maximum length below 1");

    // Limits of a compile.
    public static readonly DiagnosticDescriptor Limit = Error(110, "An expression that grows too large to compile");

    // Verification.
    public static readonly DiagnosticDescriptor Undefined = Error(120, "An input without a value");
    public static readonly DiagnosticDescriptor Mismatch = Error(121, "Weights that differ from the program");

    private static readonly FrozenDictionary<string, DiagnosticDescriptor> ByCode = typeof(Codes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => f.GetValue(null))
        .OfType<DiagnosticDescriptor>()
        .ToFrozenDictionary(d => d.Code, StringComparer.Ordinal);

    /// <summary>All of them, in order.</summary>
    public static IEnumerable<DiagnosticDescriptor> All => ByCode.Values.OrderBy(d => d.Code, StringComparer.Ordinal);

    public static DiagnosticDescriptor? Find(string code) => ByCode.GetValueOrDefault(code);

    private static DiagnosticDescriptor Error(int number, string title) => new(Code(number), Severity.Error, title);

    private static DiagnosticDescriptor Warning(int number, string title) => new(Code(number), Severity.Warning, title);

    private static string Code(int number) => string.Create(CultureInfo.InvariantCulture, $"RASP{number:D4}");
}
