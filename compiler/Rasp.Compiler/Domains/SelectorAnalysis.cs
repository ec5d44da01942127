using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Domains;

/// <summary>Whether a key is selected: for no input, for some, or for every input.</summary>
internal enum Selection
{
    Never,
    Sometimes,
    Always,
}

/// <summary>What can be said of selectors from the domains of their keys and queries.</summary>
internal sealed class SelectorAnalysis(DomainAnalysis domains)
{
    private readonly Distinctness distinctness = new(domains);
    private readonly Dictionary<Selector, (int Always, int Possible)[]> counts = [];
    private readonly Dictionary<Selector, Selection> everywhere = [];
    private readonly Dictionary<Selector, bool> atMostOne = [];
    private readonly Dictionary<Selector, bool> neverEmpty = [];

    /// <summary>The selector's status row by row.</summary>
    public SelectorRows Rows { get; } = new(domains);

    /// <summary>Whether the key at <paramref name="keyContext"/> is selected for the query at <paramref name="queryContext"/>.</summary>
    public Selection Of(Selector selector, int queryContext, int keyContext) => selector switch
    {
        SelectSelector s when s.Key == s.Query && queryContext == keyContext => SelectorRows.WithItself(s.Comparison),
        SelectSelector s => ValueSet.Compare(s.Comparison, domains.Of(s.Key, keyContext), domains.Of(s.Query, queryContext)),
        NotSelector n => Selection.Always - (int)Of(n.Operand, queryContext, keyContext),
        AndSelector a => Min(Of(a.Left, queryContext, keyContext), Of(a.Right, queryContext, keyContext)),
        OrSelector o => Max(Of(o.Left, queryContext, keyContext), Of(o.Right, queryContext, keyContext)),
        _ => throw new ArgumentOutOfRangeException(nameof(selector)),
    };

    /// <summary>The one status of the selector over all visible pairs, or Sometimes.</summary>
    public Selection Everywhere(Selector selector)
    {
        if (everywhere.TryGetValue(selector, out Selection known)) return known;
        Selection all = FindEverywhere(selector);
        everywhere.Add(selector, all);
        return all;
    }

    /// <summary>How many keys are selected for every input and how many for some input, for the query at <paramref name="context"/>.</summary>
    public (int Always, int Possible) Count(Selector selector, int context)
    {
        if (counts.TryGetValue(selector, out (int Always, int Possible)[]? known)) return known[context];
        byte[] buffer = new byte[domains.Space.MaxLength];
        known = new (int, int)[domains.Space.Count];
        for (int q = 0; q < known.Length; q++)
        {
            Span<byte> row = buffer.AsSpan(0, domains.Space.VisibleKeys(q));
            Rows.Fill(selector, q, row);
            known[q] = (((ReadOnlySpan<byte>)row).Count((byte)Selection.Always), row.Length - ((ReadOnlySpan<byte>)row).Count((byte)Selection.Never));
        }

        counts.Add(selector, known);
        return known[context];
    }

    /// <summary>Whether no query ever selects two keys, because the keys that are compared for equality all differ.</summary>
    public bool SelectsAtMostOne(Selector selector)
    {
        if (atMostOne.TryGetValue(selector, out bool known)) return known;
        known = selector switch
        {
            SelectSelector { Comparison: Comparison.Equal } s => distinctness.AllDiffer(s.Key),
            AndSelector a => SelectsAtMostOne(a.Left) || SelectsAtMostOne(a.Right),
            _ => false,
        };
        atMostOne.Add(selector, known);
        return known;
    }

    /// <summary>Whether some key is selected for every query of every input.</summary>
    public bool IsNeverEmpty(Selector selector)
    {
        if (neverEmpty.TryGetValue(selector, out bool known)) return known;
        known = (selector is OrSelector or && (IsNeverEmpty(or.Left) || IsNeverEmpty(or.Right)))
            || (selector is SelectSelector { Comparison: Comparison.Equal } s && distinctness.FindsEvery(s.Key, s.Query))
            || Enumerable.Range(0, domains.Space.Count).All(q => Count(selector, q).Always > 0);
        neverEmpty.Add(selector, known);
        return known;
    }

    /// <summary>The fewest and the most keys that the query at <paramref name="context"/> can select.</summary>
    public (int Least, int Most) Widths(Selector selector, int context)
    {
        (int always, int possible) = Count(selector, context);
        if (!SelectsAtMostOne(selector)) return (always, possible);
        return always > 0 || (possible > 0 && IsNeverEmpty(selector)) ? (1, 1) : (0, Math.Min(1, possible));
    }

    /// <summary>The most keys that a query of an input of at most <paramref name="maxLength"/> tokens can select.</summary>
    public int LargestWidth(Selector selector, int maxLength)
    {
        int largest = 0;
        for (int q = 0; q < domains.Space.CountUpTo(maxLength); q++) largest = Math.Max(largest, Widths(selector, q).Most);
        return largest;
    }

    public static bool Compare(Comparison comparison, Value key, Value query) => comparison switch
    {
        Comparison.Equal => key == query,
        Comparison.NotEqual => key != query,
        Comparison.Less => key < query,
        Comparison.LessOrEqual => key <= query,
        Comparison.Greater => key > query,
        _ => key >= query,
    };

    private Selection FindEverywhere(Selector selector)
    {
        byte[] buffer = new byte[domains.Space.MaxLength];
        Selection? all = null;
        for (int q = 0; q < domains.Space.Count; q++)
        {
            Span<byte> row = buffer.AsSpan(0, domains.Space.VisibleKeys(q));
            Rows.Fill(selector, q, row);
            Selection first = all ?? (Selection)row[0];
            if (first == Selection.Sometimes || row.ContainsAnyExcept((byte)first)) return Selection.Sometimes;
            all = first;
        }

        return all ?? Selection.Never;
    }

    private static Selection Min(Selection a, Selection b) => a < b ? a : b;

    private static Selection Max(Selection a, Selection b) => a > b ? a : b;
}
