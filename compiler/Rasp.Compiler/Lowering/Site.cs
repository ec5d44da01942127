using System.Globalization;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>
/// A moment in the forward pass, in order: 0 is the embedding, 2l + 1 follows layer l's attention, 2l + 2 its MLP.
/// </summary>
internal readonly record struct Site(int Index) : IComparable<Site>
{
    public static Site Embedding => new(0);

    public int Layer => Math.Max(Index - 1, 0) / 2;

    public ResidualSite Kind => Index == 0 ? ResidualSite.Pre : Index % 2 == 1 ? ResidualSite.Mid : ResidualSite.Post;

    /// <summary>After the first attention that can read what stands here.</summary>
    public Site AfterNextAttention => new(Index % 2 == 0 ? Index + 1 : Index + 2);

    /// <summary>After the first MLP that can read what stands here.</summary>
    public Site AfterNextMlp => new(Index % 2 == 0 ? Index + 2 : Index + 1);

    public static Site Latest(Site a, Site b) => a.Index >= b.Index ? a : b;

    public static Site Latest(IEnumerable<Site> sites) => sites.Aggregate(Embedding, Latest);

    public static bool operator <(Site a, Site b) => a.Index < b.Index;

    public static bool operator >(Site a, Site b) => a.Index > b.Index;

    public static bool operator <=(Site a, Site b) => a.Index <= b.Index;

    public static bool operator >=(Site a, Site b) => a.Index >= b.Index;

    public int CompareTo(Site other) => Index.CompareTo(other.Index);

    /// <summary>Not a record's own, which would print the sites after this one, and those after them.</summary>
    public override string ToString() => Index == 0 ? "embedding" : string.Create(CultureInfo.InvariantCulture, $"layer {Layer} {Kind}");
}
