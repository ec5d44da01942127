using Rasp.Runtime.Pretraining;

namespace Rasp.Runtime.Tests.Pretraining;

public sealed class NgramModelTests
{
    private const int Vocabulary = 7;

    [Fact]
    public void Probabilities_sum_to_one_after_every_context()
    {
        NgramModel model = NgramModel.Train([Random(1, 4000)], Vocabulary);
        int[] heldOut = Random(2, 300).ToArray();
        for (int i = 0; i < heldOut.Length; i++)
        {
            int[] context = heldOut[Math.Max(0, i - 4)..i];
            double sum = Enumerable.Range(0, Vocabulary).Sum(next => model.Probability(context, next));
            // Five levels of at most seven double operations each.
            Assert.Equal(1, sum, 1e-12);
        }
    }

    // By hand, order 2, over "a b a b a c" with a = 0, b = 1, c = 2 of three tokens. Bigram counts: ab 2, ba 2, ac 1. Continuations:
    // b after 1 context, a after 1 plus its occurrence at the start (1), c after 1: n1 = 2 (b, c), n2 = 1 (a), n3 = 0. That gives
    // D2 = 2 - 3Y * n3 / n2 = 2 > 0 and D3 = 3 - 4Y * 0 / 0: not a number, so all discounts are 0.5, at both levels.
    // p(b) = (1 - 0.5) / 4 + 1.5 / 4 / 3 = 0.25; p(b | a) = (2 - 0.5) / 3 + 1 / 3 * 0.25 = 0.5833...
    [Fact]
    public void Probability_is_the_interpolation_computed_by_hand()
    {
        NgramModel model = NgramModel.Train([new int[] { 0, 1, 0, 1, 0, 2 }], 3, order: 2);
        Assert.Equal(0.25, model.Probability([], 1), 1e-12);
        Assert.Equal(1.5 / 3 + 0.25 / 3, model.Probability([0], 1), 1e-12);
        Assert.Equal(0.5 / 3 + 0.25 / 3, model.Probability([0], 2), 1e-12);
        Assert.Equal(0.25, model.Probability([2], 1), 1e-12);
    }

    [Fact]
    public void A_longer_context_helps_where_the_text_depends_on_it()
    {
        // Each token is the sum of the two before it, with noise: a bigram cannot know it, a trigram can.
        Random random = new(5);
        int[] tokens = new int[20_000];
        for (int i = 2; i < tokens.Length; i++)
            tokens[i] = random.Next(5) == 0 ? random.Next(Vocabulary) : (tokens[i - 1] + tokens[i - 2]) % Vocabulary;
        ReadOnlyMemory<int> training = tokens.AsMemory(0, 16_000);
        ReadOnlyMemory<int> heldOut = tokens.AsMemory(16_000);
        HeldOutWindows windows = new(100, startToken: -1);
        double bigram = NgramModel.Train([training], Vocabulary, 2).Loss([heldOut], windows);
        double trigram = NgramModel.Train([training], Vocabulary, 3).Loss([heldOut], windows);

        // The entropy of the source: 0.8 + 0.2/7 on one token, 0.2/7 on the other six.
        double entropy = -(0.8 + 0.2 / 7) * Math.Log(0.8 + 0.2 / 7) - 6 * (0.2 / 7) * Math.Log(0.2 / 7);
        Assert.True(bigram > 1.9, $"bigram {bigram}");
        Assert.InRange(trigram, entropy - 0.1, entropy + 0.1);
    }

    private static ReadOnlyMemory<int> Random(int seed, int length)
    {
        Random random = new(seed);
        int[] tokens = new int[length];
        for (int i = 1; i < length; i++) tokens[i] = random.Next(3) == 0 ? random.Next(Vocabulary) : (tokens[i - 1] + 1) % Vocabulary;
        return tokens;
    }
}
