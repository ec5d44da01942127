using System.Collections.Immutable;
using System.Reflection;
using Rasp.Compiler.Optimisation;

namespace Rasp.Compiler.Tests.Optimisation;

/// <summary>Every pass of the optimiser, found by reflection, so that none is left out.</summary>
internal static class EachPass
{
    public static ImmutableArray<string> Properties { get; } =
        [.. typeof(Passes).GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.PropertyType == typeof(bool)).Select(p => p.Name)];

    /// <summary>The name under which the manifest says what each pass saves.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        [nameof(Passes.CausalMask)] = "causal mask",
        [nameof(Passes.Positions)] = "positions in the embedding",
        [nameof(Passes.LastPosition)] = "last position",
        [nameof(Passes.CodedEquality)] = "coded equality",
        [nameof(Passes.Sums)] = "sums",
        [nameof(Passes.Existence)] = "existence",
        [nameof(Passes.SharedHeads)] = "shared heads",
        [nameof(Passes.Columns)] = "columns as a basis",
        [nameof(Passes.PackedCounts)] = "packed counts",
    };

    /// <summary>All passes but one.</summary>
    public static CompileOptions Without(string property)
    {
        Passes passes = Passes.All with { };
        PropertyInfo? found = typeof(Passes).GetProperty(property);
        Assert.NotNull(found);
        found.SetValue(passes, false);
        Assert.NotEqual(Passes.All, passes);
        return CompileOptions.Default with { Passes = passes };
    }
}
