using System.Collections.Immutable;
using System.Globalization;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Tool.Text;

/// <summary>
/// <c>inspect --types</c>: the names of a program with their types, and the values that an s-op can take where the
/// vocabulary and the maximum length are known. The values may be too many, never too few.
/// </summary>
internal static class TypeTable
{
    private const int FewValues = 12;

    public static void Write(TextWriter output, RaspProgram program, bool json)
    {
        DomainAnalysis? domains = Domains(program.Settings);
        (TypedName Name, ImmutableArray<Value>? Values)[] rows = [.. program.Names.Select(n => (n, Values(n, domains)))];
        if (json)
        {
            WriteJson(output, program, rows);
            return;
        }

        TextTable.Write(
            output,
            ["name", "kind", "type", "values", "line"],
            rows.Select(r => new[]
            {
                r.Name.Name,
                Kind(r.Name.Kind),
                r.Name.Type,
                r.Values is { } values ? Summary(values) : string.Empty,
                string.Create(CultureInfo.InvariantCulture, $"{r.Name.Span.StartLine},{r.Name.Span.StartColumn}"),
            }));
        if (domains is null) output.WriteLine("(the values of s-ops are known for a vocabulary and a maximum length: give --vocab and --max-length)");
    }

    private static void WriteJson(TextWriter output, RaspProgram program, (TypedName Name, ImmutableArray<Value>? Values)[] rows) =>
        JsonLine.Write(output, json =>
        {
            json.WriteString("program", program.Path);
            json.WriteStartArray("names");
            foreach ((TypedName name, ImmutableArray<Value>? values) in rows)
            {
                json.WriteStartObject();
                json.WriteString("name", name.Name);
                json.WriteString("kind", Kind(name.Kind));
                json.WriteString("type", name.Type);
                json.WriteNumber("line", name.Span.StartLine);
                json.WriteNumber("column", name.Span.StartColumn);
                if (values is { } known) ValueText.WriteList(json, "values", known);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });

    private static DomainAnalysis? Domains(CompileSettings settings) =>
        settings is { Vocabulary: { IsEmpty: false } vocabulary, MaxLength: int maxLength }
            ? new DomainAnalysis(vocabulary, new ContextSpace(maxLength, settings.Causal ?? false))
            : null;

    /// <summary>Null where they are not known or too many to list.</summary>
    private static ImmutableArray<Value>? Values(TypedName name, DomainAnalysis? domains)
    {
        if (name.SOp is ConstantSOp constant) return [constant.Value];
        if (name.SOp is null || domains is null) return null;
        try
        {
            return domains.Everywhere(name.SOp);
        }
        catch (DomainLimitException)
        {
            return null;
        }
    }

    private static string Kind(NameKind kind) => kind switch
    {
        NameKind.SOp => "s-op",
        NameKind.Selector => "selector",
        NameKind.Function => "function",
        _ => "value",
    };

    /// <summary>0..9 for neighbouring integers, the values themselves where they are few, else the first, the last and how many.</summary>
    private static string Summary(ImmutableArray<Value> values)
    {
        if (values.IsEmpty) return "none";
        bool areNeighbours = values.Length > 2 && values.All(v => v.Kind == ValueKind.Number && v.Number.IsInteger) &&
            values[^1].Number.Numerator - values[0].Number.Numerator == values.Length - 1;
        if (areNeighbours) return $"{ValueText.Format(values[0])}..{ValueText.Format(values[^1])}";
        if (values.Length <= FewValues) return string.Join(' ', values.Select(ValueText.Format));
        return string.Create(CultureInfo.InvariantCulture, $"{ValueText.Format(values[0])} … {ValueText.Format(values[^1])} ({values.Length} values)");
    }
}
