using System.Collections.Immutable;
using System.Globalization;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler.Emission;

/// <summary>Describes the compiled model: sizes, output and every variable under the program's own names.</summary>
internal sealed class ManifestBuilder
{
    private readonly RaspProgram program;
    private readonly Schedule schedule;
    private readonly Lowerer lowerer;
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);
    private readonly VariableNames variableNames;
    private readonly HashSet<object> reachable;
    private readonly Dictionary<Variable, int> lastLayer;

    private ManifestBuilder(RaspProgram program, CompilationPlan plan)
    {
        this.program = program;
        schedule = plan.Schedule;
        lowerer = plan.Lowerer;
        variableNames = new VariableNames(program);
        reachable = [.. ProgramGraph.Reachable(plan.Outputs.Select(o => o.Export.SOp))];
        lastLayer = schedule.Variables.ToDictionary(v => v, v => v.Site.Layer);
        foreach (Variable reader in schedule.Variables)
            foreach (Variable read in reader.Reads) lastLayer[read] = Math.Max(lastLayer[read], reader.Site.Layer);
        foreach (Variable read in plan.Outputs.SelectMany(o => o.Reads)) lastLayer[read] = schedule.Layers.Length;
    }

    /// <summary>The manifest of weights that are not there yet: nothing is counted and nothing verified.</summary>
    public static Manifest Build(RaspProgram program, string name, CompilationPlan plan) => Sized(plan) with
    {
        Program = Path.GetFileName(program.Path),
        Name = name,
        Variables = new ManifestBuilder(program, plan).Variables(),
    };

    /// <summary>The same without names and variables.</summary>
    public static Manifest Sized(CompilationPlan plan)
    {
        ImmutableArray<ScheduledLayer> layers = plan.Schedule.Layers;
        Manifest manifest = new(
            string.Empty, string.Empty,
            layers.Length,
            layers.Select(l => l.Heads.Length).DefaultIfEmpty().Max(),
            plan.Schedule.Columns,
            layers.SelectMany(l => l.Heads).Select(h => h.Dimensions).DefaultIfEmpty().Max(),
            layers.Select(l => l.HiddenUnits).DefaultIfEmpty().Max(),
            Parameters: 0, Nonzeros: 0,
            plan.Vocabulary, plan.Domains.Space.MaxLength, plan.Domains.Space.Causal,
            Outputs(plan.Outputs),
            [],
            new ManifestVerification(false, 0, 0, 0, string.Empty));
        return manifest with { Parameters = CompiledWeights.Shapes(manifest).Sum(s => s.Shape.Aggregate(1L, (product, size) => product * size)) };
    }

    private static ImmutableArray<ManifestOutput> Outputs(ImmutableArray<LoweredOutput> outputs)
    {
        int first = 0;
        List<ManifestOutput> described = [];
        foreach (LoweredOutput output in outputs)
        {
            described.Add(new ManifestOutput(
                output.Export.Name, output.Export.SOp.Type, first, output.Values, [.. output.Codes.Select(c => c.ToDouble())]));
            first += described[^1].Logits;
        }

        return [.. described];
    }

    private ImmutableArray<ManifestVariable> Variables()
    {
        // The program's names go first, so that a made-up name never takes one.
        Dictionary<Variable, string> names = [];
        foreach (Variable variable in schedule.Variables)
            if (variableNames.Named(variable) is NamedSOp named && taken.Add(named.Name)) names.Add(variable, named.Name);
        foreach (Variable variable in schedule.Variables)
            if (!names.ContainsKey(variable)) names.Add(variable, Unique(variableNames.MadeUp(variable)));
        return
        [
            .. schedule.Variables.Select(v => Resident(v, names[v]))
                .OfType<ManifestVariable>()
                .Concat(program.SOps.Where(s => !taken.Contains(s.Name) && reachable.Contains(s.SOp)).Select(Derived).OfType<ManifestVariable>())
                .OrderBy(v => v.Layer).ThenBy(v => v.Site).ThenBy(v => v.Columns[0]).ThenBy(v => !v.Resident),
        ];
    }

    /// <summary>A variable in columns of its own; null where the columns do not tell its values apart, or hold numbers that nobody lists, since nothing needs that.</summary>
    private ManifestVariable? Resident(Variable variable, string name)
    {
        SourceSpan span = variableNames.Named(variable)?.Span ?? variable.SOp.Span;
        int first = schedule.FirstColumn(variable);
        ManifestVariable described = Describe(
            name, variable.SOp.Type, span, true, variable.Site, variable.Encoding, [.. Enumerable.Range(first, schedule.Width(variable))], variable.Values,
            [variable]) with
        {
            Sums = [.. schedule.Sums(variable).Select(s => new ManifestSum(schedule.FirstColumn(s.Sum), [.. s.Weights.Select(w => w.ToDouble())]))],
        };
        if (variable.Encoding == VariableEncoding.Linear)
            return variable.Values.IsEmpty ? null : described with { Weights = [1], Codes = [.. variable.Codes.Select(c => c.ToDouble())] };
        ImmutableArray<ImmutableArray<Rational>> vectors = schedule.Vectors(variable);
        if (vectors.Distinct(RowComparer<Rational>.Instance).Count() < vectors.Length || vectors[0].IsEmpty) return null;
        if (vectors.Length == vectors[0].Length && Enumerable.Range(0, vectors.Length).All(i => vectors[i][i] == Rational.One && vectors[i].Count(x => x != Rational.Zero) == 1))
            return described;
        return described with
        {
            Encoding = VariableEncoding.Vector,
            Vectors = [.. vectors.Select(v => v.Select(x => x.ToDouble()).ToImmutableArray())],
        };
    }

    /// <summary>A named s-op that needs no columns of its own, where all it reads is in the model.</summary>
    private ManifestVariable? Derived(NamedSOp named)
    {
        (OneHotView? view, LinearForm? number) = lowerer.ReadingOf(named.SOp);
        Variable[] reads = [.. (view?.Reads ?? number?.Reads ?? []).Distinct()];
        if (reads.Length == 0 || !reads.All(schedule.Contains)) return null;
        Site site = Site.Latest(reads.Select(r => r.Site));
        if (view is { Variable: Variable variable }) return Derived(named, view, variable, site);
        if (number is null) return null;
        ImmutableArray<Value> values = lowerer.Values(named.SOp);
        List<(int Column, Rational Weight)> weights = [];
        Rational offset = number.Constant;
        foreach (LinearTerm term in number.Terms)
        {
            if (schedule.TryRead(term.Variable, term.Weights) is not ColumnReading reading) return null;
            offset += reading.Constant;
            weights.AddRange(reading.Coefficients.Select((w, c) => (schedule.FirstColumn(term.Variable) + c, w)).Where(w => w.w != Rational.Zero));
        }

        return weights.Count == 0 ? null : Describe(
            named.Name, named.SOp.Type, named.Span, false, site, VariableEncoding.Linear, [.. weights.Select(w => w.Column)], values, reads) with
        {
            Weights = [.. weights.Select(w => w.Weight.ToDouble())],
            Offset = offset.ToDouble(),
            Codes = [.. values.Select(v => v.Number.ToDouble())],
        };
    }

    /// <summary>A function of one variable; null where the variable's columns do not tell the function's values apart.</summary>
    private ManifestVariable? Derived(NamedSOp named, OneHotView view, Variable variable, Site site)
    {
        ImmutableArray<ImmutableArray<Rational>> vectors = schedule.Vectors(variable);
        int[] classes = [.. Enumerable.Range(0, vectors.Length).Where(c => view.Values[c] is not null)];
        bool decodes = vectors[0].Length > 0
            && classes.GroupBy(c => vectors[c], RowComparer<Rational>.Instance).All(g => g.Select(c => view.Values[c]).Distinct().Count() == 1);
        if (!decodes) return null;
        (Value Value, ImmutableArray<Rational> Vector)[] distinct =
            [.. classes.Select(c => (view.Values[c] ?? default, vectors[c])).DistinctBy(x => x.Item2, RowComparer<Rational>.Instance)];
        return Describe(
            named.Name, named.SOp.Type, named.Span, false, site, VariableEncoding.Vector,
            [.. Enumerable.Range(schedule.FirstColumn(variable), schedule.Width(variable))], [.. distinct.Select(d => d.Value)], [variable]) with
        {
            Vectors = [.. distinct.Select(d => d.Vector.Select(x => x.ToDouble()).ToImmutableArray())],
        };
    }

    private ManifestVariable Describe(
        string name, SOpType type, SourceSpan span, bool resident, Site site, VariableEncoding encoding, ImmutableArray<int> columns, ImmutableArray<Value> values,
        IEnumerable<Variable> reads) =>
        new(name, type, span.StartLine, span.StartColumn, resident, site.Layer, site.Kind, encoding, columns, values)
        {
            EndLine = span.EndLine,
            EndColumn = span.EndColumn,
            LastLayer = reads.Min(r => lastLayer[r]),
        };

    private string Unique(string name)
    {
        string unique = name;
        for (int i = 2; !taken.Add(unique); i++) unique = string.Create(CultureInfo.InvariantCulture, $"{name}#{i}");
        return unique;
    }
}
