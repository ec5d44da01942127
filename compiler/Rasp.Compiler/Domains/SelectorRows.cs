using System.Numerics;
using System.Runtime.InteropServices;
using Rasp.Compiler.Graph;

namespace Rasp.Compiler.Domains;

/// <summary>
/// A selector's <see cref="Selection"/> for all keys that one query sees, a byte a key. What two value sets have to do
/// with each other is looked up in tables [query's set, key's set], filled a row at a time.
/// </summary>
internal sealed class SelectorRows(DomainAnalysis domains)
{
    private const int LargestTable = 4_000_000;

    private readonly Dictionary<SelectSelector, byte[]?[]> tables = [];
    private readonly Stack<byte[]> spare = [];

    /// <summary>Writes the selections of the keys at positions 0, 1, … for the query at <paramref name="context"/>.</summary>
    public void Fill(Selector selector, int context, Span<byte> row)
    {
        switch (selector)
        {
            case SelectSelector s:
                FillSelect(s, context, row);
                break;
            case NotSelector n:
                Fill(n.Operand, context, row);
                for (int k = 0; k < row.Length; k++) row[k] = (byte)((int)Selection.Always - row[k]);
                break;
            case AndSelector a:
                FillBoth(a.Left, a.Right, context, row, isAnd: true);
                break;
            case OrSelector o:
                FillBoth(o.Left, o.Right, context, row, isAnd: false);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(selector));
        }
    }

    private void FillBoth(Selector left, Selector right, int context, Span<byte> row, bool isAnd)
    {
        byte[] buffer = spare.TryPop(out byte[]? free) ? free : new byte[domains.Space.MaxLength];
        Span<byte> other = buffer.AsSpan(0, row.Length);
        Fill(left, context, row);
        Fill(right, context, other);
        Span<Vector<byte>> wide = MemoryMarshal.Cast<byte, Vector<byte>>(row);
        Span<Vector<byte>> otherWide = MemoryMarshal.Cast<byte, Vector<byte>>(other);
        for (int i = 0; i < wide.Length; i++) wide[i] = isAnd ? Vector.Min(wide[i], otherWide[i]) : Vector.Max(wide[i], otherWide[i]);
        for (int k = wide.Length * Vector<byte>.Count; k < row.Length; k++) row[k] = isAnd ? Math.Min(row[k], other[k]) : Math.Max(row[k], other[k]);
        spare.Push(buffer);
    }

    private void FillSelect(SelectSelector s, int context, Span<byte> row)
    {
        SOpDomain keys = domains.Analyse(s.Key);
        SOpDomain queries = domains.Analyse(s.Query);
        int first = domains.Space.Key(context, 0);
        int query = queries.Number(context);
        if (keys.IsUniform)
        {
            row.Fill((byte)ValueSet.Compare(s.Comparison, keys.Sets[0], queries.Sets[query]));
        }
        else if ((long)keys.Sets.Length * queries.Sets.Length > LargestTable)
        {
            for (int k = 0; k < row.Length; k++) row[k] = (byte)ValueSet.Compare(s.Comparison, keys[first + k], queries.Sets[query]);
        }
        else
        {
            ReadOnlySpan<byte> known = TableRow(s, keys, queries, query);
            ReadOnlySpan<int> numbers = keys.Numbers(first, row.Length);
            for (int k = 0; k < numbers.Length; k++) row[k] = known[numbers[k]];
        }

        if (s.Key == s.Query) row[domains.Space.Position(context)] = (byte)WithItself(s.Comparison);
    }

    /// <summary>A position compared with itself under the same s-op holds one value, not two.</summary>
    public static Selection WithItself(Comparison comparison) =>
        comparison is Comparison.Equal or Comparison.LessOrEqual or Comparison.GreaterOrEqual ? Selection.Always : Selection.Never;

    private byte[] TableRow(SelectSelector s, SOpDomain keys, SOpDomain queries, int query)
    {
        ref byte[]?[]? table = ref CollectionsMarshal.GetValueRefOrAddDefault(tables, s, out _);
        table ??= new byte[]?[queries.Sets.Length];
        return table[query] ??= [.. keys.Sets.Select(k => (byte)ValueSet.Compare(s.Comparison, k, queries.Sets[query]))];
    }
}
