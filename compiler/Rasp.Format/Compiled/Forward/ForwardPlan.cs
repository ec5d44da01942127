using System.Collections.Immutable;

namespace Rasp.Format;

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
    private readonly TileLayout layout;

    private ForwardPlan(ImmutableArray<ForwardStep> steps, ImmutableArray<Row> logits, TileLayout layout)
    {
        FixedSteps = [.. steps.Where(IsFixed)];
        Steps = [.. steps.Where(s => !IsFixed(s))];
        Logits = logits;
        this.layout = layout;
    }

    /// <summary>Those whose rows are the same for all inputs of a length; rows by position stand elsewhere.</summary>
    public ImmutableArray<ForwardStep> FixedSteps { get; }

    /// <summary>The others.</summary>
    public ImmutableArray<ForwardStep> Steps { get; }

    /// <summary>The unembedding's outputs.</summary>
    public ImmutableArray<Row> Logits { get; }

    /// <param name="room">Vectors of a row.</param>
    public Tile NewTile(int room) => new(layout, room);

    public static ForwardPlan Of(Manifest shape, IReadOnlyDictionary<string, WeightTensor> weights, PlanKind kind)
    {
        ForwardPlanBuilder builder = new(shape, weights, kind);
        ImmutableArray<Row> logits = builder.Build();
        ILookup<bool, ForwardStep> steps = WithoutUnread(builder.Steps, logits).ToLookup(s => s.Writes.Any() && s.Writes.All(r => r.IsByPosition));
        PositionRows byPosition = new([.. steps[true]], shape.MaxLength + 1, shape.Vocabulary.Length);
        ImmutableArray<ForwardStep> others = [.. steps[false]];
        ImmutableArray<Row> laid = [.. others.SelectMany(s => s.ReadsLaid).Concat(logits).Where(r => r.IsByPosition).Distinct()];
        (int[] slots, int count) = Allocate(others, logits, laid, builder.Rows);
        return new ForwardPlan(others, logits, new TileLayout(slots, count, builder.Heads, shape.MaxLength + 1, laid, byPosition));
    }

    private static bool IsFixed(ForwardStep step) => step.Writes.Any() && step.Writes.All(r => r.IsFixed);

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
    private static (int[] Slots, int Count) Allocate(ImmutableArray<ForwardStep> steps, ImmutableArray<Row> logits, ImmutableArray<Row> laid, int rows)
    {
        Dictionary<Row, int> lastRead = logits.Distinct().ToDictionary(l => l, _ => steps.Length);
        for (int s = steps.Length - 1; s >= 0; s--)
            foreach (Row row in steps[s].Reads) lastRead.TryAdd(row, s);
        int[] slots = new int[rows];
        Array.Fill(slots, -1);
        Stack<int> free = [];
        int count = 0;
        foreach (Row row in laid) slots[row.Id] = count++;
        for (int s = 0; s < steps.Length; s++)
        {
            foreach (Row row in steps[s].Writes) slots[row.Id] = !row.IsFixed && free.TryPop(out int slot) ? slot : count++;
            foreach (Row row in steps[s].Reads.Distinct())
                if (!row.IsFixed && lastRead[row] == s) free.Push(slots[row.Id]);
        }

        return (slots, count);
    }
}
