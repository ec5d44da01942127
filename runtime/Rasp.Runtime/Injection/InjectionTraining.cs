using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Rasp.Runtime.LanguageModels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Rasp.Runtime.Injection;

/// <summary>
/// Trains a language model to answer a task and to stay itself on text; with heads, also to hold the program's variables and
/// to use them.
/// <code>
/// loss = CE(answer) + w·Σ_v L_v + CE(answer after an exchange) + KL(original ‖ model) + hidden-state error
/// </code>
/// The baseline is the same with no heads: no variables, no bottleneck, no exchanges, no hidden states.
/// </summary>
internal sealed class InjectionTraining
{
    private const double FinalRate = 0.05;
    private const int ReportEvery = 10;
    private const double ExchangeMemory = 0.8;

    private readonly LanguageModel model;
    private readonly Teacher teacher;
    private readonly ImmutableArray<TracedBatch> batches;
    private readonly TextPool text;
    private readonly ImmutableArray<VariableHead> heads;
    private readonly InjectionOptions options;
    private readonly Random random;
    private readonly ImmutableArray<VariableHead> exchangeable;
    private readonly VariableHead? result;
    private readonly Queue<int> order = [];

    // The running answer loss after exchanges of each exchangeable variable: those that the model does not use yet get more turns.
    private readonly double[] exchangeLosses;

    public InjectionTraining(
        LanguageModel model, Teacher teacher, ImmutableArray<TracedBatch> batches, TextPool text, ImmutableArray<VariableHead> heads, VariableHead? result, InjectionOptions options)
    {
        this.model = model;
        this.teacher = teacher;
        this.batches = batches;
        this.text = text;
        this.heads = heads;
        this.result = result;
        this.options = options;
        random = new Random(options.Seed);
        exchangeable = [.. heads.Where(h => h.Variable.Variable.Resident)];
        exchangeLosses = [.. exchangeable.Select(_ => 1.0)];
    }

    public void Run(string stage, IProgress<InjectionProgress>? progress, CancellationToken cancellation)
    {
        Parameter[] weights = [.. model.parameters()];
        Parameter[] headWeights = [.. heads.SelectMany(h => (Parameter[])[h.Weight, h.Bias])];
        using torch.optim.Optimizer modelOptimizer = torch.optim.AdamW(weights, options.LearningRate, beta1: 0.9, beta2: 0.98, weight_decay: 0);
        using torch.optim.Optimizer? headOptimizer = heads.IsEmpty ? null : torch.optim.AdamW(headWeights, options.HeadLearningRate, beta1: 0.9, beta2: 0.98, weight_decay: 0);
        Stopwatch clock = Stopwatch.StartNew();
        RunningLosses losses = new();
        for (int step = 0; step < options.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            double rate = Rate(step);
            SetRate(modelOptimizer, options.LearningRate * rate);
            if (headOptimizer is not null) SetRate(headOptimizer, options.HeadLearningRate * rate);

            using DisposeScope scope = NewDisposeScope();
            modelOptimizer.zero_grad();
            headOptimizer?.zero_grad();
            Loss(step, losses).backward();
            nn.utils.clip_grad_norm_([.. weights, .. headWeights], options.GradientClip);
            modelOptimizer.step();
            headOptimizer?.step();

            int done = step + 1;
            if (done % ReportEvery == 0 || done == options.Steps)
                progress?.Report(new InjectionProgress(stage, done, options.Steps, clock.Elapsed / done * (options.Steps - done), losses.Take()));
        }
    }

    /// <summary>Linear warm-up, constant, then linear down to <see cref="FinalRate"/>.</summary>
    private double Rate(int step)
    {
        double warm = Math.Min(1, (step + 1.0) / Math.Max(1, options.WarmUpSteps));
        double share = (double)step / options.Steps;
        if (share < options.ConstantShare) return warm;
        return warm * (FinalRate + ((1 - FinalRate) * (1 - share) / (1 - options.ConstantShare)));
    }

    private Tensor Loss(int step, RunningLosses losses)
    {
        TracedBatch batch = batches[NextBatch()];
        PlannedExchange[] exchanges = [.. Exchanges(step, batch)];
        Bottleneck? bottleneck = result is null ? null : new Bottleneck(result.Variable.Point, result.Span());
        ExchangingPass pass = new([.. heads.Select(h => h.Variable.Point).Distinct()], [.. exchanges.Select(e => e.Exchange)], bottleneck);
        Tensor logits = pass.Run(model.forward, batch.Ids(), Positions(batch.Length));

        int row = batch.Inputs.Length;
        Tensor total = AnswerLoss(logits.narrow(0, 0, row), batch.Inputs.Select(input => input.Answer));
        losses.Add("answer", total);
        foreach (Exchange joined in pass.Joined)
        {
            PlannedExchange planned = exchanges.First(e => e.Exchange == joined);
            Tensor exchanged = AnswerLoss(logits.narrow(0, row, planned.Pairs.Length), planned.Pairs.Select(p => p.Answer));
            row += planned.Pairs.Length;
            losses.Add("exchange", exchanged);
            exchangeLosses[planned.Turn] += (1 - ExchangeMemory) * (exchanged.item<float>() - exchangeLosses[planned.Turn]);
            total = total + (exchanged / exchanges.Length);
        }

        if (!heads.IsEmpty)
        {
            Tensor variables = heads[0].Loss(pass.Residual(heads[0].Variable.Point), batch);
            foreach (VariableHead head in heads.Skip(1)) variables = variables + head.Loss(pass.Residual(head.Variable.Point), batch);
            losses.Add("variables", variables);
            total = total + (variables * options.VariablesWeight);
        }

        if (step % options.TextEvery == 0)
        {
            (Tensor kl, Tensor hidden) = text.Losses(model, random.Next(text.Count));
            losses.Add("KL", kl);
            total = total + (kl * (options.KlWeight * options.TextEvery));
            if (!heads.IsEmpty) total = total + (hidden * (options.HiddenStateWeight * options.TextEvery));
        }

        return total;
    }

    /// <summary>Different variables, drawn by how much the model still gets wrong after their exchanges.</summary>
    private IEnumerable<PlannedExchange> Exchanges(int step, TracedBatch batch)
    {
        if (step < options.FirstExchange) yield break;
        List<int> left = [.. Enumerable.Range(0, exchangeable.Length)];
        for (int drawn = 0; drawn < options.ExchangedVariables && left.Count > 0; drawn++)
        {
            double draw = random.NextDouble() * left.Sum(turn => exchangeLosses[turn]);
            int turn = left.FirstOrDefault(t => (draw -= exchangeLosses[t]) < 0, left[^1]);
            left.Remove(turn);
            VariableHead head = exchangeable[turn];
            ImmutableArray<Counterfactual> pairs = [.. batch.Counterfactuals(teacher, head.Variable.Index, options.ExchangeTries, random).Take(options.ExchangedRows)];
            if (!pairs.IsEmpty) yield return new PlannedExchange(turn, new Exchange(head.Variable.Point, head.Span(), pairs), pairs);
        }
    }

    private Tensor AnswerLoss(Tensor logits, IEnumerable<int> answers)
    {
        long[] targets = [.. answers.Select(a => (long)teacher.Translator.AnswerIds[a])];
        return functional.cross_entropy(logits, tensor(targets, [targets.Length]));
    }

    /// <summary>
    /// Increasing positions with random gaps, or null for 0 … T − 1. Without them the model would learn the distances of the
    /// training lengths only.
    /// </summary>
    private Tensor? Positions(int length)
    {
        if (random.NextDouble() >= options.GapShare) return null;
        int range = Math.Max(length, Math.Min(model.Config.MaxPositions, (int)(length * (1 + (random.NextDouble() * (options.WidestSpread - 1))))));
        int[] places = [.. Enumerable.Range(0, range)];
        random.Shuffle(places);
        return tensor([.. places.Take(length).Order().Select(p => (long)p)], [1, length]);
    }

    private int NextBatch()
    {
        if (order.Count == 0)
        {
            int[] shuffled = [.. Enumerable.Range(0, batches.Length)];
            random.Shuffle(shuffled);
            foreach (int batch in shuffled) order.Enqueue(batch);
        }

        return order.Dequeue();
    }

    private static void SetRate(torch.optim.Optimizer optimizer, double rate)
    {
        foreach (torch.optim.ILearningRateController group in optimizer.ParamGroups) group.LearningRate = rate;
    }

    /// <param name="Turn">An index into the exchangeable variables.</param>
    /// <param name="Exchange">What is exchanged.</param>
    /// <param name="Pairs">Its rows.</param>
    private sealed record PlannedExchange(int Turn, Exchange Exchange, ImmutableArray<Counterfactual> Pairs);

    /// <summary>Means since the last report.</summary>
    private sealed class RunningLosses
    {
        private readonly SortedDictionary<string, (double Sum, int Count)> sums = new(StringComparer.Ordinal);

        public void Add(string name, Tensor loss)
        {
            (double sum, int count) = sums.GetValueOrDefault(name);
            sums[name] = (sum + loss.item<float>(), count + 1);
        }

        public string Take()
        {
            string text = string.Join(", ", sums.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key} {s.Value.Sum / s.Value.Count:F3}")));
            sums.Clear();
            return text;
        }
    }
}
