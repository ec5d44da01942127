namespace TorchSharp;

/// <summary>
/// The iteration over up to three strided operands of one shape: neighbouring dimensions that all operands cross with a
/// constant stride are merged and dimensions of one element dropped, so contiguous operands are one flat run.
/// </summary>
internal unsafe struct Loop
{
    internal const int MaximumRank = 12;

    internal int Rank;
    internal fixed long Sizes[MaximumRank];
    internal fixed long First[MaximumRank];
    internal fixed long Second[MaximumRank];
    internal fixed long Third[MaximumRank];

    internal long Inner => Rank == 0 ? 1 : Sizes[Rank - 1];
    internal long FirstStep => Rank == 0 ? 1 : First[Rank - 1];
    internal long SecondStep => Rank == 0 ? 1 : Second[Rank - 1];
    internal long ThirdStep => Rank == 0 ? 1 : Third[Rank - 1];

    internal long Outer
    {
        get
        {
            long n = 1;
            for (var d = 0; d < Rank - 1; d++) n *= Sizes[d];
            return n;
        }
    }

    internal static Loop Over(ReadOnlySpan<long> sizes, ReadOnlySpan<long> first, ReadOnlySpan<long> second = default, ReadOnlySpan<long> third = default)
    {
        if (sizes.Length > MaximumRank)
            throw Errors.Torch($"tensors of more than {MaximumRank} dimensions are not supported, got {Shapes.Text(sizes)}");
        var loop = default(Loop);
        for (var d = 0; d < sizes.Length; d++)
        {
            if (sizes[d] == 1) continue;
            var s0 = first[d];
            var s1 = second.IsEmpty ? 0 : second[d];
            var s2 = third.IsEmpty ? 0 : third[d];
            var last = loop.Rank - 1;
            var merges = last >= 0 && loop.First[last] == s0 * sizes[d] && loop.Second[last] == s1 * sizes[d] && loop.Third[last] == s2 * sizes[d];
            if (!merges) last = loop.Rank++;
            loop.Sizes[last] = merges ? loop.Sizes[last] * sizes[d] : sizes[d];
            loop.First[last] = s0;
            loop.Second[last] = s1;
            loop.Third[last] = s2;
        }
        return loop;
    }

    internal Cursor At(long outer)
    {
        var cursor = default(Cursor);
        for (var d = Rank - 2; d >= 0; d--)
        {
            var i = outer % Sizes[d];
            outer /= Sizes[d];
            cursor.Index[d] = i;
            cursor.First += i * First[d];
            cursor.Second += i * Second[d];
            cursor.Third += i * Third[d];
        }
        return cursor;
    }

    internal void Advance(ref Cursor cursor)
    {
        for (var d = Rank - 2; d >= 0; d--)
        {
            cursor.First += First[d];
            cursor.Second += Second[d];
            cursor.Third += Third[d];
            if (++cursor.Index[d] < Sizes[d]) return;
            cursor.First -= Sizes[d] * First[d];
            cursor.Second -= Sizes[d] * Second[d];
            cursor.Third -= Sizes[d] * Third[d];
            cursor.Index[d] = 0;
        }
    }

    /// <summary>The offsets of one run of the innermost dimension.</summary>
    internal struct Cursor
    {
        internal fixed long Index[MaximumRank];
        internal long First;
        internal long Second;
        internal long Third;
    }
}
