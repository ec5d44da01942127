using System.Collections.Immutable;
using System.Globalization;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Rasp.Compiler.Diagnostics;

/// <summary>What can be wrong with compiling a correct program: RASP0100–0109 settings, 0110–0119 limits, 0120–0129 verification.</summary>
internal static class CompileDiagnostics
{
    private const int MostShown = 40;

    public static Diagnostic NoExport(string path, string name, string? suggestion) =>
        Of(Codes.NoExport, At(path), $"the program defines no s-op '{name}' to compile" + (suggestion is null ? "; name one that it defines" : $"; did you mean '{suggestion}'?"));

    public static Diagnostic NoVocabulary(string path) =>
        Of(Codes.NoVocabulary, At(path), "the vocabulary is not given; add '#pragma vocab abc' to the file or pass --vocab");

    public static Diagnostic BadVocabulary(string path, Value token) =>
        Of(Codes.BadVocabulary, At(path), $"the vocabulary names the token '{token}' twice; name each token once");

    public static Diagnostic NoMaxLength(string path) =>
        Of(Codes.NoMaxLength, At(path), "the maximum length is not given; add '#pragma max-length 10' to the file or pass --max-length");

    public static Diagnostic BadMaxLength(string path, int length) =>
        Of(Codes.BadMaxLength, At(path), $"the maximum length is {length}; it must be at least 1");

    public static Diagnostic Limit(DomainLimitException limit, IEnumerable<NamedSOp> exports) =>
        Limit(ProgramGraph.Place(limit.SOp, exports), limit.Message, limit.Help);

    public static Diagnostic Undefined(EvaluationError error, ImmutableArray<Value> input, IEnumerable<NamedSOp> exports) =>
        Of(Codes.Undefined, ProgramGraph.Place(error.SOp, exports), $"for the input {Print(input)} the program has no value at position {error.Position}: {error.Message}");

    /// <summary>Where single precision is proved to suffice the compiler is wrong, else it is single precision that does not.</summary>
    public static Diagnostic Mismatch(SourceSpan span, string difference, ImmutableArray<Value> input, ManifestCertificate singlePrecision) =>
        input.Length > singlePrecision.MaxLength
            ? Limit(
                span, string.Create(CultureInfo.InvariantCulture, $"single precision is proved to suffice for inputs of up to {singlePrecision.MaxLength} tokens only ({singlePrecision.Limit}), and for the input {Print(input)} {difference}"),
                "round numbers earlier, or use fewer tokens or a smaller maximum length")
            : Of(Codes.Mismatch, span, $"for the input {Print(input)} {difference}; nothing was written: please report this as a defect of the compiler");

    private static Diagnostic Limit(SourceSpan span, string limit, string help) =>
        Of(Codes.Limit, span, $"this expression can't be compiled for this vocabulary and maximum length: {limit}; {help}");

    /// <summary>The tokens as a list; of a long input one that repeats is counted, and only the first ones are shown.</summary>
    private static string Print(ImmutableArray<Value> input)
    {
        List<string> parts = [];
        for (int i = 0; i < input.Length && parts.Count < MostShown;)
        {
            int end = i + 1;
            while (input.Length > MostShown && end < input.Length && input[end] == input[i]) end++;
            string token = GraphPrinter.Describe(input[i]);
            parts.Add(end - i == 1 ? token : string.Create(CultureInfo.InvariantCulture, $"{token} {end - i} times"));
            i = end;
            if (parts.Count == MostShown && i < input.Length) parts.Add(string.Create(CultureInfo.InvariantCulture, $"and {input.Length - i} more"));
        }

        return "[" + string.Join(", ", parts) + "]";
    }

    private static SourceSpan At(string path) => new(path, 1, 1, 1, 1);

    private static Diagnostic Of(DiagnosticDescriptor code, SourceSpan span, string message) => new(code.Code, code.Severity, span, message);
}
