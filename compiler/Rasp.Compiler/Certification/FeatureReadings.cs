using System.Collections.Immutable;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler.Certification;

/// <summary>How the features of each term are read from columns: found once for all formats and lengths.</summary>
internal sealed class FeatureReadings(Schedule schedule)
{
    private readonly Dictionary<ImmutableArray<ImmutableArray<Rational>>, ImmutableArray<ColumnReading>> known = [];

    /// <summary>A reading for each feature; <paramref name="features"/> are [class][feature].</summary>
    public ImmutableArray<ColumnReading> Of(Variable variable, ImmutableArray<ImmutableArray<Rational>> features)
    {
        // Immutable arrays are equal where they are the same array, which those of a term are for every proof.
        if (known.TryGetValue(features, out ImmutableArray<ColumnReading> readings)) return readings;
        readings = [.. Enumerable.Range(0, features[0].Length).Select(f => schedule.Read(variable, [.. features.Select(x => x[f])]))];
        known.Add(features, readings);
        return readings;
    }
}
