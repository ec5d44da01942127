using System.Collections.Immutable;
using System.Diagnostics;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>An elementwise expression as one staircase over what can be read, precise enough for single precision.</summary>
internal sealed partial class Lowerer
{
    /// <summary>Up to this a hidden unit and its halves fit the 8 bits of bf16.</summary>
    private const double SmallDigits = 120;

    /// <summary>Up to this a code's columns, each of half as many steps as the one before, are exact enough for the attention scores that they are read for.</summary>
    private const double LargestCodeError = 1.0 / 4;

    /// <summary>
    /// The staircase of a wanted precision: the outputs' error is at most a part of the gap between two of them, whichever way the roundings
    /// fall. Where no splitting gives that, one that is likely to have it since they fall independently: then the run on the inputs decides.
    /// </summary>
    private Staircase Staircase(SOp sop, VariableEncoding encoding, ImmutableArray<Value> values, Rational unit, bool coded)
    {
        double gap = encoding == VariableEncoding.Linear ? SmallestGap(values) / unit.ToDouble() : 1;
        Staircase? likely = null;
        StaircaseObstacle? nearest = null;
        if (encoding == VariableEncoding.OneHot && values.Length > CompileLimits.MlpSteps) throw CompileLimits.TooManyCodes(sop, values.Length);
        do
        {
            Staircase? withoutCode = null;
            foreach (Staircase candidate in Staircases(sop, encoding, values, unit, o => nearest = StaircaseObstacle.Nearer(nearest, o)))
            {
                if (Proved(candidate, sop, gap, coded) is Staircase proved) return proved;
                (double bound, double expected) = candidate.OutputError;
                if (bound <= gap / 4) withoutCode ??= candidate;
                if (expected <= gap / 2 && (likely is null || likely.OutputError.Expected > gap / 8)) likely = candidate;
                nearest = StaircaseObstacle.Nearer(nearest, new StaircaseObstacle(StaircaseLimit.Precision, expected, gap / 2));
            }

            if (withoutCode is not null) return withoutCode;

            // What is read from one column is not read more precisely from several.
            if (likely is { Input.Terms.Length: 1 } && likely.OutputError.Expected <= gap / 8) return likely;
        }
        while (CanSplit());
        return likely ?? throw nearest?.Of(sop, values.Length) ?? (Exception)new UnreachableException("a value that no combination has");

        bool CanSplit()
        {
            try
            {
                return SplitOff(sop);
            }
            catch (DomainLimitException) when (likely is not null)
            {
                return false;
            }
        }
    }

    /// <summary>The staircases over the ways to see the atoms, packed where they can be.</summary>
    private IEnumerable<Staircase> Staircases(
        SOp sop, VariableEncoding encoding, ImmutableArray<Value> values, Rational unit, Action<StaircaseObstacle> report)
    {
        ImmutableArray<Atom> atoms = Atoms(sop);
        foreach (ImmutableArray<Atom> way in WithRangesAndCodes(atoms))
        {
            Dictionary<ImmutableArray<CodeRange>, (Value Value, int FirstLength)>? function = Tabulate(sop, way, CompileLimits.Readings, report);
            if (function is null || function.Count == 0) continue;
            Dictionary<Value, ImmutableArray<double>> outputs = values
                .Select((value, index) => (value, index))
                .ToDictionary(v => v.value, v => encoding == VariableEncoding.Linear ? [(v.value.Number / unit).ToDouble()] : Unit(v.index, values.Length));
            ImmutableArray<ImmutableArray<CodeRange>> codes =
                [.. way.Select((_, a) => function.Keys.Select(k => k[a]).Distinct().OrderBy(c => c.Low).ToImmutableArray())];
            if (Staircase(way, codes, function, outputs, report) is Staircase staircase) yield return Packed(staircase, sop);
        }
    }

    /// <summary>Comparisons as ranges of differences; and where they are packed with others, which may need it, by each difference.</summary>
    private static IEnumerable<ImmutableArray<Atom>> WithRangesAndCodes(ImmutableArray<Atom> atoms) =>
        atoms.Length > 1 && atoms.Any(a => a.CodesAt is not null) ? [atoms, [.. atoms.Select(a => a with { StatesAt = a.CodesAt ?? a.StatesAt })]] : [atoms];

    /// <summary>
    /// What a staircase reads can be packed where it is written, into one column; a reading of that is rounded once
    /// and not again in each hidden unit, which keeps saturated steps exact.
    /// <code>
    /// step(M·a + b + …) → step(c), where whatever writes a and b adds M·a and b to c
    /// </code>
    /// The columns of a and b stay for what else reads them, and for those who look for them.
    /// </summary>
    private Staircase Packed(Staircase staircase, SOp sop)
    {
        LinearForm input = staircase.Input;
        bool joins = passes.PackedCounts && input.Terms.Length > 1 && input.Error > 0
            && input.Reads.All(CanBeAdded) && input.Reads.Any(v => v is AttentionVariable);
        return (joins ? Packed(staircase, sop, input.Terms, input.Error, grid: 0) : null) ?? staircase;
    }

    private Staircase? Packed(Staircase staircase, SOp sop, ImmutableArray<LinearTerm> terms, double error, double grid, double leastSlope = 0)
    {
        LinearForm input = staircase.Input;
        kept.AddRange(terms.Select(t => t.Variable).OfType<AttentionVariable>());
        bool listed = staircase.Points.All(p => p.Low == p.High);
        ImmutableArray<Rational> codes = [.. staircase.Points.SelectMany(p => p.Ends).Select(r => Rational.FromDouble(r) - input.Constant).Distinct().Order()];
        Variable packed = AttentionVariable.Packed(sop, listed ? [.. codes.Select(Value.FromNumber)] : [], codes, terms, error, grid);
        return Lowering.Staircase.Through(LinearForm.Of(packed) + new LinearForm(input.Constant, []), error, staircase.Points, out _, leastSlope);
    }

    /// <summary>
    /// The staircase if single precision is proved to suffice, else on a grid, if that makes it so. Classes that are read in a code
    /// need more, since many of the steps change each of its columns.
    /// </summary>
    private Staircase? Proved(Staircase candidate, SOp sop, double gap, bool coded)
    {
        if (Suffices(candidate)) return candidate;
        if (OnGrid(candidate, sop) is { } onGrid && Suffices(onGrid)) return onGrid;

        // The hidden units' sums lie on the grid of the least steep step.
        double steepest = candidate.Steps.Select(s => Math.Abs(s.Slope)).DefaultIfEmpty().Max();
        bool differ = candidate.Steps.Any(s => Math.Abs(s.Slope) < steepest);
        return differ && OnGrid(candidate, sop, steepest) is { } steep && Suffices(steep) ? steep : null;

        bool Suffices(Staircase staircase) => staircase.OutputError.Bound <= gap / 4 && (!coded || staircase.CodeError <= LargestCodeError);
    }

    /// <summary>
    /// An inexact number with many steps is rounded to a grid where it is written, so that fp32 holds the hidden units' sums exactly:
    /// <code>
    /// c → (c + C) − C        C = 1.5·2²³·grid: the spacing of fp32 at C is the grid
    /// </code>
    /// Attention's output adds C, the embedding has taken it away. Formats of fewer bits would round c to a coarser grid than it needs.
    /// </summary>
    private Staircase? OnGrid(Staircase staircase, SOp sop, double leastSlope = 0)
    {
        LinearForm input = staircase.Input;
        ImmutableArray<LinearTerm> terms = input.Terms is [{ Variable: AttentionVariable { Terms: [_, ..] packed } }] ? packed : input.Terms;
        bool isWritten = terms.All(t => CanBeAdded(t.Variable)) && terms.Any(t => t.Variable is AttentionVariable);
        if (!passes.PackedCounts || input.Error == 0 || staircase.Steps.IsEmpty || !isWritten) return null;

        // Every number that is added on the way is rounded to the grid, which takes up to an eighth of a step's width.
        int roundings = terms.Sum(t => t.Variable is AttentionVariable moved ? moved.Parts.Length : 1) + 1;
        double grid = PowerOfTwo.AtMost(1 / (4 * roundings * staircase.Steps.Max(s => Math.Abs(s.Slope))));
        bool fits = new LinearForm(Rational.Zero, terms).Magnitude + 1 <= (1 << 22) * grid;
        return !fits ? null : Packed(staircase, sop, terms, input.Error + (roundings * grid / 2), grid, leastSlope);
    }

    /// <summary>Whether what writes the variable can add a multiple of it to another column: its numbers, or exact numbers of its classes.</summary>
    private static bool CanBeAdded(Variable variable) => variable switch
    {
        AttentionVariable moved => moved.Encoding == VariableEncoding.Linear,
        _ => variable.Error == 0,
    };

    /// <summary>The cheapest staircase over the packings of the atoms in any order; null where none is precise enough.</summary>
    private Staircase? Staircase(
        ImmutableArray<Atom> atoms,
        ImmutableArray<ImmutableArray<CodeRange>> codes,
        Dictionary<ImmutableArray<CodeRange>, (Value Value, int FirstLength)> function,
        Dictionary<Value, ImmutableArray<double>> outputs,
        Action<StaircaseObstacle> report)
    {
        Staircase? best = null;
        ImmutableArray<int>[] orders = [.. Orders(atoms)];
        foreach (ImmutableArray<int> order in orders) Consider(order, turned: false);

        // Where hidden units are too large for few bits, a leading number that counts the other way may leave them smaller.
        if (atoms.Length > 1 && best?.Cost.Digits > SmallDigits && best.Points.All(p => p.Low == p.High))
            foreach (ImmutableArray<int> order in orders) Consider(order, turned: true);
        return best;

        void Consider(ImmutableArray<int> order, bool turned)
        {
            if (Packing.Of(atoms, codes, order, turned) is not Packing packing)
            {
                report(new StaircaseObstacle(StaircaseLimit.Factor, CompileLimits.PackingFactor, CompileLimits.PackingFactor));
                return;
            }

            Staircase? candidate = Lowering.Staircase.Through(
                packing.Reading, packing.Reading.Error,
                function.Select(f => new StaircasePoint(packing.Pack(f.Key), f.Value.FirstLength, outputs[f.Value.Value])),
                out StaircaseObstacle? obstacle);
            if (candidate?.Steps.Length > CompileLimits.MlpSteps) obstacle = new StaircaseObstacle(StaircaseLimit.Steps, candidate.Steps.Length, CompileLimits.MlpSteps);
            if (obstacle is not null) report(obstacle);
            else if (candidate is not null && (best is null || candidate.Cost.CompareTo(best.Cost) < 0)) best = candidate;
        }
    }

    private static ImmutableArray<double> Unit(int index, int length)
    {
        double[] unit = new double[length];
        unit[index] = 1;
        return [.. unit];
    }

    /// <summary>All orders of up to four atoms; of more, the exact ones first, since a large multiplier enlarges an error.</summary>
    private IEnumerable<ImmutableArray<int>> Orders(ImmutableArray<Atom> atoms)
    {
        int[] all = [.. Enumerable.Range(0, atoms.Length)];
        bool[] isMixed = [.. atoms.Select(MayBeMixed)];
        if (atoms.Length > 4) return [[.. all.OrderBy(a => isMixed[a]).ThenBy(a => atoms[a].Reading.Error)]];
        return Permute([], all).Where(order => order.Zip(order.Skip(1)).All(o => !isMixed[o.First] || isMixed[o.Second]));

        static IEnumerable<ImmutableArray<int>> Permute(ImmutableArray<int> first, int[] rest) =>
            rest.Length == 0 ? [first] : rest.SelectMany(r => Permute(first.Add(r), [.. rest.Where(x => x != r)]));
    }

    /// <summary>
    /// Whether the reading may lie between two codes, since several keys are selected, of which the program moves none: it has no value
    /// there, but is not asked for it. As the least significant number it stays among the codes of its own combination.
    /// </summary>
    private bool MayBeMixed(Atom atom) => atom.Reading.Terms.Any(t =>
        t.Variable is AttentionVariable { SOp: AggregateSOp { IsNumeric: false } aggregate } && !domains.Selectors.SelectsAtMostOne(aggregate.Selector));

    /// <summary>
    /// The s-op's value for every combination of codes that can occur together, and the shortest input for it; null, and said, where
    /// there are more than <paramref name="most"/>.
    /// </summary>
    private Dictionary<ImmutableArray<CodeRange>, (Value Value, int FirstLength)>? Tabulate(
        SOp sop, ImmutableArray<Atom> atoms, int most, Action<StaircaseObstacle> report)
    {
        Dictionary<ImmutableArray<CodeRange>, (Value, int)> function = new(RowComparer<CodeRange>.Instance);
        HashSet<(string States, int Result)> seen = [];
        CodeRange[] codes = new CodeRange[atoms.Length];
        Dictionary<IReadOnlyList<AtomState>, int> stateIds = new(ReferenceEqualityComparer.Instance);
        int length = 0;
        for (int context = 0; context < domains.Space.Count; context++)
        {
            length = domains.Space.VisibleKeys(context);
            IReadOnlyList<AtomState>[] states = [.. atoms.Select(a => a.StatesAt(context))];
            ValueSet results = domains.Of(sop, context);
            string at = string.Join(',', states.Select(s => stateIds.TryGetValue(s, out int id) ? id : stateIds[s] = stateIds.Count));
            if (!seen.Add((at, results.Id))) continue;
            double combinations = states.Aggregate(1.0, (product, s) => product * s.Count);
            if (combinations <= most) Combine(0, [], states, [.. results.Values]);
            combinations = Math.Max(combinations, function.Count);
            if (combinations <= most) continue;
            report(new StaircaseObstacle(StaircaseLimit.Readings, combinations, most));
            return null;
        }

        return function;

        void Combine(int atom, Dictionary<SOp, Value?> held, IReadOnlyList<AtomState>[] states, HashSet<Value> possible)
        {
            if (atom == atoms.Length)
            {
                if (Evaluate(sop, held) is Value value && possible.Contains(value)) function.TryAdd([.. codes], (value, length));
                return;
            }

            foreach (AtomState state in states[atom])
            {
                codes[atom] = state.Codes;
                for (int n = 0; n < atoms[atom].Nodes.Length; n++) held[atoms[atom].Nodes[n]] = state.Values[n];
                Combine(atom + 1, held, states, possible);
            }
        }
    }

    /// <summary>The expression's value where the atoms' nodes hold <paramref name="held"/>; null where it is undefined.</summary>
    private Value? Evaluate(SOp sop, Dictionary<SOp, Value?> held)
    {
        if (held.TryGetValue(sop, out Value? value)) return value;
        if (View(sop) is { Variable: null } constant) return constant.Values[0];
        switch (sop)
        {
            case ElementwiseSOp { Operator: ElementwiseOperator.Conditional } e:
                return Evaluate(e.Operands[0], held) is Value condition ? Evaluate(e.Operands[condition.IsTrue ? 1 : 2], held) : null;
            case ElementwiseSOp e:
                Value[] arguments = new Value[e.Operands.Length];
                for (int i = 0; i < arguments.Length; i++)
                {
                    if (Evaluate(e.Operands[i], held) is not Value argument) return null;
                    arguments[i] = argument;
                }

                return ElementwiseEvaluation.TryApply(e, arguments, out Value result, out _) ? result : (Value?)null;
            default:
                throw new InvalidOperationException($"no atom holds {sop.GetType().Name} {sop.Id}");
        }
    }
}
