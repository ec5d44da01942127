using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Format;

namespace Rasp.Compiler.Binding;

/// <summary>Gathers the entries of a dictionary; a key that comes again takes the later value at its first place.</summary>
internal sealed class DictionaryBuilder(BindingSession session)
{
    private readonly List<AtomValue> keys = [];
    private readonly ImmutableDictionary<Value, CompileTimeValue>.Builder entries = ImmutableDictionary.CreateBuilder<Value, CompileTimeValue>();

    public void Add(CompileTimeValue key, SourceSpan keySpan, CompileTimeValue value)
    {
        if (key is not AtomValue atom)
        {
            if (key is not UnknownValue) session.Diagnostics.WrongKind(session.At(keySpan), "a single value as key", key.Description, key.Advice);
            return;
        }

        if (!entries.ContainsKey(atom.Value)) keys.Add(atom);
        entries[atom.Value] = value;
    }

    public DictionaryValue ToValue() => new([.. keys], entries.ToImmutable());
}
