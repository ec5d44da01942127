using System.Collections.Immutable;

namespace Rasp.Format;

/// <summary>
/// Turns weights into steps, from the embedding to the unembedding. A column, or a dimension, that is zero whatever the input
/// has no row (null), and what would be multiplied with it is left out.
/// </summary>
internal sealed class ForwardPlanBuilder(Manifest shape, IReadOnlyDictionary<string, WeightTensor> weights, PlanKind kind)
{
    private readonly List<ForwardStep> steps = [];
    private readonly Row?[] columns = new Row?[shape.DModel];
    private readonly Dictionary<ImmutableArray<RowTerm>, Row> sums = new(new TermsComparer());

    public IReadOnlyList<ForwardStep> Steps => steps;

    public int Rows { get; private set; }

    public int Heads { get; private set; }

    /// <summary>The rows of the logits, one for each of the unembedding's outputs.</summary>
    public ImmutableArray<Row> Build()
    {
        for (int c = 0; c < columns.Length; c++) columns[c] = Embed(c);
        Observe(0, ResidualSite.Pre);
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            AddAttention(layer);
            Observe(layer, ResidualSite.Mid);
            AddMlp(layer);
            Observe(layer, ResidualSite.Post);
        }

        float[] unembedding = weights[CompiledWeights.Unembedding].Data;
        float[] bias = weights[CompiledWeights.UnembeddingBias].Data;
        return [.. Project(unembedding, bias).Select(l => l ?? Constant(0))];
    }

    private Row? Embed(int column)
    {
        float[] tokens = Column(CompiledWeights.Embedding, column);
        float[] positions = Column(CompiledWeights.Positions, column);
        if (kind != PlanKind.Observed && tokens.All(x => x == 0) && positions.All(x => x == 0)) return null;
        // The last token is the beginning of the sequence, which stands at the first position only, and nothing else does.
        bool isByPosition = tokens[..^1].Distinct().Count() <= 1;
        Row row = NewRow(isByPosition, isByPosition, positions[1..].Distinct().Count() <= 1);
        steps.Add(new EmbeddingStep(row, tokens, positions));
        return row;
    }

    private void Observe(int layer, ResidualSite site)
    {
        if (kind == PlanKind.Observed) steps.Add(new ObserveStep(layer, site, [.. columns.OfType<Row>()]));
    }

    private void AddAttention(int layer)
    {
        List<RowTerm>[] added = [.. columns.Select(_ => new List<RowTerm>())];
        for (int head = 0; head < shape.HeadsPerLayer; head++) AddHead(layer, head, added);
        float[] bias = weights[CompiledWeights.Attention(layer, "b_O")].Data;
        for (int c = 0; c < columns.Length; c++) columns[c] = Sum(added[c], bias[c], columns[c]);
    }

    private void AddHead(int layer, int head, List<RowTerm>[] added)
    {
        (int d, int h) = (shape.DModel, shape.DHead);
        ReadOnlySpan<float> output = weights[CompiledWeights.Attention(layer, "W_O")].Data.AsSpan(head * h * d, h * d);
        List<(Row Value, Row Target)> values = [];
        ImmutableArray<ScoreProduct> scores = [.. Scores(ProjectScaled(layer, head, "Q"), ProjectScaled(layer, head, "K"))];
        bool isFixed = scores.All(s => s.Query.IsFixed && s.Key.IsFixed);
        Row?[] projected = Project(layer, head, "V");
        for (int f = 0; f < h; f++)
        {
            if (projected[f] is not Row value) continue;
            Row target = NewRow(isFixed && value.IsFixed, false, false);
            values.Add((value, target));
            foreach (int c in Nonzeros(output.Slice(f * d, d))) added[c].Add(new RowTerm(target, output[(f * d) + c]));
        }

        foreach (IGrouping<bool, (Row Value, Row Target)> part in values.GroupBy(v => v.Target.IsFixed)) steps.Add(new AttentionStep(Heads++, shape.Causal, shape.Vocabulary.Length + 1, scores, [.. part]));
    }

    private static IEnumerable<ScoreProduct> Scores((Row? Row, float Factor)[] queries, (Row? Row, float Factor)[] keys)
    {
        for (int f = 0; f < queries.Length; f++)
            if (queries[f].Row is Row query && keys[f].Row is Row key) yield return new ScoreProduct(query, key, queries[f].Factor * keys[f].Factor);
    }

    /// <summary>Units that read the same are computed together, and columns that the same units write.</summary>
    private void AddMlp(int layer)
    {
        (int d, int m) = (shape.DModel, shape.DMlp);
        float[] biasIn = weights[CompiledWeights.Mlp(layer, "b_in")].Data;
        float[] weightOut = weights[CompiledWeights.Mlp(layer, "W_out")].Data;
        float[] biasOut = (float[])weights[CompiledWeights.Mlp(layer, "b_out")].Data.Clone();
        List<RowTerm>[] added = [.. columns.Select(_ => new List<RowTerm>())];
        IEnumerable<(ImmutableArray<RowTerm> Reading, int Unit)> units = Terms(weights[CompiledWeights.Mlp(layer, "W_in")].Data, m).Select((r, u) => (r.ToImmutableArray(), u));
        foreach (IGrouping<ImmutableArray<RowTerm>, int> group in units.GroupBy(u => u.Reading, u => u.Unit, new TermsComparer()))
        {
            // Units that read nothing but zeros are constants.
            if (Sum(group.Key, 0, null) is not Row reading)
            {
                foreach (int u in group)
                    for (int c = 0; c < d; c++) biasOut[c] += MathF.Max(biasIn[u], 0) * weightOut[(u * d) + c];
                continue;
            }

            IEnumerable<(int Column, int[] Units)> written = group
                .SelectMany(u => Nonzeros(weightOut.AsSpan(u * d, d)), (u, c) => (Unit: u, Column: c))
                .GroupBy(w => w.Column, w => w.Unit, (c, units) => (c, units.ToArray()))
                .OrderBy(w => w.Item1);
            foreach (IGrouping<int[], int> targets in written.GroupBy(w => w.Units, w => w.Column, new UnitsComparer()))
            {
                ImmutableArray<(Row Row, float[] Weights)> rows =
                    [.. targets.Select(c => (NewRow(reading.IsFixed, reading.IsByPosition, reading.IsByToken), targets.Key.Select(u => weightOut[(u * d) + c]).ToArray()))];
                steps.Add(new UnitsStep(reading, [.. targets.Key.Select(u => biasIn[u])], rows));
                foreach ((int c, (Row row, _)) in targets.Zip(rows)) added[c].Add(new RowTerm(row, 1));
            }
        }

        for (int c = 0; c < columns.Length; c++) columns[c] = Sum(added[c], biasOut[c], columns[c]);
    }

    private Row?[] Project(int layer, int head, string name) => Project(HeadWeights(layer, head, name), HeadBias(layer, head, name));

    /// <summary>
    /// Up to a factor, which is a power of two, so that nothing is rounded otherwise: the queries and the keys of a feature, and those
    /// of other heads, are often the same sum then.
    /// </summary>
    private (Row? Row, float Factor)[] ProjectScaled(int layer, int head, string name)
    {
        ReadOnlySpan<float> bias = HeadBias(layer, head, name);
        List<RowTerm>[] terms = Terms(HeadWeights(layer, head, name), bias.Length);
        (Row?, float)[] projected = new (Row?, float)[terms.Length];
        for (int f = 0; f < terms.Length; f++)
        {
            float factor = terms[f] is [{ Weight: var first }, ..] && bias[f] == 0 && kind != PlanKind.Observed ? MathF.CopySign(MathF.ScaleB(1, MathF.ILogB(first)), first) : 1;
            projected[f] = (Sum([.. terms[f].Select(t => t with { Weight = t.Weight / factor })], bias[f], null), factor);
        }

        return projected;
    }

    private ReadOnlySpan<float> HeadWeights(int layer, int head, string name)
    {
        int size = shape.DModel * shape.DHead;
        return weights[CompiledWeights.Attention(layer, "W_" + name)].Data.AsSpan(head * size, size);
    }

    private ReadOnlySpan<float> HeadBias(int layer, int head, string name) =>
        weights[CompiledWeights.Attention(layer, "b_" + name)].Data.AsSpan(head * shape.DHead, shape.DHead);

    /// <summary>The residual stream times weights [d_model, outputs], plus the bias.</summary>
    private Row?[] Project(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        List<RowTerm>[] terms = Terms(weight, bias.Length);
        Row?[] projected = new Row?[terms.Length];
        for (int o = 0; o < terms.Length; o++) projected[o] = Sum(terms[o], bias[o], null);
        return projected;
    }

    /// <summary>For each output what it is the sum of.</summary>
    private List<RowTerm>[] Terms(ReadOnlySpan<float> weight, int outputs)
    {
        List<RowTerm>[] terms = [.. Enumerable.Range(0, outputs).Select(_ => new List<RowTerm>())];
        for (int c = 0; c < columns.Length; c++)
        {
            if (columns[c] is not Row column) continue;
            foreach (int o in Nonzeros(weight.Slice(c * outputs, outputs))) terms[o].Add(new RowTerm(column, weight[(c * outputs) + o]));
        }

        return terms;
    }

    private static List<int> Nonzeros(ReadOnlySpan<float> weights)
    {
        List<int> places = [];
        for (int i = weights.IndexOfAnyExcept(0f); i >= 0 && i < weights.Length; i++)
            if (weights[i] != 0) places.Add(i);
        return places;
    }

    /// <summary>Σ weight·row + bias + added; no step where that is one row as it is, or zero. What is fixed is added up first.</summary>
    private Row? Sum(IReadOnlyList<RowTerm> terms, float bias, Row? added)
    {
        if (terms.Count == 0 && bias == 0) return added;
        if (terms.Count == 0 && added is null) return Constant(bias);
        if (terms is [{ Weight: 1 } only] && bias == 0 && added is null) return only.Row;
        ImmutableArray<RowTerm> fixedTerms = [.. terms.Where(t => t.Row.IsFixed)];
        bool isVarying = fixedTerms.Length < terms.Count || added is { IsFixed: false };
        if (isVarying && fixedTerms.Length > 1) terms = [.. terms.Where(t => !t.Row.IsFixed), new RowTerm(Step(fixedTerms, 0, null), 1)];
        return Step([.. terms], bias, added);
    }

    private Row Constant(float value) => Step([], value, null);

    private Row Step(ImmutableArray<RowTerm> terms, float bias, Row? added)
    {
        // Whoever observes the residual stream may change it, and with it what a sum is.
        bool isKept = bias == 0 && added is null && kind != PlanKind.Observed;
        if (isKept && sums.TryGetValue(terms, out Row known)) return known;
        IEnumerable<Row> read = terms.Select(t => t.Row).Concat(added is Row row ? [row] : []);
        Row target = NewRow(read.All(r => r.IsFixed), read.All(r => r.IsByPosition), read.All(r => r.IsByToken));
        steps.Add(new SumStep(target, terms, bias, added));
        if (isKept) sums.Add(terms, target);
        return target;
    }

    private Row NewRow(bool isFixed, bool isByPosition, bool isByToken) => kind switch
    {
        PlanKind.OneLength => new Row(Rows++, isFixed, isByPosition, isByToken),
        PlanKind.ManyLengths => new Row(Rows++, isByPosition, isByPosition, isByToken),
        _ => new Row(Rows++, false, false, false),
    };

    private float[] Column(string name, int column) =>
        [.. Enumerable.Range(0, weights[name].Shape[0]).Select(r => weights[name].Data[(r * shape.DModel) + column])];

    private sealed class TermsComparer : IEqualityComparer<ImmutableArray<RowTerm>>
    {
        public bool Equals(ImmutableArray<RowTerm> a, ImmutableArray<RowTerm> b) => a.AsSpan().SequenceEqual(b.AsSpan());

        public int GetHashCode(ImmutableArray<RowTerm> terms)
        {
            HashCode hash = default;
            foreach (RowTerm term in terms) hash.Add(term);
            return hash.ToHashCode();
        }
    }

    private sealed class UnitsComparer : IEqualityComparer<int[]>
    {
        public bool Equals(int[]? a, int[]? b) => a.AsSpan().SequenceEqual(b);

        public int GetHashCode(int[] units) => HashCode.Combine(units.Length, units[0], units[^1]);
    }
}
