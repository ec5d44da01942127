using System.Collections.Immutable;

namespace Rasp.Format;

/// <summary>
/// Overwrites a resident variable at every position, at the moment it is written; what the program computes afterwards
/// follows from the new values. <see cref="Values"/> has one value per input token, each from the variable's values.
/// </summary>
public sealed record Intervention(string Variable, ImmutableArray<Value> Values);

/// <summary>
/// One forward pass: each export's value (<see cref="Outputs"/>, by name) and every variable's value at each token (the
/// beginning-of-sequence position is not listed). <see cref="Output"/> is the first export's.
/// </summary>
public sealed record CompiledRun(
    ImmutableArray<Value> Output,
    IReadOnlyDictionary<string, ImmutableArray<Value>> Outputs,
    IReadOnlyDictionary<string, ImmutableArray<Value>> Variables);
