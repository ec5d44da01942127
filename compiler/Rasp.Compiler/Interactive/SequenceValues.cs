using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Compiler.Interactive;

/// <summary>
/// What an s-op holds on one input. Values are exact, so whether a number is a float (1.0) or an int (1) stands beside
/// it, a flag a position.
/// </summary>
internal sealed record SequenceValues(ImmutableArray<Value> Values, ImmutableArray<bool> IsFloat)
{
    public bool IsUniform => Values.All(v => v == Values[0]);

    /// <summary>The type of the values on this input: ints where none of the numbers is a float.</summary>
    public string TypeName => Values[0].Kind switch
    {
        ValueKind.Text => "strings",
        ValueKind.Boolean => "bools",
        _ => IsFloat.Contains(true) ? "floats" : "ints",
    };
}
