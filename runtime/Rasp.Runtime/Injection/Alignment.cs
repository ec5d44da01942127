using System.Collections.Immutable;
using Rasp.Format;
using Rasp.Runtime.LanguageModels;
using Site = Rasp.Format.ResidualSite;

namespace Rasp.Runtime.Injection;

/// <summary>A stage of the compiled program: all variables that first stand at one site of one layer.</summary>
internal readonly record struct Stage(int Layer, Site Site) : IComparable<Stage>
{
    public int CompareTo(Stage other) => (Layer, Site).CompareTo((other.Layer, other.Site));
}

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
    /// Embedding variables go to the embedding. The program's last layer goes to the last block but one and those before it
    /// to the blocks below, what its attention writes to <c>resid_mid</c> and what its MLP writes to <c>resid_post</c>.
    /// </summary>
    /// <exception cref="RaspException">The model has too few blocks.</exception>
    public static Alignment Create(Manifest program, int blocks)
    {
        Stage[] stages = [.. program.Variables.Select(v => new Stage(v.Layer, v.Site)).Distinct().Order()];
        int[] layers = [.. stages.Where(s => s.Site != Site.Pre).Select(s => s.Layer).Distinct().Order()];
        if (layers.Length == 0) throw new RaspException($"'{program.Name}' computes everything in its embedding; there is nothing to inject.");
        int first = blocks - 1 - layers.Length;
        if (first < 0)
            throw new RaspException($"'{program.Name}' has {layers.Length} layers, but a model of {blocks} blocks can hold {blocks - 1}, for the last block reads the answer out; take a deeper model.");

        Dictionary<Stage, HookPoint> points = stages.ToDictionary(s => s, s => s.Site switch
        {
            Site.Pre => new HookPoint(0, LanguageModels.ResidualSite.Pre),
            Site.Mid => new HookPoint(first + Array.IndexOf(layers, s.Layer), LanguageModels.ResidualSite.Mid),
            _ => new HookPoint(first + Array.IndexOf(layers, s.Layer), LanguageModels.ResidualSite.Post),
        });
        return new Alignment(points, points[stages[^1]]);
    }
}
