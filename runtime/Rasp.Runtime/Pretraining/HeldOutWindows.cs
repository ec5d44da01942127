namespace Rasp.Runtime.Pretraining;

/// <summary>
/// Which tokens of a held-out block count towards the loss. A block is cut into windows of <paramref name="context"/>
/// tokens one after the other; in each, every token but the first is predicted from those before it. The start token is not
/// scored: it only ever follows an end token, which costs nothing and would flatter the mean.
/// </summary>
public sealed class HeldOutWindows(int context, int startToken)
{
    /// <summary>The windows' starts; a rest shorter than a window is left out.</summary>
    public IEnumerable<int> Starts(ReadOnlyMemory<int> block)
    {
        for (int start = 0; start + context <= block.Length; start += context) yield return start;
    }

    /// <summary>The indices of the scored tokens, in order.</summary>
    public IEnumerable<int> Targets(ReadOnlyMemory<int> block)
    {
        foreach (int start in Starts(block))
            for (int i = start + 1; i < start + context; i++)
                if (IsScored(block.Span[i])) yield return i;
    }

    public bool IsScored(int token) => token != startToken;
}
