using System.Collections.Immutable;

namespace Rasp.Format;

/// <summary>
/// The steps from token ids to logits: only what the nonzeros of the weights make necessary, and only what the logits need.
/// An observed plan shows the residual stream at every site, all of it, and holds nothing fixed.
/// </summary>
internal sealed class ForwardPlan
{
    private readonly int[] slots;
    private readonly int slotCount;
    private readonly int heads;

    private ForwardPlan(ImmutableArray<ForwardStep> steps, ImmutableArray<Row> logits, ImmutableArray<bool> areFixed, int[] slots, int slotCount, int heads)
    {
        Steps = steps;
        Logits = logits;
        AreFixed = areFixed;
        this.slots = slots;
        this.slotCount = slotCount;
        this.heads = heads;
    }

    public ImmutableArray<ForwardStep> Steps { get; }

    /// <summary>The unembedding's outputs.</summary>
    public ImmutableArray<Row> Logits { get; }

    /// <summary>For each step whether all that it writes is fixed.</summary>
    public ImmutableArray<bool> AreFixed { get; }

    public Tile NewTile() => new(slots, slotCount, heads);

    public static ForwardPlan Of(Manifest shape, IReadOnlyDictionary<string, WeightTensor> weights, bool isObserved)
    {
        ForwardPlanBuilder builder = new(shape, weights, isObserved);
        ImmutableArray<Row> logits = builder.Build();
        ImmutableArray<ForwardStep> steps = WithoutUnread(builder.Steps, logits);
        (int[] slots, int count) = Allocate(steps, logits, builder.Rows);
        return new ForwardPlan(steps, logits, [.. steps.Select(s => s.Writes.Any() && s.Writes.All(r => r.IsFixed))], slots, count, builder.Heads);
    }

    private static ImmutableArray<ForwardStep> WithoutUnread(IReadOnlyList<ForwardStep> steps, ImmutableArray<Row> logits)
    {
        HashSet<Row> read = [.. logits];
        List<ForwardStep> kept = [];
        foreach (ForwardStep step in steps.Reverse())
        {
            if (step.Keep(read.Contains) is not ForwardStep part) continue;
            kept.Add(part);
            read.UnionWith(part.Reads);
        }

        kept.Reverse();
        return [.. kept];
    }

    /// <summary>A place for each row: that of a row which is read no more is used again, unless it is fixed.</summary>
    private static (int[] Slots, int Count) Allocate(ImmutableArray<ForwardStep> steps, ImmutableArray<Row> logits, int rows)
    {
        Dictionary<Row, int> lastRead = logits.Distinct().ToDictionary(l => l, _ => steps.Length);
        for (int s = steps.Length - 1; s >= 0; s--)
            foreach (Row row in steps[s].Reads) lastRead.TryAdd(row, s);
        int[] slots = new int[rows];
        Stack<int> free = [];
        int count = 0;
        for (int s = 0; s < steps.Length; s++)
        {
            foreach (Row row in steps[s].Writes) slots[row.Id] = !row.IsFixed && free.TryPop(out int slot) ? slot : count++;
            foreach (Row row in steps[s].Reads.Distinct())
                if (!row.IsFixed && lastRead[row] == s) free.Push(slots[row.Id]);
        }

        return (slots, count);
    }
}
