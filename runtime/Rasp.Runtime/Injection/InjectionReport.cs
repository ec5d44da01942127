using System.Collections.Immutable;
using Rasp.Format;
using Rasp.Runtime.Verification;

namespace Rasp.Runtime.Injection;

/// <summary>A model's accuracy on one evaluation set: untouched, trained without the program, and injected.</summary>
public sealed record SetReport(string Set, bool InDistribution, TaskAccuracy Before, TaskAccuracy Baseline, TaskAccuracy After);

/// <summary>Nats a token on held-out text.</summary>
public sealed record LanguageReport(string Text, int Tokens, double Before, double Baseline, double After);

/// <param name="Name">The program's variable.</param>
/// <param name="Type">Its type.</param>
/// <param name="Written">Where it stands in the program, such as <c>blocks.0.hook_resid_mid</c>.</param>
/// <param name="Taught">Where it stands in the language model.</param>
/// <param name="ReadAs">How it is decoded, in words.</param>
/// <param name="Decoding">Null for a variable that holds one value throughout: there is nothing to decode.</param>
/// <param name="Interchange">Null where there is none; <paramref name="WhyNoInterchange"/> then says why.</param>
/// <param name="WhyNoInterchange">Null where there is an interchange.</param>
public sealed record VariableReport(
    string Name, SOpType Type, string Written, string Taught, string ReadAs, DecodingAccuracy? Decoding, InterchangeSuccess? Interchange, string? WhyNoInterchange);

/// <summary>What an injection did, in figures as measured on inputs that were not trained on.</summary>
public sealed record InjectionReport(
    string Task,
    string Program,
    string Export,
    long ModelParameters,
    InjectionOptions Options,
    ImmutableArray<SetReport> Sets,
    LanguageReport Language,
    ImmutableArray<VariableReport> Variables)
{
    /// <summary>Everything, indented; equal reports give equal bytes.</summary>
    public string ToJson() => InjectionReportJson.Write(this);

    /// <summary>For people: three tables.</summary>
    public string ToTable() => InjectionReportTable.Write(this);

    /// <summary>
    /// The report with its figures in coarse steps (accuracy as one of "all", "most", "some", "few"; losses as "as before" or
    /// "higher"), for a snapshot that stays the same across processors.
    /// </summary>
    public string ToSnapshot() => InjectionReportTable.WriteCoarse(this);
}
