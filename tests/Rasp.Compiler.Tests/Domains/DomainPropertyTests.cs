using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;
using Rasp.Testing.RandomPrograms;

namespace Rasp.Compiler.Tests.Domains;

/// <summary>The interpreter on every input of random programs against what the analysis claims of their s-ops and selectors.</summary>
public sealed class DomainPropertyTests
{
    private const int Programs = 400;

    [Fact]
    public void No_input_refutes_a_claim()
    {
        int claims = 0;
        Parallel.For(0, Programs, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            RandomProgram random = RandomProgram.Make(10_000 + seed);
            try
            {
                Interlocked.Add(ref claims, Check(random));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {10_000 + seed}: {random}", e);
            }
        });
        Assert.True(claims > Programs, $"only {claims} claims to refute");
    }

    /// <summary>How many claims were made of which an input could have refuted one.</summary>
    private static int Check(RandomProgram random)
    {
        RaspProgram program = Running.Compile(random.Text);
        object[] nodes = [.. ProgramGraph.Reachable(program.SOps.Select(s => s.SOp))];
        SOp[] sops = [.. nodes.OfType<SOp>()];
        DomainAnalysis domains = new(random.Vocabulary, new ContextSpace(random.MaxLength, random.Causal));
        Claims claims = new(domains, nodes);
        EvaluationPlan plan = new Interpreter(random.Causal).Prepare([.. sops]);
        foreach (string input in Running.AllInputs(random.Alphabet, random.MaxLength))
        {
            // Faults are skipped: where an s-op has no value the analysis says nothing.
            if (plan.TryEvaluate(Running.Characters(input).AsSpan(), out _)) claims.Hold(plan, input.Length);
        }

        return claims.Count;
    }

    private sealed class Claims
    {
        private readonly DomainAnalysis domains;
        private readonly List<SOp> analysed = [];
        private readonly Dictionary<SOp, ImmutableArray<Value>> ofPosition = [];
        private readonly List<Selector> selectors = [];

        public Claims(DomainAnalysis domains, object[] nodes)
        {
            this.domains = domains;
            foreach (object node in nodes)
            {
                try
                {
                    if (node is Selector selector && domains.Selectors.Everywhere(selector) >= Selection.Never) selectors.Add(selector);
                    if (node is not SOp sop) continue;
                    domains.Analyse(sop);
                    analysed.Add(sop);
                    if (domains.IsFunctionOfPosition(sop, out ImmutableArray<Value> values)) ofPosition.Add(sop, values);
                }
                catch (DomainLimitException)
                {
                    // What is refused is not claimed.
                }
            }
        }

        public int Count => ofPosition.Count + selectors.Sum(s =>
            (domains.Selectors.SelectsAtMostOne(s) ? 1 : 0) + (domains.Selectors.IsNeverEmpty(s) ? 1 : 0) + (domains.Selectors.Everywhere(s) != Selection.Sometimes ? 1 : 0));

        public void Hold(EvaluationPlan plan, int length)
        {
            foreach (SOp sop in analysed)
            {
                Value[] values = plan[sop];
                for (int p = 0; p < length; p++)
                {
                    Assert.True(domains.Of(sop, domains.Space.Context(length, p)).Contains(values[p]), $"{values[p]} at {p} of {length}: {sop.Span}");
                    Assert.Contains(values[p], domains.Everywhere(sop, length));
                    if (ofPosition.TryGetValue(sop, out ImmutableArray<Value> only)) Assert.Equal(only[p], values[p]);
                }
            }

            foreach (Selector selector in selectors) Hold(selector, plan[selector], length);
        }

        private void Hold(Selector selector, bool[] cells, int length)
        {
            SelectorAnalysis analysis = domains.Selectors;
            byte[] row = new byte[length];
            for (int q = 0; q < length; q++)
            {
                int query = domains.Space.Context(length, q);
                int visible = domains.Space.VisibleKeys(query);
                analysis.Rows.Fill(selector, query, row.AsSpan(0, visible));
                for (int k = 0; k < visible; k++)
                {
                    Selection claimed = analysis.Of(selector, query, domains.Space.Key(query, k));
                    Assert.Equal((Selection)row[k], claimed);
                    bool isSelected = cells[(q * length) + k];
                    Assert.False(claimed == (isSelected ? Selection.Never : Selection.Always), $"{claimed}: {selector.Span}");
                    Selection everywhere = analysis.Everywhere(selector);
                    Assert.False(everywhere == (isSelected ? Selection.Never : Selection.Always), $"{everywhere} everywhere: {selector.Span}");
                }

                int width = cells.AsSpan(q * length, visible).Count(true);
                (int least, int most) = analysis.Widths(selector, query);
                Assert.InRange(width, least, most);
                Assert.True(width <= analysis.LargestWidth(selector, length));
                Assert.True(width <= 1 || !analysis.SelectsAtMostOne(selector), $"several: {selector.Span}");
                Assert.True(width > 0 || !analysis.IsNeverEmpty(selector), $"none: {selector.Span}");
            }
        }
    }
}
