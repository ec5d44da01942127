using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>One of the numbers that an atom's reading can give, and what the nodes it stands for hold then (null: undefined).</summary>
internal sealed record AtomState(Rational Code, ImmutableArray<Value?> Values);

/// <summary>
/// What an elementwise function is computed from: a reading of the residual stream whose number fixes the values of
/// some nodes of the expression. <see cref="StatesAt"/> gives the possible states in a context, the same object for the
/// same states.
/// </summary>
internal sealed record Atom(LinearForm Reading, ImmutableArray<SOp> Nodes, Func<int, IReadOnlyList<AtomState>> StatesAt)
{
    /// <summary>
    /// Where the states depend on the code's sign alone: the codes next to 0 and furthest from it. They are enough for an
    /// expression of this atom only, which is constant between them; packed with others, every code counts.
    /// </summary>
    public Func<int, IReadOnlyList<AtomState>>? ExtremesAt { get; init; }
}
