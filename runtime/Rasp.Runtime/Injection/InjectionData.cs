using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Runtime.Injection;

/// <summary>
/// The task's inputs, traced: what is trained on, and, drawn apart and never among them, what is reported on.
/// </summary>
internal sealed class InjectionData
{
    // Short inputs run out: after so many draws that were trained on, a place stays empty.
    private const int MostDraws = 30;

    private readonly Teacher teacher;
    private readonly HashSet<string> trained = new(StringComparer.Ordinal);

    private InjectionData(Teacher teacher) => this.teacher = teacher;

    public required ImmutableArray<TracedBatch> Training { get; init; }

    /// <summary>Held-out inputs of the training distribution: variables are decoded and exchanged on them.</summary>
    public ImmutableArray<TracedBatch> HeldOut { get; private set; }

    public ImmutableArray<(EvaluationSet Set, ImmutableArray<TracedBatch> Batches)> Sets { get; private set; }

    public static InjectionData Trace(Teacher teacher, InjectionTask task, InjectionOptions options)
    {
        Random random = new(options.Seed);
        string[][] inputs = [.. Enumerable.Range(0, options.TracedBatches).Select(_ =>
        {
            int length = task.Lengths[random.Next(task.Lengths.Length)];
            return (string[])[.. Enumerable.Range(0, options.Batch).Select(_ => task.Generate(random, length))];
        })];
        InjectionData data = new(teacher) { Training = [.. inputs.Select(batch => new TracedBatch(teacher.Trace(batch)))] };
        data.trained.UnionWith(inputs.SelectMany(batch => batch));

        Random held = new(options.Seed + 1);
        List<TracedBatch> heldOut = [];
        while (heldOut.Sum(b => b.Inputs.Length) < options.DecodingInputs)
            heldOut.AddRange(data.Unseen(task.Generate, held, task.Lengths[held.Next(task.Lengths.Length)], options.Batch));
        data.HeldOut = [.. heldOut];
        data.Sets = [.. task.EvaluationSets.Select(set =>
            (set, (ImmutableArray<TracedBatch>)[.. set.Lengths.SelectMany(length => data.Unseen(set.Generate, held, length, set.PerLength))]))];
        (EvaluationSet? empty, _) = data.Sets.FirstOrDefault(s => s.Batches.IsEmpty);
        if (empty is not null) throw new RaspException($"All inputs that the set '{empty.Name}' of the task '{task.Name}' gives are trained on; use longer inputs.");
        return data;
    }

    /// <summary>At most <paramref name="count"/> inputs that were not trained on, as one batch; none where there are none.</summary>
    private IEnumerable<TracedBatch> Unseen(InputGenerator generate, Random random, int length, int count)
    {
        List<string> inputs = [];
        for (int i = 0; i < count; i++)
        {
            for (int draw = 0; draw < MostDraws; draw++)
            {
                string input = generate(random, length);
                if (trained.Contains(input)) continue;
                inputs.Add(input);
                break;
            }
        }

        return inputs.Count == 0 ? [] : [new TracedBatch(teacher.Trace(inputs))];
    }
}
