using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Rasp.Compiler.Domains;

/// <summary>
/// What one s-op can hold in each context: its different sets, and for each context the number of the set it has there.
/// A set that is the same everywhere is stored once.
/// </summary>
internal sealed class SOpDomain
{
    private readonly int[]? numbers;

    private SOpDomain(ImmutableArray<ValueSet> sets, int[]? numbers)
    {
        Sets = sets;
        this.numbers = numbers;
        LargestSet = sets.Max(s => s.Count);
    }

    public ImmutableArray<ValueSet> Sets { get; }

    public int LargestSet { get; }

    public bool IsUniform => numbers is null;

    public ValueSet this[int context] => Sets[Number(context)];

    /// <summary>The index in <see cref="Sets"/> of the set that the s-op has in this context.</summary>
    public int Number(int context) => numbers is null ? 0 : numbers[context];

    /// <summary>The numbers of consecutive contexts; only where the domain is not uniform.</summary>
    public ReadOnlySpan<int> Numbers(int first, int count) => numbers.AsSpan(first, count);

    public static SOpDomain Uniform(ValueSet set) => new([set], null);

    /// <summary>The domain with this set in each context.</summary>
    public static SOpDomain Of(int contexts, Func<int, ValueSet> set)
    {
        int[] numbers = new int[contexts];
        List<ValueSet> sets = [];
        Dictionary<ValueSet, int> known = [];
        for (int c = 0; c < contexts; c++)
        {
            ValueSet at = set(c);
            ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(known, at, out bool exists);
            if (!exists)
            {
                number = sets.Count;
                sets.Add(at);
            }

            numbers[c] = number;
        }

        return new SOpDomain([.. sets], sets.Count == 1 ? null : numbers);
    }

    /// <summary>The domain whose set in a context is a function of other domains' sets there; it is asked once for each combination.</summary>
    public static SOpDomain Of(int contexts, ReadOnlySpan<SOpDomain> read, Func<int, ValueSet> setAt)
    {
        SOpDomain[] varied = [.. read.ToArray().Where(d => !d.IsUniform)];
        if (varied.Length == 0) return Uniform(setAt(0));
        if (varied.Length == 1)
        {
            ValueSet?[] image = new ValueSet?[varied[0].Sets.Length];
            return Of(contexts, c => image[varied[0].Number(c)] ??= setAt(c));
        }

        if (varied.Sum(d => Math.Log2(d.Sets.Length)) > 126) return Of(contexts, setAt);
        Dictionary<Int128, ValueSet> known = [];
        return Of(contexts, c =>
        {
            Int128 at = 0;
            foreach (SOpDomain domain in varied) at = (at * domain.Sets.Length) + domain.Number(c);
            ref ValueSet? set = ref CollectionsMarshal.GetValueRefOrAddDefault(known, at, out _);
            return set ??= setAt(c);
        });
    }
}
