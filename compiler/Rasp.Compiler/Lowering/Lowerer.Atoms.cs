using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>What an elementwise expression is a function of.</summary>
internal sealed partial class Lowerer
{
    private ImmutableArray<Atom> Atoms(SOp sop)
    {
        Dictionary<SOp, Atom> atoms = [];
        Dictionary<Variable, Dictionary<SOp, OneHotView>> viewsOf = [];
        Collect(sop);
        return [.. viewsOf.Select(v => ViewAtom(v.Key, v.Value)), .. Joined(atoms.Values)];

        void Collect(SOp node)
        {
            if (node is ConstantSOp || atoms.ContainsKey(node)) return;
            if (View(node) is OneHotView view)
            {
                if (view.Variable is null) return;
                if (!viewsOf.TryGetValue(view.Variable, out Dictionary<SOp, OneHotView>? own)) viewsOf.Add(view.Variable, own = []);
                own.TryAdd(node, view);
            }
            else if (Linear(node) is LinearForm form)
            {
                atoms.Add(node, NumberAtom(node, form));
            }
            else if (node is ElementwiseSOp { Operator: >= ElementwiseOperator.Equal and <= ElementwiseOperator.GreaterOrEqual } existence && Existence(existence) is Atom whether)
            {
                atoms.Add(node, whether);
            }
            else if (node is ElementwiseSOp { Operator: >= ElementwiseOperator.Equal and <= ElementwiseOperator.GreaterOrEqual } comparison
                && Linear(comparison.Operands[0]) is LinearForm left && Linear(comparison.Operands[1]) is LinearForm right)
            {
                atoms.Add(node, DifferenceAtom(comparison, left - right));
            }
            else if (node is ElementwiseSOp e)
            {
                foreach (SOp operand in e.Operands) Collect(operand);
            }
        }
    }

    /// <summary>
    /// Atoms that read multiples of one number are one: they do not vary independently.
    /// <code>
    /// (x − y, x &lt; y) → (x − y)
    /// </code>
    /// </summary>
    private static List<Atom> Joined(IEnumerable<Atom> atoms)
    {
        List<Atom> joined = [];
        foreach (Atom atom in atoms)
        {
            int at = joined.FindIndex(a => atom.Reading.RatioTo(a.Reading) is not null);
            if (at < 0) joined.Add(atom);
            else joined[at] = Join(joined[at], atom);
        }

        return joined;
    }

    private static Atom Join(Atom first, Atom second)
    {
        Rational ratio = second.Reading.RatioTo(first.Reading) ?? Rational.One;
        Rational offset = second.Reading.Constant - (ratio * first.Reading.Constant);
        Dictionary<(IReadOnlyList<AtomState>, IReadOnlyList<AtomState>), IReadOnlyList<AtomState>> known = [];
        return new Atom(first.Reading, [.. first.Nodes, .. second.Nodes], context =>
        {
            IReadOnlyList<AtomState> states = (first.CodesAt ?? first.StatesAt)(context);
            IReadOnlyList<AtomState> others = (second.CodesAt ?? second.StatesAt)(context);
            if (known.TryGetValue((states, others), out IReadOnlyList<AtomState>? both)) return both;
            Dictionary<Rational, AtomState> byCode = others.ToDictionary(s => s.Codes.Low);
            both =
            [
                .. from state in states
                   where byCode.ContainsKey((state.Codes.Low * ratio) + offset)
                   select state with { Values = [.. state.Values, .. byCode[(state.Codes.Low * ratio) + offset].Values] },
            ];
            known.Add((states, others), both);
            return both;
        });
    }

    /// <summary>The code of a number is the number.</summary>
    private Atom NumberAtom(SOp node, LinearForm form)
    {
        Dictionary<int, IReadOnlyList<AtomState>> known = [];
        return new Atom(form, [node], context =>
        {
            ValueSet set = domains.Of(node, context);
            if (!known.TryGetValue(set.Id, out IReadOnlyList<AtomState>? states))
                known.Add(set.Id, states = [.. set.Values.Select(v => new AtomState(CodeRange.At(v.Number), [v]))]);
            return states;
        });
    }

    /// <summary>
    /// A comparison depends on the sign of the difference alone.
    /// <code>
    /// a op b → (a − b) op 0
    /// </code>
    /// </summary>
    private Atom DifferenceAtom(ElementwiseSOp comparison, LinearForm difference)
    {
        Dictionary<(int, int), IReadOnlyList<AtomState>> signs = [];
        Dictionary<(int, int), IReadOnlyList<AtomState>> codes = [];
        return new Atom(difference, [comparison], context => StatesAt(context, signs, all: false))
        {
            CodesAt = context => StatesAt(context, codes, all: true),
        };

        IReadOnlyList<AtomState> StatesAt(int context, Dictionary<(int, int), IReadOnlyList<AtomState>> found, bool all)
        {
            ValueSet left = domains.Of(comparison.Operands[0], context);
            ValueSet right = domains.Of(comparison.Operands[1], context);
            if (found.TryGetValue((left.Id, right.Id), out IReadOnlyList<AtomState>? states)) return states;
            AtomState?[] bySign = Signs(comparison, left.Values, right.Values);
            found.Add((left.Id, right.Id), states = all ? Codes(bySign, left.Values, right.Values) : [.. bySign.OfType<AtomState>()]);
            return states;
        }
    }

    /// <summary>The differences below zero, zero and those above, as far as there are any; both sets are ascending.</summary>
    private static AtomState?[] Signs(ElementwiseSOp comparison, ImmutableArray<Value> left, ImmutableArray<Value> right)
    {
        AtomState?[] states = new AtomState?[3];
        int at = 0;
        foreach (Value a in left)
        {
            // Of the differences on either side of zero only the nearest and the furthest matter.
            while (at < right.Length && right[at].Number < a.Number) at++;
            int above = at < right.Length && right[at].Number == a.Number ? at + 1 : at;
            if (at > 0) Add(a, right[at - 1], a.Number - right[0].Number);
            if (above > at) Add(a, right[at], Rational.Zero);
            if (above < right.Length) Add(a, right[above], a.Number - right[^1].Number);
        }

        return states;

        void Add(Value a, Value b, Rational furthest)
        {
            Rational nearest = a.Number - b.Number;
            ref AtomState? state = ref states[nearest.Sign + 1];
            state ??= new AtomState(CodeRange.At(nearest), [ElementwiseEvaluation.TryApply(comparison, [a, b], out Value result, out _) ? result : (Value?)null]);
            foreach (Rational end in new[] { nearest, furthest })
                state = state with { Codes = new CodeRange(end < state.Codes.Low ? end : state.Codes.Low, end > state.Codes.High ? end : state.Codes.High) };
        }
    }

    /// <summary>A state for each difference; of more than an MLP can tell apart, not all.</summary>
    private static ImmutableArray<AtomState> Codes(AtomState?[] bySign, ImmutableArray<Value> left, ImmutableArray<Value> right)
    {
        HashSet<Rational> differences = [];
        foreach (Value a in left)
        {
            foreach (Value b in right) differences.Add(a.Number - b.Number);
            if (differences.Count > CompileLimits.Readings) break;
        }

        return [.. from difference in differences
                   orderby difference
                   let state = bySign[difference.Sign + 1]
                   select state with { Codes = CodeRange.At(difference) }];
    }

    /// <summary>Several functions of one one-hot variable: its classes, numbered, those on which all functions agree as one.</summary>
    private Atom ViewAtom(Variable variable, Dictionary<SOp, OneHotView> functions)
    {
        ImmutableArray<SOp> nodes = [.. functions.Keys];
        Dictionary<string, int> numbers = [];
        AtomState[] stateOf = new AtomState[variable.Values.Length];
        for (int c = 0; c < stateOf.Length; c++)
        {
            ImmutableArray<Value?> values = [.. nodes.Select(n => functions[n].Values[c])];
            string key = string.Join('\u001e', values.Select(v => v is Value value ? $"{(int)value.Kind}{value}" : string.Empty));
            if (!numbers.TryGetValue(key, out int number)) numbers.Add(key, number = numbers.Count);
            stateOf[c] = new AtomState(CodeRange.At(number), values);
        }

        LinearForm reading = new(Rational.Zero, [new LinearTerm(variable, [.. stateOf.Select(s => s.Codes.Low)])]);
        Dictionary<int, IReadOnlyList<AtomState>> known = [];
        return new Atom(reading, nodes, context =>
        {
            (int id, IEnumerable<int> classes) = ClassesAt(variable, context);
            if (!known.TryGetValue(id, out IReadOnlyList<AtomState>? states))
                known.Add(id, states = [.. classes.Select(c => stateOf[c]).DistinctBy(s => s.Codes)]);
            return states;
        });
    }

    private (int Id, IEnumerable<int> Classes) ClassesAt(Variable variable, int context)
    {
        if (variable == tokens) return (0, Enumerable.Range(0, variable.Values.Length));
        if (variable == indices) return (domains.Space.Position(context), [domains.Space.Position(context)]);
        ValueSet set = domains.Of(variable.SOp, context);
        return (set.Id, set.Values.Select(v => variable.Values.IndexOf(v)));
    }
}
