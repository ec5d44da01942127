using System.Collections.Immutable;

namespace Rasp.Format;

/// <summary>How often a step is run.</summary>
internal enum StepKind
{
    /// <summary>It reads the tokens.</summary>
    EveryTile,

    /// <summary>All that it writes is fixed.</summary>
    EveryLength,

    /// <summary>All that it writes is by position.</summary>
    Once,
}

/// <summary>What a plan's tiles hold, which decides what is fixed.</summary>
internal enum PlanKind
{
    /// <summary>Inputs of one length: what depends on the length alone is fixed.</summary>
    OneLength,

    /// <summary>Inputs of several lengths: only what depends on the position alone is.</summary>
    ManyLengths,

    /// <summary>One input, whose residual stream is shown at every site, all of it: nothing is.</summary>
    Observed,
}

/// <summary>
/// The steps from token ids to logits: only what the nonzeros of the weights make necessary, and, unless it is observed, only
/// what the logits need.
/// </summary>
internal sealed class ForwardPlan
{
    private readonly int[] slots;
    private readonly int slotCount;
    private readonly int heads;
    private readonly int capacity;

    private ForwardPlan(ImmutableArray<ForwardStep> steps, ImmutableArray<Row> logits, ImmutableArray<StepKind> kinds, int[] slots, int slotCount, int heads, int capacity)
    {
        Steps = steps;
        Logits = logits;
        Kinds = kinds;
        this.capacity = capacity;
        this.slots = slots;
        this.slotCount = slotCount;
        this.heads = heads;
    }

    public ImmutableArray<ForwardStep> Steps { get; }

    /// <summary>The unembedding's outputs.</summary>
    public ImmutableArray<Row> Logits { get; }

    /// <summary>For each step how often it is to be run.</summary>
    public ImmutableArray<StepKind> Kinds { get; }

    public Tile NewTile() => new(slots, slotCount, heads, capacity);

    public static ForwardPlan Of(Manifest shape, IReadOnlyDictionary<string, WeightTensor> weights, PlanKind kind)
    {
        ForwardPlanBuilder builder = new(shape, weights, kind);
        ImmutableArray<Row> logits = builder.Build();
        ImmutableArray<ForwardStep> steps = WithoutUnread(builder.Steps, logits);
        (int[] slots, int count) = Allocate(steps, logits, builder.Rows);
        return new ForwardPlan(steps, logits, [.. steps.Select(KindOf)], slots, count, builder.Heads, shape.MaxLength + 1);
    }

    private static StepKind KindOf(ForwardStep step) =>
        !step.Writes.Any() || !step.Writes.All(r => r.IsFixed) ? StepKind.EveryTile
        : step.Writes.All(r => r.IsByPosition) ? StepKind.Once
        : StepKind.EveryLength;

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
