using System.Collections.Immutable;
using Rasp.Runtime.Injection;

namespace Rasp.Runtime.Verification;

/// <summary>
/// Interchange interventions (Geiger et al. 2021): a variable's subspace is taken from another input, and the model should
/// then say what the program says when its variable is taken from that input. Only exchanges that change the program's
/// answer count: the others succeed without doing anything.
/// </summary>
/// <param name="Counterfactuals">Exchanges that change the program's answer.</param>
/// <param name="Success">The share of them in which the model's answer is the program's.</param>
/// <param name="Control">The same for random subspaces of the same size in the same place.</param>
/// <param name="Dimensions">The size of the subspace.</param>
public sealed record InterchangeSuccess(int Counterfactuals, double Success, double Control, int Dimensions)
{
    /// <summary>One result for each head, over at most <paramref name="wanted"/> counterfactuals.</summary>
    internal static ImmutableArray<InterchangeSuccess> Measure(
        HookedForward model, IEnumerable<TracedBatch> batches, Teacher teacher, IReadOnlyList<VariableHead> heads, int wanted, int tries, Random random)
    {
        Count[] counts = [.. heads.Select(head => new Count(head))];
        foreach (TracedBatch batch in batches)
        {
            List<Trial> trials = [];
            foreach (Count count in counts)
            {
                if (count.Total >= wanted) continue;
                Counterfactual[] changing = [.. batch.Counterfactuals(teacher, count.Head.Variable.Index, tries, random).Where(c => c.ChangesAnswer).Take(wanted - count.Total)];
                if (changing.Length == 0) continue;
                Exchange taught = new(count.Head.Variable.Point, count.Taught, changing);
                Subspace elsewhere = Subspace.Random((int)count.Head.Weight.shape[1], count.Taught.Rank, random);
                trials.Add(new Trial(count, taught, taught with { Subspace = elsewhere }, changing));
            }

            if (trials.Count == 0) continue;
            ExchangingPass pass = new([], [.. trials.SelectMany(t => (Exchange[])[t.Taught, t.Control])], null);
            ReadOnlySpan<long> said = ModelAnswers.Said(pass, model, batch.Ids()).AsSpan(batch.Inputs.Length);
            foreach (Exchange joined in pass.Joined)
            {
                Trial trial = trials.First(t => t.Taught == joined || t.Control == joined);
                int agreeing = Agreeing(said[..trial.Pairs.Length], trial.Pairs, teacher);
                said = said[trial.Pairs.Length..];
                if (trial.Control == joined) trial.Count.ByChance += agreeing;
                else trial.Count.Add(agreeing, trial.Pairs.Length);
            }
        }

        return [.. counts.Select(c => new InterchangeSuccess(
            c.Total, c.Total == 0 ? double.NaN : (double)c.Successes / c.Total, c.Total == 0 ? double.NaN : (double)c.ByChance / c.Total, c.Taught.Rank))];
    }

    private static int Agreeing(ReadOnlySpan<long> said, Counterfactual[] pairs, Teacher teacher)
    {
        int agreeing = 0;
        for (int i = 0; i < pairs.Length; i++)
            if (said[i] == teacher.Translator.AnswerIds[pairs[i].Answer]) agreeing++;
        return agreeing;
    }

    private sealed record Trial(Count Count, Exchange Taught, Exchange Control, Counterfactual[] Pairs);

    private sealed class Count(VariableHead head)
    {
        public VariableHead Head => head;

        public Subspace Taught { get; } = head.Span();

        public int Total { get; private set; }

        public int Successes { get; private set; }

        public int ByChance { get; set; }

        public void Add(int successes, int total)
        {
            Successes += successes;
            Total += total;
        }
    }
}
