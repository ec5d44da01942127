using System.Collections.Frozen;
using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Syntax;
using Rasp.Format;

namespace Rasp.Compiler.Binding;

/// <summary><c>x[i]</c> and <c>x in y</c>: of compile-time values at once, of s-ops through a finite table.</summary>
internal sealed class Indexing(BindingSession session, ElementwiseBinder elementwise)
{
    // So many entries of a list or a dictionary are read in the time of a step.
    private const int EntriesAStep = 4;

    private static readonly UnknownValue Unknown = new();

    // By reference: what is read twice is the same object.
    private readonly Dictionary<CompileTimeValue, (LookupTable Table, SOpType Type)> tables = [];

    public CompileTimeValue Bind(IndexSyntax syntax, CompileTimeValue target, CompileTimeValue index)
    {
        SourceSpan span = session.At(syntax.Span);
        switch (target, index)
        {
            case (UnknownValue, _) or (_, UnknownValue):
                return Unknown;
            case (SOpValue sop, AtomValue { Type: SOpType.Int } position):
                return new SOpValue(ReadPosition(sop.SOp, position.Value, span));
            case (ListValue list, AtomValue { Type: SOpType.Int }):
                return FromSequence(list.Elements.Length, i => list.Elements[i], index, syntax);
            case (ListValue list, _):
                return FromSequence(list, list.Elements, index, syntax, span);
            case (AtomValue { Type: SOpType.String } text, AtomValue { Type: SOpType.Int }):
                return FromSequence(text.Value.Text.Length, i => new AtomValue(text.Value.Text[i].ToString(), SOpType.String), index, syntax);
            case (AtomValue { Type: SOpType.String } text, _):
                if (!session.TryStep(syntax.Span, text.Value.Text.Length / EntriesAStep)) return Unknown;
                return FromSequence(text, [.. text.Value.Text.Select(c => new AtomValue(c.ToString(), SOpType.String))], index, syntax, span);
            case (DictionaryValue dictionary, AtomValue key):
                if (dictionary.Entries.TryGetValue(key.Value, out CompileTimeValue? value)) return value;
                session.Diagnostics.MissingKey(session.At(syntax.Index.Span), key.Value.ToString());
                return Unknown;
            case (DictionaryValue dictionary, SOpValue key):
                return Lookup(dictionary, dictionary.Keys, () => [.. dictionary.Keys.Select(k => dictionary.Entries[k.Value])], key.SOp, "the values of the dictionary", span);
            case (SOpValue, SOpValue):
                session.Diagnostics.WrongKind(session.At(syntax.Index.Span), "an int (load_from_location reads at an s-op)", index.Description, index.Advice);
                return Unknown;
            case (ListValue or DictionaryValue or SOpValue, _):
                session.Diagnostics.WrongKind(session.At(syntax.Index.Span), "an int or an s-op", index.Description, index.Advice);
                return Unknown;
            default:
                session.Diagnostics.WrongKind(session.At(syntax.Target.Span), "a list, a dictionary, a string or an s-op", target.Description, target.Advice);
                return Unknown;
        }
    }

    /// <summary>Whether an s-op or selector can be run on it: a string or a list of single values of one type; reported where not.</summary>
    public bool IsInput(CompileTimeValue value, SourceSpan span)
    {
        switch (value)
        {
            case UnknownValue or DictionaryValue or AtomValue { Type: SOpType.String }:
                return true;
            case ListValue list when list.Elements.All(e => e is AtomValue or UnknownValue):
                SOpType?[] types = [.. list.Elements.OfType<AtomValue>().Select(a => (SOpType?)a.Type)];
                if (types.Length == 0 || types.Aggregate((a, b) => a is { } x && b is { } y ? ElementwiseBinder.CommonType(x, y) : null) is not null) return true;
                session.Diagnostics.MixedEntries(session.At(span), "the tokens of an input");
                return false;
            default:
                session.Diagnostics.WrongKind(session.At(span), "an input, a string or a list of single values,", value.Description, value.Advice);
                return false;
        }
    }

    public CompileTimeValue Contains(ContainedSyntax syntax, CompileTimeValue item, CompileTimeValue container)
    {
        SourceSpan span = session.At(syntax.Span);
        ImmutableArray<CompileTimeValue> elements;
        switch (container)
        {
            case UnknownValue:
                return Unknown;
            case ListValue list:
                elements = list.Elements;
                break;
            case DictionaryValue dictionary:
                elements = [.. dictionary.Keys];
                break;
            case SOpValue values when item is AtomValue searched:
                return ContainsAtom(values.SOp, searched, span);
            case AtomValue { Type: SOpType.String } text when item is AtomValue { Type: SOpType.String } part:
                return new AtomValue(text.Value.Text.Contains(part.Value.Text, StringComparison.Ordinal), SOpType.Bool);
            case SOpValue when item is UnknownValue:
                return Unknown;
            default:
                session.Diagnostics.WrongKind(session.At(syntax.Container.Span), "a list or a dictionary", container.Description, container.Advice);
                return Unknown;
        }

        if (!session.TryStep(syntax.Span, elements.Length / EntriesAStep)) return Unknown;
        if (item is UnknownValue || elements.Any(e => e is UnknownValue)) return Unknown;
        if (item is SOpValue && elements.Any(e => e is not AtomValue))
        {
            session.Diagnostics.MixedEntries(session.At(syntax.Container.Span), "the elements of a list after 'in'");
            return Unknown;
        }

        ImmutableArray<AtomValue> atoms = [.. elements.OfType<AtomValue>()];
        switch (item)
        {
            case AtomValue atom:
                return new AtomValue(atoms.Any(a => a.Value == atom.Value), SOpType.Bool);
            case SOpValue sop:
                FrozenDictionary<Value, Value> table = atoms.Select(a => a.Value).Distinct().ToFrozenDictionary(v => v, _ => Value.True);
                return new SOpValue(elementwise.Lookup(sop.SOp, new LookupTable(table, Value.False), SOpType.Bool, span));
            default:
                session.Diagnostics.WrongKind(session.At(syntax.Item.Span), "an s-op or a single value", item.Description, item.Advice);
                return Unknown;
        }
    }

    /// <summary><c>"a" in sop</c>: whether any position holds the value, at every position.</summary>
    private CompileTimeValue ContainsAtom(SOp sop, AtomValue searched, SourceSpan span)
    {
        GraphBuilder graph = session.Graph;
        SOp value = graph.Constant(searched.Value, searched.Type, span);
        if (elementwise.Apply(ElementwiseOperator.Equal, "==", sop, value, span) is not { } isEqual) return Unknown;
        Selector equal = graph.Select(isEqual, graph.Constant(true, SOpType.Bool, span), Comparison.Equal, span);
        SOp share = graph.Aggregate(equal, graph.Constant(1, SOpType.Int, span), 0, SOpType.Int, span);
        SOp? isAnywhere = elementwise.Apply(ElementwiseOperator.Greater, ">", share, graph.Constant(0, SOpType.Int, span), span);
        return isAnywhere is null ? Unknown : new SOpValue(isAnywhere);
    }

    private CompileTimeValue FromSequence(int count, Func<int, CompileTimeValue> element, CompileTimeValue index, IndexSyntax syntax)
    {
        Rational at = ((AtomValue)index).Value.Number;
        if (at < count && at >= -count) return element((int)(at.Sign < 0 ? at + count : at).Numerator);
        session.Diagnostics.IndexOutOfRange(session.At(syntax.Index.Span), at.ToString(), count);
        return Unknown;
    }

    private CompileTimeValue FromSequence(
        CompileTimeValue source, ImmutableArray<CompileTimeValue> elements, CompileTimeValue index, IndexSyntax syntax, SourceSpan span)
    {
        int count = elements.Length;
        switch (index)
        {
            case SOpValue { SOp.Type: SOpType.Int } sop:
                // A negative index counts from the end.
                IEnumerable<AtomValue> keys = Enumerable.Range(-count, 2 * count).Select(i => new AtomValue(i, SOpType.Int));
                return Lookup(source, keys, () => [.. elements, .. elements], sop.SOp, "the elements of the list", span);
            default:
                session.Diagnostics.WrongKind(session.At(syntax.Index.Span), "an int or an int s-op", index.Description, index.Advice);
                return Unknown;
        }
    }

    /// <summary>Reads a table by an s-op. A list or a dictionary that is read again has its table already.</summary>
    private CompileTimeValue Lookup(
        CompileTimeValue source, IEnumerable<AtomValue> keys, Func<ImmutableArray<CompileTimeValue>> read, SOp index, string what, SourceSpan span)
    {
        if (!tables.TryGetValue(source, out (LookupTable Table, SOpType Type) known))
        {
            ImmutableArray<CompileTimeValue> values = read();
            if (!session.TryStep(span, values.Length / EntriesAStep) || values.Any(v => v is UnknownValue)) return Unknown;
            if (OneType(values) is not { } type)
            {
                session.Diagnostics.MixedEntries(span, what);
                return Unknown;
            }

            FrozenDictionary<Value, Value> entries = keys
                .Select((key, i) => KeyValuePair.Create(key.Value, values[i] is AtomValue a ? a.Value : default))
                .ToFrozenDictionary();
            tables.Add(source, known = (new LookupTable(entries, null), type));
        }

        bool isNumber = index.IsNumeric;
        if (!keys.Any(k => isNumber ? k.Type is SOpType.Int or SOpType.Float : k.Type == index.Type))
        {
            session.Diagnostics.ComparedTypes(span, "the keys", ElementwiseBinder.Describe(index), "give the keys that type");
            return Unknown;
        }

        return new SOpValue(elementwise.Lookup(index, known.Table, known.Type, span));
    }

    /// <summary>The type that holds all of them; null where there is none.</summary>
    private static SOpType? OneType(ImmutableArray<CompileTimeValue> values)
    {
        SOpType? type = values.FirstOrDefault() is AtomValue first ? first.Type : null;
        foreach (CompileTimeValue value in values)
        {
            type = type is { } t && value is AtomValue atom ? ElementwiseBinder.CommonType(t, atom.Type) : null;
            if (type is null) break;
        }

        return type;
    }

    /// <summary><c>sop[3]</c> reads position 3 for every position; a negative position counts from the end.</summary>
    private SOp ReadPosition(SOp sop, Value position, SourceSpan span)
    {
        GraphBuilder graph = session.Graph;
        SOp location = graph.Constant(position, SOpType.Int, span);
        if (position.Number.Sign < 0)
        {
            SOp one = graph.Constant(1, SOpType.Int, span);
            SOp length = graph.SelectorWidth(graph.Select(one, one, Comparison.Equal, span), span);
            bool isSmallest = position.Number.Numerator == long.MinValue;
            SOp distance = graph.Constant(isSmallest ? long.MaxValue : Value.FromNumber(-position.Number), SOpType.Int, span);
            location = graph.Elementwise(ElementwiseOperator.Subtract, SOpType.Int, span, [length, distance]);
        }

        Selector selector = graph.Select(graph.Indices(span), location, Comparison.Equal, span);
        return graph.Aggregate(selector, sop, null, sop.Type, span);
    }
}
