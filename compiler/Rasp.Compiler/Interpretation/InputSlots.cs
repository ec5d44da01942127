using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Interpretation;

/// <summary>Input tokens, converted to the s-op's type.</summary>
internal sealed class TokensSlot(TokensSOp sop, TextPool texts) : SOpSlot(sop, texts)
{
    protected override void Compute(ReadOnlySpan<Value> tokens, BatchShape shape)
    {
        for (int i = 0; i < shape.Positions; i++)
        {
            if (sop.Convert(tokens[i]) is { } value) Set(i, value);
            else Fail(i, i % shape.Length, $"the token '{tokens[i]}' is not {(sop.Type == SOpType.Int ? "an int" : "a number")}");
        }
    }
}

internal sealed class IndicesSlot : SOpSlot
{
    public IndicesSlot(IndicesSOp sop, TextPool texts) : base(sop, texts) => IsFixed = true;

    protected override void Compute(ReadOnlySpan<Value> tokens, BatchShape shape)
    {
        for (int i = 0; i < shape.Positions; i++) Numerators[i] = i % shape.Length;
    }
}

internal sealed class ConstantSlot : SOpSlot
{
    private readonly Value value;

    public ConstantSlot(ConstantSOp sop, TextPool texts) : base(sop, texts)
    {
        IsFixed = true;
        value = sop.Value;
    }

    protected override void Compute(ReadOnlySpan<Value> tokens, BatchShape shape)
    {
        for (int i = 0; i < shape.Positions; i++) Set(i, value);
    }
}
