namespace Rasp.Compiler.Optimisation;

/// <summary>Which of the optimiser's passes run. Each saves something and changes no answer; all run unless a test or a comparison leaves one out.</summary>
public sealed record Passes
{
    public static Passes All { get; } = new();

    /// <summary>A program that never looks ahead gets a causal mask instead of comparisons of positions.</summary>
    public bool CausalMask { get; init; } = true;

    /// <summary>What only the position decides is put into the embedding.</summary>
    public bool Positions { get; init; } = true;

    /// <summary>The last key is found by its position, and the length read there instead of counted.</summary>
    public bool LastPosition { get; init; } = true;

    /// <summary>Equality compares the numbers of values, squared or in Gray code, instead of one-hots.</summary>
    public bool CodedEquality { get; init; } = true;

    /// <summary>A mean times the number of positions that it is taken over is summed instead, and a count over the length is a mean.</summary>
    public bool Sums { get; init; } = true;

    /// <summary>A mean that is compared with the least or the greatest of its numbers becomes a search for a key that has another.</summary>
    public bool Existence { get; init; } = true;

    /// <summary>Variables that are read through the same selector in the same layer share a head.</summary>
    public bool SharedHeads { get; init; } = true;

    /// <summary>A variable's columns become a basis of what is read from it.</summary>
    public bool Columns { get; init; } = true;

    /// <summary>Numbers that one MLP reads together are packed into one column by the heads that write them.</summary>
    public bool PackedCounts { get; init; } = true;
}
