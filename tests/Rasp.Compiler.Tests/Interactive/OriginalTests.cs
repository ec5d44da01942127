namespace Rasp.Compiler.Tests.Interactive;

/// <summary>
/// The original project's own interactive tests and sample programs, from a checkout that <c>RASP_ORIGINAL</c> names:
/// each input of <c>tests/in</c> against its expected output in <c>tests/tgt</c>.
/// </summary>
public sealed class OriginalTests
{
    private const string Variable = "RASP_ORIGINAL";

    private static readonly string Checkout = Environment.GetEnvironmentVariable(Variable) ?? string.Empty;

    [Fact]
    public void Every_test_of_the_original_gives_its_expected_output()
    {
        SkipWithoutCheckout();
        string[] inputs = Directory.GetFiles(Path.Combine(Checkout, "tests", "in"), "*.txt");
        Assert.NotEmpty(inputs);
        foreach (string input in inputs.Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(input);
            string expected = Transcript.Normalise(File.ReadAllText(Path.Combine(Checkout, "tests", "tgt", name)));
            string actual = Transcript.Normalise(Session.Run(File.ReadAllText(input), Checkout).Output);
            Assert.True(expected == actual, $"{name} differs\n--- expected\n{expected}\n--- actual\n{actual}");
        }
    }

    /// <summary>Each program is loaded and run on an input for which the original printed the answer.</summary>
    [Theory]
    [InlineData("paper_examples", "hist_nobos(\"abca\");", "\t =  [2, 1, 1, 2] (ints)")]
    [InlineData("paper_examples", "reverse(\"abcd\");", "\t =  [d, c, b, a] (strings)")]
    [InlineData("paper_examples", "dyck2_ptf(\"({})}\");", "\t =  [P, P, P, T, F] (strings)")]
    [InlineData("paper_examples", "sort_bos(\"§cab\");", "\t =  [§, a, b, c] (strings)")]
    [InlineData("rover", "res(\"c<A,x<A:x#B,c<B?\");", "\t =   [F]*16 (strings)")]
    [InlineData("long_addition", "longsum(\"00738+00495\");", "\t =  [0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 3] (ints)")]
    [InlineData("long_addition", "longsum(\"999+001\");", "\t =  [0, 0, 0, 1, 0, 0, 0] (ints)")]
    [InlineData("long_addition", "carries(\"58+67\");", "\t =  [F, F, F, T, T] (bools)")]
    public void Sample_programs_have_the_values_of_the_original(string program, string statement, string answer)
    {
        SkipWithoutCheckout();
        string output = Transcript.Normalise(Session.Run($"load \"{program}\";\n{statement}\n", Checkout).Output);
        Assert.DoesNotContain(Transcript.Error, output, StringComparison.Ordinal);
        Assert.Contains(answer, output, StringComparison.Ordinal);
    }

    private static void SkipWithoutCheckout() =>
        Assert.SkipUnless(Directory.Exists(Checkout), $"set {Variable} to a checkout of tech-srl/RASP to run its own tests");
}
