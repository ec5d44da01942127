using System.Collections.Immutable;
using Rasp.Compiler.Binding;
using Rasp.Format;

namespace Rasp.Compiler.Interactive;

/// <summary>
/// What an s-op or a selector is shown on: a string, each character of which is a token, or a list of tokens.
/// <see cref="Notation"/> is how it would be written.
/// </summary>
internal sealed record InputSequence(ImmutableArray<AtomValue> Tokens, string Notation)
{
    public static InputSequence FromText(string text) =>
        new([.. text.EnumerateRunes().Select(r => new AtomValue(r.ToString(), SOpType.String))], ValueNotation.Quoted(text));

    /// <summary>A string, a list of atoms, or a dictionary's keys; null where the value is none of them.</summary>
    public static InputSequence? From(CompileTimeValue value) => value switch
    {
        AtomValue { Type: SOpType.String } text => FromText(text.Value.Text),
        ListValue list when list.Elements.All(e => e is AtomValue) => new([.. list.Elements.Cast<AtomValue>()], ValueNotation.Of(list)),
        DictionaryValue dictionary => new(dictionary.Keys, ValueNotation.Of(dictionary)),
        _ => null,
    };

    /// <summary>The one type that holds every token, or null where there is none.</summary>
    public SOpType? Type
    {
        get
        {
            SOpType? type = Tokens.FirstOrDefault()?.Type;
            foreach (AtomValue token in Tokens) type = type is { } t ? ElementwiseBinder.CommonType(t, token.Type) : null;
            return type;
        }
    }

    public ImmutableArray<Value> Values => [.. Tokens.Select(t => t.Value)];
}
