using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler.Certification;

/// <summary>The proof for inputs of up to one length, layer by layer: what the columns of each variable are off by at most.</summary>
internal sealed class LengthProof(
    Schedule schedule, DomainAnalysis domains, FeatureReadings features, NumberFormat format, int maxLength, Func<Variable, string> describe)
{
    private readonly Dictionary<Variable, ErrorBound> errors = [];
    private readonly Dictionary<Variable, ImmutableArray<double>> columnErrors = [];
    private readonly Dictionary<Variable, ImmutableArray<int>> classes = [];
    private readonly Dictionary<Variable, double[]> largestColumns = [];
    private readonly Dictionary<AttentionVariable, SumBound> sums = [];
    private readonly Dictionary<AttentionVariable, SumErrors> shares = [];
    private readonly Dictionary<Variable, Dictionary<double, Interval>> means = [];

    public Proof Proof { get; } = new();

    public DomainAnalysis Domains => domains;

    public NumberFormat Format => format;

    public int MaxLength => maxLength;

    public FeatureReadings Features => features;

    public Proof Run(ImmutableArray<LoweredOutput> outputs, BeginningRow beginning, Manifest manifest)
    {
        foreach (EmbeddingVariable variable in schedule.Variables.OfType<EmbeddingVariable>())
        {
            errors.Add(variable, new ErrorBound(Classes(variable).Max(c => schedule.Vectors(variable)[c].Select(RoundingOf).DefaultIfEmpty().Max()), 0));
            foreach ((AttentionVariable sum, ImmutableArray<Rational> weights) in schedule.Sums(variable)) AddOther(sum, new LinearTerm(variable, weights), 0);
        }

        foreach (AttentionVariable sum in schedule.Variables.OfType<AttentionVariable>().Where(v => v.Grid > 0))
        {
            Add(sum, new ErrorBound(SumBound.OffsetRounding(sum, format), 0));
            Proof.Require(SumOf(sum).Most < sum.GridOffset / 3, () => $"{Describe(sum)}: a sum of up to {SumOf(sum).Most:G6} passes what its grid is made for");
        }

        for (int layer = 0; layer < schedule.Layers.Length && Proof.Failure is null; layer++)
        {
            ScheduledLayer scheduled = schedule.Layers[layer];
            for (int h = 0; h < scheduled.Heads.Length; h++) new HeadProof(this, schedule, beginning, layer, h).Run(scheduled.Heads[h]);
            foreach (ScheduledMlp mlp in scheduled.Mlp) new StaircaseProof(this, schedule).Run(mlp);
        }

        for (int o = 0; o < outputs.Length && Proof.Failure is null; o++) new OutputProof(this, schedule).Run(outputs[o], manifest.Outputs[o]);
        return Proof;
    }

    /// <summary>What a block writes is off by this; what several heads add to one variable adds up.</summary>
    public void Add(Variable variable, ErrorBound error) => errors[variable] = errors.TryGetValue(variable, out ErrorBound other)
        ? new ErrorBound(other.Absolute + error.Absolute, Math.Max(other.Relative, error.Relative))
        : error;

    /// <summary>What an MLP writes is off by this in each column.</summary>
    public void Add(Variable variable, ImmutableArray<double> columns)
    {
        columnErrors.Add(variable, columns);
        Add(variable, new ErrorBound(columns.DefaultIfEmpty().Max(), 0));
    }

    /// <summary>What the embedding or an MLP adds to a sum, off by <paramref name="inexact"/> before it is rounded.</summary>
    public void AddOther(AttentionVariable sum, LinearTerm other, double inexact)
    {
        ImmutableArray<Rational> added = SumBound.Added(this, other);
        double most = added.Select(x => Math.Abs(x.ToDouble())).DefaultIfEmpty().Max();
        double rounding = inexact == 0 ? added.Select(RoundingOf).DefaultIfEmpty().Max() : format.Unit * most;
        AddShare(sum, added, new ErrorBound(inexact + rounding, 0), most);
    }

    /// <summary>What is added to a sum: the numbers that it can be, each off by <paramref name="own"/>, the largest of <paramref name="most"/>.</summary>
    public void AddShare(AttentionVariable sum, IEnumerable<Rational> added, ErrorBound own, double most)
    {
        if (!shares.TryGetValue(sum, out SumErrors? errors)) shares.Add(sum, errors = new SumErrors(SumOf(sum), format));
        errors.Add(added, own);
        Add(sum, SumOf(sum).Share(own, most, format));
    }

    /// <summary>What a column of means is off by at each of them.</summary>
    public void AddMeans(Variable variable, Dictionary<double, Interval> ofMeans) => means.Add(variable, ofMeans);

    public SumBound SumOf(AttentionVariable sum)
    {
        if (!sums.TryGetValue(sum, out SumBound? bound)) sums.Add(sum, bound = SumBound.Of(this, sum));
        return bound;
    }

    public ErrorBound Of(Variable variable) => errors[variable];

    /// <summary>What a scalar variable's column is off by where it stands for a code that is one of its numbers, not only between two.</summary>
    public Interval ErrorAt(Variable variable, double code)
    {
        if (means.TryGetValue(variable, out Dictionary<double, Interval>? ofMeans) && ofMeans.TryGetValue(code, out Interval known)) return known;
        double bound = errors[variable].At(code);
        return Interval.Around(bound > 0 && variable is AttentionVariable { Grid: 0 } sum && shares.TryGetValue(sum, out SumErrors? ofSums) && ofSums.At(code) is double at
            ? Math.Min(at, bound)
            : bound);
    }

    public string Describe(Variable variable) => describe(variable);

    /// <summary>The classes of a one-hot variable that occur in inputs of up to the length.</summary>
    public ImmutableArray<int> Classes(Variable variable)
    {
        if (classes.TryGetValue(variable, out ImmutableArray<int> known)) return known;
        ImmutableArray<int> found = variable is EmbeddingVariable
            ? [.. Enumerable.Range(0, variable.SOp is Graph.IndicesSOp ? Math.Min(maxLength, variable.Values.Length) : variable.Values.Length)]
            : [.. domains.Everywhere(variable.SOp, maxLength).Select(v => variable.Values.IndexOf(v)).Where(c => c >= 0)];
        classes.Add(variable, found);
        return found;
    }

    /// <summary>The largest |code| of a scalar variable in inputs of up to the length.</summary>
    public double LargestCode(Variable variable) => variable is AttentionVariable { IsPacked: true }
        ? variable.Codes.Max(c => Math.Abs(c.ToDouble()))
        : domains.Everywhere(variable.SOp, maxLength).Select(v => Math.Abs((v.Number / variable.Unit).ToDouble())).DefaultIfEmpty().Max();

    public double RoundingOf(Rational x) => Math.Abs(format.Round(x.ToDouble()) - x.ToDouble());

    /// <summary>What a weighted sum of a variable's columns is off by, before it is rounded, and the sum of its terms' magnitudes.</summary>
    public (double Error, double Magnitude) Reading(Variable variable, ColumnReading reading)
    {
        double error = 0;
        double magnitude = 0;
        ErrorBound own = errors[variable];
        bool known = columnErrors.TryGetValue(variable, out ImmutableArray<double> columns);
        for (int c = 0; c < reading.Coefficients.Length; c++)
        {
            if (reading.Coefficients[c] == Rational.Zero) continue;
            double largest = LargestColumn(variable, c);
            double coefficient = Math.Abs(reading.Coefficients[c].ToDouble());
            double columnError = known ? columns[c] : own.At(largest);
            error += (coefficient * columnError) + (RoundingOf(reading.Coefficients[c]) * (largest + columnError));
            magnitude += coefficient * (largest + columnError);
        }

        return (error, magnitude);
    }

    /// <summary>A number as a layer computes it: the errors of what is read, of the sum in fp32, and of rounding the result.</summary>
    public ErrorBound Number(LinearForm form, IEnumerable<Rational> results)
    {
        double error = 0;
        double magnitude = 0;
        Rational constant = form.Constant;
        bool whole = true;
        foreach (LinearTerm term in form.Terms)
        {
            ColumnReading reading = schedule.Read(term.Variable, term.Weights);
            (double e, double m) = Reading(term.Variable, reading);
            error += e;
            magnitude += m;
            constant += reading.Constant;
            whole &= HoldsWholeNumbers(term.Variable) && reading.Coefficients.All(c => c.IsInteger);
        }

        error += RoundingOf(constant);
        magnitude += Math.Abs(constant.ToDouble());
        bool exactSum = error == 0 && whole && constant.IsInteger && magnitude <= SinglePrecision.ExactIntegers;
        if (!exactSum) error += (form.Terms.Sum(t => schedule.Width(t.Variable)) + 2) * SinglePrecision.Rounding * magnitude;
        bool heldExactly = exactSum && results.All(r => format.Holds(r.ToDouble()));
        Proof.Require(magnitude <= format.Largest, () => $"a number of {magnitude:G3} passes the largest of {format.Name}");
        return heldExactly ? ErrorBound.Exact : new ErrorBound((error * (1 + format.Unit)) + format.Tiny, format.Unit);
    }

    /// <summary>Whether the columns hold whole numbers, so that sums of them are exact.</summary>
    public bool HoldsWholeNumbers(Variable variable) => errors[variable].IsExact && GridOf(variable) == 1;

    /// <summary>A power of two, at most 1, of which every number that one of the variable's columns stands for is a multiple; 0: none is known.</summary>
    public double GridOf(Variable variable) => variable is AttentionVariable { IsPacked: true } sum
        ? SumOf(sum).Grid
        : Held(variable).Select(x => PowerOfTwo.Dividing(x.ToDouble())).DefaultIfEmpty(1).Min();

    /// <summary>Every number that one of the variable's columns stands for.</summary>
    public IEnumerable<Rational> Held(Variable variable) => variable.Encoding == VariableEncoding.OneHot
        ? Classes(variable).SelectMany(c => schedule.Vectors(variable)[c])
        : variable.Codes;

    /// <summary>The largest magnitude of what one of the variable's columns stands for.</summary>
    public double LargestColumn(Variable variable, int column)
    {
        if (variable.Encoding != VariableEncoding.OneHot) return LargestCode(variable);
        if (!largestColumns.TryGetValue(variable, out double[]? largest))
        {
            ImmutableArray<ImmutableArray<Rational>> vectors = schedule.Vectors(variable);
            largest = new double[schedule.Width(variable)];
            foreach (int c in Classes(variable))
                for (int i = 0; i < largest.Length; i++) largest[i] = Math.Max(largest[i], Math.Abs(vectors[c][i].ToDouble()));
            largestColumns.Add(variable, largest);
        }

        return largest[column];
    }
}
