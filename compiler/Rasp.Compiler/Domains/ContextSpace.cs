namespace Rasp.Compiler.Domains;

/// <summary>
/// The places at which a value can stand: (input length, position) for bidirectional programs, and the position alone
/// for causal ones, where nothing depends on what follows. What an s-op can hold is analysed per place, which keeps
/// <c>indices</c> and <c>length</c> exact.
/// </summary>
internal sealed class ContextSpace
{
    private readonly Lazy<int[]> lengths;

    public ContextSpace(int maxLength, bool causal)
    {
        MaxLength = maxLength;
        Causal = causal;
        long n = maxLength;
        Count = causal ? maxLength : (int)Math.Min(n * (n + 1) / 2, int.MaxValue);
        Pairs = causal ? (UInt128)n * (UInt128)(n + 1) / 2 : (UInt128)n * (UInt128)(n + 1) * (UInt128)((2 * n) + 1) / 6;
        lengths = new Lazy<int[]>(() => [.. Enumerable.Range(1, maxLength).SelectMany(l => Enumerable.Repeat(l, l))]);
    }

    public int MaxLength { get; }

    public bool Causal { get; }

    public int Count { get; }

    /// <summary>How many pairs of a query and a key that it sees there are.</summary>
    public UInt128 Pairs { get; }

    /// <summary>How many contexts inputs of at most <paramref name="length"/> tokens have; they come first.</summary>
    public int CountUpTo(int length) => Causal ? Math.Min(length, MaxLength) : FirstContext(Math.Min(length, MaxLength) + 1);

    /// <summary>The context of <paramref name="position"/> in an input of <paramref name="length"/> tokens.</summary>
    public int Context(int length, int position) => Causal ? position : FirstContext(length) + position;

    public int Position(int context) => Causal ? context : context - FirstContext(lengths.Value[context]);

    /// <summary>How many keys a query at <paramref name="context"/> sees: those at positions 0 up to, not including, this.</summary>
    public int VisibleKeys(int context) => Causal ? context + 1 : lengths.Value[context];

    /// <summary>The context of the key at <paramref name="position"/> that a query at <paramref name="context"/> sees.</summary>
    public int Key(int context, int position) => Causal ? position : FirstContext(lengths.Value[context]) + position;

    private static int FirstContext(int length) => length * (length - 1) / 2;
}
