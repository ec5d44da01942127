using System.Globalization;
using System.Text;
using Rasp.Compiler.Emission;
using Rasp.Compiler.Lowering;
using Rasp.Format;

namespace Rasp.Compiler.Scheduling;

/// <summary>
/// A schedule as text, the same for the same schedule: the columns, then layer by layer the heads with what they score and
/// write, and the MLP's staircases with what they read.
/// </summary>
internal static class PlanPrinter
{
    public static string Print(Schedule schedule, VariableNames names)
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{schedule.Columns} columns");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {Schedule.BeginningColumn}: beginning of sequence");
        foreach (Variable variable in schedule.Variables)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {Columns(schedule, variable)}: {names.Describe(variable)}, {Values(variable)}{Sums(schedule, variable, names)}");
        for (int l = 0; l < schedule.Layers.Length; l++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"layer {l}");
            foreach (ScheduledHead head in schedule.Layers[l].Heads) Append(text, head, schedule, names);
            foreach (ScheduledMlp mlp in schedule.Layers[l].Mlp)
            {
                LinearForm input = mlp.Variable.Staircase.Input;
                text.AppendLine(
                    CultureInfo.InvariantCulture, $"  mlp {names.Describe(mlp.Variable)} → {Columns(schedule, mlp.Variable)}: {mlp.Steps.Length} steps of {Show(input, names)}");
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, ScheduledHead head, Schedule schedule, VariableNames names)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"  head {names.Describe(head.Head.Selector)}: {head.Dimensions} dimensions, beginning {head.Head.BeginningScore:0.####}");
        foreach (ScoreTerm term in head.Head.Terms)
        {
            (string query, string key) = (Show(term.Query, names), Show(term.Key, names));
            text.AppendLine(CultureInfo.InvariantCulture, $"    score {query} · {key}: {term.Features} features, constant {term.Constant}");
        }

        foreach (HeadWrite write in head.Writes)
        {
            MovedValue value = write.Part.Moved;
            string moved = value.Number is LinearForm number ? Show(number, names) : Show(value.OneHot?.Variable, names);
            string empty = value.Empty.Kind == ValueKind.Text ? $"\"{value.Empty}\"" : value.Empty.ToString();
            string factor = write.Part.Factor == Rational.One ? string.Empty : $"{write.Part.Factor} times ";
            text.AppendLine(CultureInfo.InvariantCulture, $"    writes {factor}{names.Describe(write.Variable)} → {Columns(schedule, write.Variable)}: {moved}, {empty} where nothing is selected");
        }
    }

    private static string Values(Variable variable) =>
        variable.Values.IsEmpty ? "ranges" : string.Create(CultureInfo.InvariantCulture, $"{variable.Values.Length} values");

    /// <summary>To which sums the embedding or an MLP adds the variable; of a head it is said where it writes.</summary>
    private static string Sums(Schedule schedule, Variable variable, VariableNames names) => variable is AttentionVariable
        ? string.Empty
        : string.Concat(schedule.Sums(variable).Select(s => $", added to {names.Describe(s.Sum)}"));

    private static string Show(Variable? variable, VariableNames names) => variable is null ? "1" : names.Describe(variable);

    /// <summary>Numbers with their factors; of a variable that holds one of some values, that it is a function of it.</summary>
    private static string Show(LinearForm form, VariableNames names)
    {
        IEnumerable<string> terms = form.Terms.Select(t => t.Variable.Encoding == VariableEncoding.OneHot
            ? $"f({names.Describe(t.Variable)})"
            : t.Weights[0] == Rational.One ? names.Describe(t.Variable) : $"{t.Weights[0]}·{names.Describe(t.Variable)}");
        return string.Join(" + ", form.Constant == Rational.Zero && form.Terms.Length > 0 ? terms : terms.Append(form.Constant.ToString()));
    }

    private static string Columns(Schedule schedule, Variable variable)
    {
        (int first, int width) = (schedule.FirstColumn(variable), schedule.Width(variable));
        return width switch
        {
            0 => "no column",
            1 => first.ToString(CultureInfo.InvariantCulture),
            _ => string.Create(CultureInfo.InvariantCulture, $"{first}..{first + width - 1}"),
        };
    }
}
