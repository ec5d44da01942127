using System.Collections.Immutable;
using Rasp.Format;
using Rasp.Runtime.LanguageModels;
using Site = Rasp.Format.ResidualSite;

namespace Rasp.Runtime.Injection;

/// <summary>A stage of the compiled program: all variables that first stand at one site of one layer.</summary>
internal readonly record struct Stage(int Layer, Site Site);

/// <summary>
/// Where in the language model each stage of the program is taught. The last stage goes to the end of the last block but
/// one, so that one block is left to read the answer out; the others go below it, each to a place of its own: a
/// variable taught in the same place as one computed from it could not be causal.
/// </summary>
internal sealed class Alignment
{
    private readonly Dictionary<Stage, HookPoint> points;

    private Alignment(Dictionary<Stage, HookPoint> points, HookPoint last)
    {
        this.points = points;
        Last = last;
    }

    /// <summary>Where the last stage stands; the bottleneck is here.</summary>
    public HookPoint Last { get; }

    public HookPoint this[ManifestVariable variable] => points[new Stage(variable.Layer, variable.Site)];

    /// <summary>
    /// Embedding variables go to the embedding. The others get, from the last stage downwards, the sites of the blocks
    /// below the last one: <c>resid_post</c> stages a <c>resid_post</c>, <c>resid_mid</c> stages a <c>resid_mid</c> where
    /// <paramref name="spread"/> is false, and a <c>resid_post</c> as long as blocks are left where it is true.
    /// </summary>
    /// <exception cref="RaspException">The model has too few blocks.</exception>
    public static Alignment Create(Manifest program, int blocks, bool spread)
    {
        Stage[] stages = [.. program.Variables
            .Select(v => new Stage(v.Layer, v.Site)).Distinct()
            .Where(s => s.Site != Site.Pre)
            .OrderBy(s => s.Layer).ThenBy(s => s.Site)];
        if (stages.Length == 0) throw new RaspException($"'{program.Export}' computes everything in its embedding; there is nothing to inject.");
        int last = blocks - 2;
        Dictionary<Stage, HookPoint> points = new() { [new Stage(0, Site.Pre)] = new HookPoint(0, LanguageModels.ResidualSite.Pre) };
        int needed = stages.Select(s => s.Layer).Distinct().Count();
        if (needed > last + 1)
            throw new RaspException($"'{program.Export}' has {needed} layers, but a model of {blocks} blocks can hold {Math.Max(0, last + 1)}, for the last block reads the answer out; take a deeper model.");

        // Sites are numbered 2·block + (0 for mid, 1 for post); `below` is the first number already taken.
        int below = 2 * (last + 1);
        for (int i = stages.Length - 1; i >= 0; i--)
        {
            int stillToPlace = i;
            int number = stages[i].Site == Site.Post || (spread && (below / 2) - 1 >= stillToPlace) ? HighestOdd(below - 1) : HighestEven(below - 1);
            points[stages[i]] = new HookPoint(number / 2, number % 2 == 0 ? LanguageModels.ResidualSite.Mid : LanguageModels.ResidualSite.Post);
            below = number;
        }

        return new Alignment(points, points[stages[^1]]);
    }

    private static int HighestOdd(int number) => number % 2 == 1 ? number : number - 1;

    private static int HighestEven(int number) => number % 2 == 0 ? number : number - 1;
}
