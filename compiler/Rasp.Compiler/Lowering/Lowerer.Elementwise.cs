using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>Elementwise expressions as MLP variables: which of them get one, and when.</summary>
internal sealed partial class Lowerer
{
    private readonly HashSet<SOp> materialising = [];

    /// <summary>The s-op as a variable of its own, computed by the earliest MLP that can read what it depends on.</summary>
    private Variable Materialise(SOp sop, VariableEncoding encoding, bool coded = false)
    {
        Dictionary<SOp, Variable> made = encoding == VariableEncoding.OneHot ? oneHot : scalar;
        if (made.TryGetValue(sop, out Variable? known)) return known;
        ImmutableArray<Value> values = domains.Everywhere(sop);
        Rational unit = encoding == VariableEncoding.Linear ? Unit(values) : Rational.One;
        ComputeEarly(sop);
        Staircase staircase = Staircase(sop, encoding, values, unit, coded);
        MlpVariable variable = encoding == VariableEncoding.OneHot
            ? MlpVariable.OneHot(sop, values, staircase)
            : MlpVariable.Scalar(sop, values, unit, staircase);
        made.Add(sop, variable);
        views.Clear();
        return variable;
    }

    /// <summary>
    /// An inexact number of an earlier layer is not packed with others: what depends on it alone is computed where it stands, exactly and
    /// at no cost in depth.
    /// </summary>
    private void ComputeEarly(SOp sop)
    {
        ImmutableArray<Atom> atoms = Atoms(sop);
        if (atoms.Length < 2) return;
        Site needed = Site.Latest(atoms.Select(a => a.Reading.Site));
        if (atoms.Any(IsEarly)) ComputeInside(sop);

        bool IsEarly(Atom atom) => atom.Reading.Error > 0 && atom.Reading.Site.AfterNextMlp <= needed;

        void ComputeInside(SOp outer)
        {
            foreach (SOp inner in Operands(outer).Where(o => IsSplittable(o) && Linear(o) is null))
            {
                if (Atoms(inner) is [var only] && IsEarly(only)) Materialise(inner, VariableEncoding.OneHot);
                else ComputeInside(inner);
            }
        }
    }

    /// <summary>
    /// Gives expressions inside <paramref name="sop"/> variables of their own, so that it becomes a function of fewer or
    /// more precise numbers. First what it is itself composed of; then those that an earlier MLP can compute, sums before their uses: they cost no depth.
    /// Only then the operands themselves. False where nothing is left to split off.
    /// </summary>
    private bool SplitOff(SOp sop)
    {
        if (sop is ElementwiseSOp own && !composed.ContainsKey(own) && (Product(own) ?? Choice(own)) is not null) return true;
        if (!materialising.Add(sop)) return false;
        try
        {
            Site needed = Site.Latest(Atoms(sop).Select(a => a.Reading.Site));
            ImmutableArray<SOp> early = [.. Inner(sop).Where(s => Site.Latest(Atoms(s).Select(a => a.Reading.Site)).AfterNextMlp <= needed)];
            SOp? sum = early.FirstOrDefault(s => s is ElementwiseSOp e && LinearOperation(e, _ => LinearForm.Zero) is not null);
            if (sum is not null)
            {
                NeedLinear(sum);
                return true;
            }

            ImmutableArray<SOp> split = early.IsEmpty ? [.. Operands(sop).Where(IsSplittable)] : [early[0]];
            foreach (SOp inner in split)
            {
                bool inexact = Linear(inner) is LinearForm { Error: > 0 };
                if (inner is ElementwiseSOp e && (Product(e) ?? Choice(e)) is not null) continue;
                Materialise(inner, inner.Type == SOpType.String || inexact ? VariableEncoding.OneHot : VariableEncoding.Linear);
            }

            return !split.IsEmpty;
        }
        finally
        {
            materialising.Remove(sop);
        }
    }

    /// <summary>The expressions inside, outermost first, that are not constants and cannot yet be read as they are.</summary>
    private IEnumerable<SOp> Inner(SOp sop) =>
        Operands(sop).Where(o => IsSplittable(o) && Linear(o) is null).SelectMany(o => Inner(o).Prepend(o)).Distinct();

    private static IEnumerable<SOp> Operands(SOp sop) => (sop switch
    {
        ElementwiseSOp e => e.Operands,
        _ => [],
    }).Distinct();

    /// <summary>Whether a variable of its own would make the s-op easier to read: it has none, or its reading is inexact.</summary>
    private bool IsSplittable(SOp sop) =>
        View(sop) is null && !scalar.ContainsKey(sop) && !oneHot.ContainsKey(sop) && Linear(sop) is not { Error: 0 };
}
