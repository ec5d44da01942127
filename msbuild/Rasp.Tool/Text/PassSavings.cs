using System.Collections.Immutable;
using System.Globalization;
using Rasp.Format;

namespace Rasp.Tool.Text;

/// <summary>What the optimiser's passes changed: a row for each that changed a size, and the names of those that did not.</summary>
internal sealed record PassSavings(ImmutableArray<string[]> Rows, ImmutableArray<string> WithoutEffect)
{
    public static readonly ImmutableArray<string> Header = ["pass", "nodes", "layers", "heads", "columns", "dHead", "dMlp", "parameters"];

    public static PassSavings Of(Manifest m) => new(
        [.. m.Passes.Where(p => p.Before != p.After).Select(Row)],
        [.. m.Passes.Where(p => p.Before == p.After).Select(p => p.Name)]);

    /// <summary><c>34 → 30</c> where a size changed, else the size.</summary>
    private static string[] Row(ManifestPass p) =>
    [
        p.Name,
        Change(p.Before.Nodes, p.After.Nodes),
        Change(p.Before.Layers, p.After.Layers),
        Change(p.Before.Heads, p.After.Heads),
        Change(p.Before.DModel, p.After.DModel),
        Change(p.Before.DHead, p.After.DHead),
        Change(p.Before.DMlp, p.After.DMlp),
        Change(p.Before.Parameters, p.After.Parameters),
    ];

    private static string Change(long before, long after) =>
        string.Create(CultureInfo.InvariantCulture, $"{(before == after ? string.Empty : $"{before:N0} → ")}{after:N0}");
}
