using Rasp.Format;

namespace Rasp.Compiler.Interpretation;

/// <summary>Inputs that are evaluated together: <paramref name="Count"/> of them, each <paramref name="Length"/> tokens long, one after the other.</summary>
internal readonly record struct BatchShape(int Count, int Length)
{
    /// <summary>Positions of all inputs together.</summary>
    public int Positions => Count * Length;
}

/// <summary>One node of the graph with room for its result on a batch of inputs.</summary>
internal abstract class Slot
{
    private BatchShape evaluated = new(-1, -1);

    /// <summary>Whether the result depends on the inputs' length only.</summary>
    public bool IsFixed { get; protected init; }

    public void Evaluate(ReadOnlySpan<Value> tokens, BatchShape shape)
    {
        if (IsFixed && evaluated == shape) return;
        evaluated = shape;
        Clear(shape);
        Compute(tokens, shape);
    }

    /// <summary>Makes the next evaluation compute the result, whatever was kept.</summary>
    public virtual void Forget() => evaluated = new BatchShape(-1, -1);

    /// <summary>Makes room for the inputs and forgets the errors of the last ones.</summary>
    protected abstract void Clear(BatchShape shape);

    protected abstract void Compute(ReadOnlySpan<Value> tokens, BatchShape shape);
}
