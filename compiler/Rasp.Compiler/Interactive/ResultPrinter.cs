using System.Collections.Immutable;
using System.Text;
using Rasp.Compiler.Binding;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Syntax;

namespace Rasp.Compiler.Interactive;

/// <summary>
/// Results in the original interpreter's format, blanks included, so that outputs can be compared. What cannot be
/// evaluated on an example is reported among the diagnostics, and the text is then incomplete.
/// </summary>
internal sealed class ResultPrinter(DisplaySettings settings, DisplayNames names, FunctionOrigins origins, Evaluator evaluator)
{
    private readonly StringBuilder text = new();

    public string Print(Outcome outcome)
    {
        switch (outcome)
        {
            case NamedOutcome o:
                Named(o.Name, o.Value, o.Place, 0, string.Empty);
                break;
            case AppliedOutcome { Subject: SOpValue sop } o:
                Applied(sop, o);
                break;
            case AppliedOutcome { Subject: SelectorValue selector } o when evaluator.Evaluate(selector, o.Input, o.Place) is { } cells:
                Line("\t = ");
                Text(SequenceText.Grid(o.Input, cells, string.Empty));
                break;
            case ExampleOutcome o:
                if (o.Subject != ExampleSubject.Selector) Line($"\ts-op example: {settings.SOpExample.Notation}");
                if (o.Subject != ExampleSubject.SOp) Line($"\tselector example: {settings.SelectorExample.Notation}");
                break;
        }

        return text.ToString();
    }

    private void Applied(SOpValue sop, AppliedOutcome outcome)
    {
        if (evaluator.Evaluate(sop, outcome.Input, outcome.Place) is not { } values) return;
        if (!settings.IsFullSequence) Line($"\t =  {SequenceText.Short(values)}");
        else if (values.IsUniform) Line($"\t =   {SequenceText.Short(values)} {SequenceText.Skipped}");
        else Text($"\t = \n{SequenceText.Full(outcome.Input, values, string.Empty)}");
    }

    private void Named(string? name, CompileTimeValue value, SourceSpan place, int depth, string prefix)
    {
        string indent = new('\t', depth);
        switch (value)
        {
            case SOpValue sop:
                string called = name ?? names.Of(sop);
                Line($"{indent} {prefix}    s-op: {called}");
                if (settings.ShowsSOpExamples) SOpExample(called, sop, place, indent);
                break;
            case SelectorValue selector:
                Line($"{indent} {prefix}    selector: {name ?? names.Of(selector)}");
                if (settings.ShowsSelectorExamples) SelectorExample(selector, place, indent);
                break;
            case FunctionValue or BuiltInValue:
                Line($"{indent} {prefix}    {origins.Describe(value)}");
                break;
            case ListValue list:
                List(name, list, place, depth, prefix);
                break;
            case DictionaryValue dictionary:
                Dictionary(name, dictionary, place, depth, prefix);
                break;
            default:
                Line($"{indent}    value: {Assigned(name)} {ValueNotation.Of(value)}");
                break;
        }
    }

    private void SOpExample(string name, SOpValue sop, SourceSpan place, string indent)
    {
        if (evaluator.Evaluate(sop, settings.SOpExample, place) is not { } values) return;
        string call = $"{name}({settings.SOpExample.Notation}) =";
        if (!settings.IsFullSequence) Line($"{indent} \t Example: {call} {SequenceText.Short(values)}");
        else if (values.IsUniform) Line($"{indent} \t Example: {call} {SequenceText.Short(values)} {SequenceText.Skipped}");

        // The original prints the selectors' example as the input of s-ops.
        else Text($"{indent} \t Example:\n{SequenceText.Full(settings.SelectorExample, values, indent)}");
    }

    private void SelectorExample(SelectorValue selector, SourceSpan place, string indent)
    {
        if (evaluator.Evaluate(selector, settings.SelectorExample, place) is not { } cells) return;
        Line($"{indent} \t Example:");
        Text(SequenceText.Grid(settings.SelectorExample, cells, indent));
    }

    private void List(string? name, ListValue list, SourceSpan place, int depth, string prefix)
    {
        string label = $"   list: {Assigned(name)}";
        if (!Open(label, '[', list, list.Elements, depth, prefix)) return;
        foreach (CompileTimeValue element in list.Elements) Named(null, element, place, depth + 2, string.Empty);
        Close(label, ']', depth);
    }

    private void Dictionary(string? name, DictionaryValue dictionary, SourceSpan place, int depth, string prefix)
    {
        string label = $"   dict: {Assigned(name)}";
        ImmutableArray<CompileTimeValue> values = [.. dictionary.Keys.Select(k => dictionary.Entries[k.Value])];
        if (!Open(label, '{', dictionary, values, depth, prefix)) return;
        for (int i = 0; i < values.Length; i++) Named(null, values[i], place, depth + 3, $"{ValueNotation.Of(dictionary.Keys[i])} : ");
        Close(label, '}', depth);
    }

    /// <summary>Writes plain contents on the line of their label, and returns true where the contents need lines of their own.</summary>
    private bool Open(string label, char bracket, CompileTimeValue whole, ImmutableArray<CompileTimeValue> contents, int depth, string prefix)
    {
        string indent = new('\t', depth);
        bool isPlain = contents.All(v => v is AtomValue or FunctionValue or BuiltInValue);
        Line($"{indent} {prefix} {label}{(isPlain ? ValueNotation.Of(whole) : $"{indent} {bracket}")}");
        return !isPlain;
    }

    private void Close(string label, char bracket, int depth) => Line($"{new string('\t', depth)}{new string(' ', label.Length + 2)}{bracket}");

    private static string Assigned(string? name) => name is null ? string.Empty : $"{name} = ";

    private void Line(string line) => text.Append(line).Append('\n');

    private void Text(string lines) => text.Append(lines);
}
