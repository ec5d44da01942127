using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>Numbers that an atom's reading can give, and what the nodes it stands for hold for each of them (null: undefined).</summary>
internal sealed record AtomState(CodeRange Codes, ImmutableArray<Value?> Values);

/// <summary>
/// What an elementwise function is computed from: a reading of the residual stream whose number fixes the values of
/// some nodes of the expression. <see cref="StatesAt"/> gives the possible states in a context, the same object for the
/// same states.
/// </summary>
internal sealed record Atom(LinearForm Reading, ImmutableArray<SOp> Nodes, Func<int, IReadOnlyList<AtomState>> StatesAt)
{
    /// <summary>Where states are ranges of codes: the same with a state for each code, as packing with other atoms may need.</summary>
    public Func<int, IReadOnlyList<AtomState>>? CodesAt { get; init; }
}
