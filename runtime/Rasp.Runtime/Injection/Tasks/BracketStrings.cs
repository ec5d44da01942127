using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Runtime.Injection.Tasks;

/// <summary>
/// Strings over pairs of brackets. Shuffle-Dyck is the language in which every kind is balanced on its own and never
/// closed before it is opened; kinds may cross, as in <c>([)]</c>.
/// </summary>
public sealed class BracketStrings
{
    private readonly ImmutableArray<string> pairs;

    /// <param name="pairs">Two characters each, opening and closing, all different.</param>
    public BracketStrings(ImmutableArray<string> pairs)
    {
        string all = string.Concat(pairs);
        if (pairs.IsDefaultOrEmpty || pairs.Any(p => p.Length != 2) || all.Distinct().Count() != all.Length)
            throw new RaspException($"The bracket pairs '{string.Join(" ", pairs)}' do not fit: give two characters a pair, such as '()', and every character once.");
        this.pairs = pairs;
    }

    /// <summary>A string of the language; <paramref name="length"/> must be even.</summary>
    public string Balanced(Random random, int length)
    {
        if (length % 2 != 0) throw new ArgumentException("A balanced string has an even length.", nameof(length));
        char[] text = new char[length];
        int[] open = new int[pairs.Length];
        int depth = 0;
        for (int i = 0; i < length; i++)
        {
            bool mayOpen = depth < length - i;
            if (depth == 0 || (mayOpen && random.Next(2) == 0))
            {
                int kind = random.Next(pairs.Length);
                text[i] = pairs[kind][0];
                open[kind]++;
                depth++;
            }
            else
            {
                int kind = OpenKind(random, open);
                text[i] = pairs[kind][1];
                open[kind]--;
                depth--;
            }
        }

        return new string(text);
    }

    /// <summary>Every character drawn from all brackets alike.</summary>
    public string Random(Random random, int length) =>
        new([.. Enumerable.Range(0, length).Select(_ => pairs[random.Next(pairs.Length)][random.Next(2)])]);

    /// <summary>A balanced string, or one without its last character where the length is odd, in another order.</summary>
    public string Shuffled(Random random, int length)
    {
        char[] text = Truncated(random, length).ToCharArray();
        random.Shuffle(text);
        return new string(text);
    }

    /// <summary>A balanced string in which the brackets of one kind have another order: that kind alone may close too early.</summary>
    public string ShuffledKind(Random random, int length)
    {
        char[] text = Truncated(random, length).ToCharArray();
        string kind = pairs[random.Next(pairs.Length)];
        int[] places = [.. Enumerable.Range(0, length).Where(i => kind.Contains(text[i], StringComparison.Ordinal))];
        char[] brackets = [.. places.Select(i => text[i])];
        random.Shuffle(brackets);
        for (int i = 0; i < places.Length; i++) text[places[i]] = brackets[i];
        return new string(text);
    }

    /// <summary>A balanced string with one or two brackets turned round or replaced.</summary>
    public string Flipped(Random random, int length)
    {
        char[] text = Truncated(random, length).ToCharArray();
        for (int changes = random.Next(3) == 0 ? 2 : 1; changes > 0; changes--)
        {
            int place = random.Next(length);
            string kind = pairs.First(p => p.Contains(text[place], StringComparison.Ordinal));
            text[place] = random.Next(5) < 3
                ? kind[1 - kind.IndexOf(text[place], StringComparison.Ordinal)]
                : pairs[random.Next(pairs.Length)][random.Next(2)];
        }

        return new string(text);
    }

    /// <summary>A longer balanced string that lost one character, or two where the length is even.</summary>
    public string Dropped(Random random, int length)
    {
        int dropped = length % 2 == 0 ? 2 : 1;
        List<char> text = [.. Balanced(random, length + dropped)];
        for (; dropped > 0; dropped--) text.RemoveAt(random.Next(2) == 0 ? text.Count - 1 : random.Next(text.Count));
        return new string([.. text]);
    }

    /// <summary>A balanced string without its last character where the length is odd; else balanced.</summary>
    public string Truncated(Random random, int length) => Balanced(random, length + (length % 2))[..length];

    private static int OpenKind(Random random, int[] open)
    {
        int choice = random.Next(open.Count(count => count > 0));
        int kind = 0;
        while (open[kind] == 0 || choice-- > 0) kind++;
        return kind;
    }
}
