using System.Collections.Immutable;
using System.Globalization;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler.Emission;

/// <summary>Describes the compiled model: sizes, output and every variable under the program's own names.</summary>
internal sealed class ManifestBuilder
{
    private const int LongestExpression = 60;

    private readonly RaspProgram program;
    private readonly Schedule schedule;
    private readonly Lowerer lowerer;
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);
    private readonly Dictionary<object, string> programNames;

    private ManifestBuilder(RaspProgram program, Schedule schedule, Lowerer lowerer)
    {
        this.program = program;
        this.schedule = schedule;
        this.lowerer = lowerer;
        programNames = program.SOps.GroupBy(s => s.SOp).ToDictionary(g => (object)g.Key, g => g.Last().Name);
    }

    /// <summary>The manifest of weights that are not there yet: nothing is counted and nothing verified.</summary>
    public static Manifest Build(
        RaspProgram program, string name, Schedule schedule, Lowerer lowerer, ImmutableArray<LoweredOutput> outputs, ImmutableArray<Value> vocabulary, int maxLength, bool causal)
    {
        ImmutableArray<ScheduledLayer> layers = schedule.Layers;
        return new Manifest(
            Path.GetFileName(program.Path), name,
            layers.Length,
            layers.Select(l => l.Heads.Length).DefaultIfEmpty().Max(),
            schedule.Columns,
            layers.SelectMany(l => l.Heads).Select(h => h.Dimensions).DefaultIfEmpty().Max(),
            layers.Select(l => l.HiddenUnits).DefaultIfEmpty().Max(),
            Parameters: 0, Nonzeros: 0,
            vocabulary, maxLength, causal,
            Outputs(outputs),
            new ManifestBuilder(program, schedule, lowerer).Variables(),
            new ManifestVerification(false, 0, 0, 0, string.Empty));
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
            if (ProgramName(variable) is NamedSOp named && taken.Add(named.Name)) names.Add(variable, named.Name);
        foreach (Variable variable in schedule.Variables)
            if (!names.ContainsKey(variable)) names.Add(variable, Unique(MadeUpName(variable)));
        return
        [
            .. schedule.Variables.Select(v => Resident(v, names[v]))
                .Concat(program.SOps.Where(s => !taken.Contains(s.Name)).Select(Derived).OfType<ManifestVariable>())
                .OrderBy(v => v.Layer).ThenBy(v => v.Site).ThenBy(v => v.Columns[0]).ThenBy(v => !v.Resident),
        ];
    }

    private ManifestVariable Resident(Variable variable, string name)
    {
        int first = schedule.FirstColumn[variable];
        (int line, int column) = ProgramName(variable) is NamedSOp named
            ? (named.Span.StartLine, named.Span.StartColumn)
            : (variable.SOp.Span.StartLine, variable.SOp.Span.StartColumn);
        ManifestVariable described = new(
            name, variable.SOp.Type, line, column, Resident: true, variable.Site.Layer, variable.Site.Kind, variable.Encoding,
            [.. Enumerable.Range(first, variable.Width)], variable.Values);
        return variable.Encoding == VariableEncoding.OneHot
            ? described
            : described with { Weights = [1], Codes = [.. variable.Codes.Select(c => c.ToDouble())] };
    }

    /// <summary>A named s-op that needs no columns of its own, where all it reads is in the model.</summary>
    private ManifestVariable? Derived(NamedSOp named)
    {
        (OneHotView? view, LinearForm? number) = lowerer.ReadingOf(named.SOp);
        Variable[] reads = [.. (view?.Reads ?? number?.Reads ?? []).Distinct()];
        if (reads.Length == 0 || !reads.All(schedule.FirstColumn.ContainsKey)) return null;
        Site site = Site.Latest(reads.Select(r => r.Site));
        if (view is { Variable: Variable variable })
        {
            (Value Value, int Column)[] classes =
                [.. view.Values.Select((v, c) => (v, schedule.FirstColumn[variable] + c)).Where(c => c.v is not null).Select(c => (c.v ?? default, c.Item2))];
            return new ManifestVariable(
                named.Name, named.SOp.Type, named.Span.StartLine, named.Span.StartColumn, Resident: false, site.Layer, site.Kind,
                VariableEncoding.OneHot, [.. classes.Select(c => c.Column)], [.. classes.Select(c => c.Value)]);
        }

        if (number is null) return null;
        ImmutableArray<Value> values = lowerer.Values(named.SOp);
        return new ManifestVariable(
            named.Name, named.SOp.Type, named.Span.StartLine, named.Span.StartColumn, Resident: false, site.Layer, site.Kind,
            VariableEncoding.Linear,
            [.. number.Terms.SelectMany(t => t.Weights.Select((_, c) => schedule.FirstColumn[t.Variable] + c))], values)
        {
            Weights = [.. number.Terms.SelectMany(t => t.Weights.Select(w => w.ToDouble()))],
            Offset = number.Constant.ToDouble(),
            Codes = [.. values.Select(v => v.Number.ToDouble())],
        };
    }

    private NamedSOp? ProgramName(Variable variable) => program.SOps.LastOrDefault(s => s.SOp == variable.SOp);

    /// <summary>The expression itself, where it is short; else what it is and where it stands.</summary>
    private string MadeUpName(Variable variable) =>
        GraphPrinter.Expression(variable.SOp, programNames, LongestExpression) ?? variable.SOp switch
        {
            AggregateSOp => Place("aggregate", variable),
            SelectorWidthSOp => Place("selector_width", variable),
            _ => Place("elementwise", variable),
        };

    private static string Place(string kind, Variable variable) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}@{variable.SOp.Span.StartLine}:{variable.SOp.Span.StartColumn}");

    private string Unique(string name)
    {
        string unique = name;
        for (int i = 2; !taken.Add(unique); i++) unique = string.Create(CultureInfo.InvariantCulture, $"{name}#{i}");
        return unique;
    }
}
