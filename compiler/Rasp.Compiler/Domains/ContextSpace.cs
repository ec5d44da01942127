namespace Rasp.Compiler.Domains;

/// <summary>
/// The places at which a value can stand: (input length, position) for bidirectional programs, and the position alone
/// for causal ones, where nothing depends on what follows. What an s-op can hold is analysed per place, which keeps
/// <c>indices</c> and <c>length</c> exact.
/// </summary>
internal sealed class ContextSpace(int maxLength, bool causal)
{
    public int MaxLength { get; } = maxLength;

    public bool Causal { get; } = causal;

    public int Count { get; } = causal ? maxLength : maxLength * (maxLength + 1) / 2;

    /// <summary>How many contexts inputs of at most <paramref name="length"/> tokens have; they come first.</summary>
    public int CountUpTo(int length) => Causal ? Math.Min(length, MaxLength) : FirstContext(Math.Min(length, MaxLength) + 1);

    /// <summary>The context of <paramref name="position"/> in an input of <paramref name="length"/> tokens.</summary>
    public int Context(int length, int position) => Causal ? position : (length * (length - 1) / 2) + position;

    public int Position(int context) => Causal ? context : context - FirstContext(Length(context));

    /// <summary>How many keys a query at <paramref name="context"/> sees: those at positions 0 up to, not including, this.</summary>
    public int VisibleKeys(int context) => Causal ? context + 1 : Length(context);

    /// <summary>The context of the key at <paramref name="position"/> that a query at <paramref name="context"/> sees.</summary>
    public int Key(int context, int position) => Causal ? position : FirstContext(Length(context)) + position;

    private static int Length(int context)
    {
        int length = (int)((1 + Math.Sqrt(1 + (8.0 * context))) / 2);
        while (FirstContext(length) > context) length--;
        while (FirstContext(length + 1) <= context) length++;
        return length;
    }

    private static int FirstContext(int length) => length * (length - 1) / 2;
}
