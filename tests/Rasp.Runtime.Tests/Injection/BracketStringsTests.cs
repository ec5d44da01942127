using Rasp.Runtime.Injection;
using Rasp.Runtime.Injection.Tasks;

namespace Rasp.Runtime.Tests.Injection;

public sealed class BracketStringsTests
{
    private static readonly BracketStrings Strings = new(["()", "[]", "{}"]);

    [Fact]
    public void Balanced_strings_are_in_the_language_and_use_every_kind_and_crossings()
    {
        Random random = new(1);
        string[] drawn = [.. Enumerable.Range(0, 300).Select(i => Strings.Balanced(random, 2 * (1 + (i % 15))))];
        Assert.All(drawn, text => Assert.True(IsShuffleDyck(text), text));
        Assert.All("()[]{}", bracket => Assert.Contains(drawn, text => text.Contains(bracket, StringComparison.Ordinal)));
        Assert.Contains(drawn, text => text.Contains("([)]", StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(0, 300).Select(i => 2 * (1 + (i % 15))), drawn.Select(text => text.Length));
    }

    [Theory]
    [InlineData("random")]
    [InlineData("shuffled")]
    [InlineData("shuffled kind")]
    [InlineData("flipped")]
    [InlineData("dropped")]
    public void Negatives_have_the_length_asked_for_and_are_mostly_outside_the_language(string kind)
    {
        InputGenerator generate = kind switch
        {
            "random" => Strings.Random,
            "shuffled" => Strings.Shuffled,
            "shuffled kind" => Strings.ShuffledKind,
            "flipped" => Strings.Flipped,
            _ => Strings.Dropped,
        };
        Random random = new(2);
        string[] drawn = [.. Enumerable.Range(0, 400).Select(i => generate(random, 8 + (i % 12)))];
        Assert.Equal(Enumerable.Range(0, 400).Select(i => 8 + (i % 12)), drawn.Select(text => text.Length));
        Assert.All(drawn, text => Assert.All(text, c => Assert.Contains(c, "()[]{}")));
        Assert.True(drawn.Count(text => !IsShuffleDyck(text)) > 200);
    }

    [Fact]
    public void A_kind_shuffled_on_its_own_keeps_every_count_balanced()
    {
        Random random = new(3);
        for (int i = 0; i < 100; i++)
        {
            string text = Strings.ShuffledKind(random, 12);
            foreach (string pair in (string[])["()", "[]", "{}"])
                Assert.Equal(text.Count(c => c == pair[0]), text.Count(c => c == pair[1]));
        }
    }

    [Fact]
    public void Balanced_minus_the_last_is_never_in_the_language()
    {
        Random random = new(4);
        Assert.All(Enumerable.Range(0, 100).Select(i => Strings.Truncated(random, 5 + (2 * (i % 10)))), text => Assert.False(IsShuffleDyck(text)));
    }

    [Fact]
    public void Equal_seeds_draw_equal_inputs_and_positives_are_common()
    {
        InjectionTask task = ShuffleDyck.Create(["()", "[]", "{}"]);
        string[] once = Draw();
        Assert.Equal(once, Draw());
        Assert.InRange(once.Count(IsShuffleDyck), 100, 300);

        string[] Draw()
        {
            Random random = new(5);
            return [.. Enumerable.Range(0, 500).Select(_ => task.Generate(random, task.Lengths[random.Next(task.Lengths.Length)]))];
        }
    }

    [Fact]
    public void Sets_out_of_distribution_are_longer_than_the_training_inputs_or_differ_in_kind()
    {
        InjectionTask task = ShuffleDyck.Create(["()"], longest: 20);
        Assert.Equal(20, task.Lengths.Max());
        Assert.All(task.EvaluationSets.Where(s => s.Name.StartsWith("2x", StringComparison.Ordinal)), s => Assert.True(s.Lengths.Min() > 20 && s.Lengths.Max() is > 30 and <= 40));
    }

    /// <summary>The definition, for itself: no kind ever closes more than it has opened, and at the end all are closed.</summary>
    private static bool IsShuffleDyck(string text)
    {
        foreach (string pair in (string[])["()", "[]", "{}"])
        {
            string own = string.Concat(text.Where(c => pair.Contains(c, StringComparison.Ordinal)));
            for (int length = own.Length; own.Replace(pair, "", StringComparison.Ordinal) is string reduced && reduced.Length < length; length = own.Length) own = reduced;
            if (own.Length > 0) return false;
        }

        return true;
    }
}
