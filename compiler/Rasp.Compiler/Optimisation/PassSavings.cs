using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Emission;
using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler.Optimisation;

/// <summary>What each pass saves: the model's sizes with all passes but this one, and with all.</summary>
internal static class PassSavings
{
    private static readonly ImmutableArray<(string Name, Passes Without)> Each =
    [
        ("causal mask", Passes.All with { CausalMask = false }),
        ("positions in the embedding", Passes.All with { Positions = false }),
        ("last position", Passes.All with { LastPosition = false }),
        ("coded equality", Passes.All with { CodedEquality = false }),
        ("sums", Passes.All with { Sums = false }),
        ("existence", Passes.All with { Existence = false }),
        ("shared heads", Passes.All with { SharedHeads = false }),
        ("columns as a basis", Passes.All with { Columns = false }),
        ("packed counts", Passes.All with { PackedCounts = false }),
    ];

    public static ImmutableArray<string> Names => [.. Each.Select(e => e.Name)];

    /// <summary><paramref name="planned"/> is the plan with all passes. A pass without which the program cannot be compiled at all is left out.</summary>
    public static ImmutableArray<ManifestPass> Of(CompilationPlan planned, Func<Passes, CompilationPlan> plan)
    {
        ManifestSizes all = planned.Sizes();
        List<ManifestPass> savings = [];
        foreach ((string name, Passes without) in Each)
        {
            try
            {
                savings.Add(new ManifestPass(name, plan(without).Sizes(), all));
            }
            catch (DomainLimitException)
            {
                // Only with the pass is the program small enough; there is nothing to compare with.
            }
        }

        return [.. savings];
    }

    private static ManifestSizes Sizes(this CompilationPlan plan)
    {
        ImmutableArray<ScheduledLayer> layers = plan.Schedule.Layers;
        Manifest manifest = ManifestBuilder.Sized(plan);
        return new ManifestSizes(
            plan.Schedule.Variables.Length, manifest.Layers, layers.Sum(l => l.Heads.Length), manifest.DModel, manifest.DHead, manifest.DMlp, manifest.Parameters);
    }
}
