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
    internal static InterchangeSuccess Measure(
        HookedForward model, IEnumerable<TracedBatch> batches, Teacher teacher, VariableHead head, int wanted, int tries, Random random)
    {
        Subspace taught = head.Span();
        int width = (int)head.Weight.shape[1];
        int counted = 0;
        int successes = 0;
        int byChance = 0;
        foreach (TracedBatch batch in batches)
        {
            if (counted >= wanted) break;
            Counterfactual[] changing = [.. batch.Counterfactuals(teacher, head.Variable.Index, tries, random).Where(c => c.ChangesAnswer).Take(wanted - counted)];
            if (changing.Length == 0) continue;
            counted += changing.Length;
            Exchange exchange = new(head.Variable.Point, taught, changing);
            Exchange control = exchange with { Subspace = Subspace.Random(width, taught.Rank, random) };
            ReadOnlySpan<long> said = ModelAnswers.Said(new ExchangingPass([], [exchange, control], null), model, batch.Ids());
            successes += Agreeing(said.Slice(batch.Inputs.Length, changing.Length), changing, teacher);
            byChance += Agreeing(said[(batch.Inputs.Length + changing.Length)..], changing, teacher);
        }

        return new InterchangeSuccess(
            counted, counted == 0 ? double.NaN : (double)successes / counted, counted == 0 ? double.NaN : (double)byChance / counted, taught.Rank);
    }

    private static int Agreeing(ReadOnlySpan<long> said, Counterfactual[] pairs, Teacher teacher)
    {
        int agreeing = 0;
        for (int i = 0; i < pairs.Length; i++)
            if (said[i] == teacher.Translator.AnswerIds[pairs[i].Answer]) agreeing++;
        return agreeing;
    }
}
