namespace Rasp.Compiler.Tests.Warnings;

/// <summary>The language's traps: accepted, and a warning at the expression.</summary>
public class PrecedenceTrapTests
{
    [Theory]
    [InlineData("a = «1 if indices == 0 else 2 if indices == 1 else 3»;", "RASP0082")]
    [InlineData("a = «1 if indices == 0 else 2 if indices == 1 else 3» if indices == 2 else 4;", "RASP0082")]
    [InlineData("a = «-indices^2»;", "RASP0083")]
    [InlineData("a = 3 * «-2^2»;", "RASP0083")]
    [InlineData("a = «2^3^2»;", "RASP0084")]
    [InlineData("a = «2^3^2»^1;", "RASP0084")]
    [InlineData("a = «indices % 4 * 2»;", "RASP0085")]
    [InlineData("a = «7 % 4 / 2»;", "RASP0085")]
    [InlineData("a = «1 < indices < 3»;", "RASP0086")]
    [InlineData("a = «indices == 1 == True»;", "RASP0086")]
    [InlineData("a = «indices > 0 and tokens in [\"a\"]»;", "RASP0087")]
    [InlineData("a = «indices == 1 in [True]»;", "RASP0087")]
    [InlineData("a = «1 if indices == 0 else 2 in [2]»;", "RASP0087")]
    [InlineData("a = «1 in [2] if 1 == 2 else [1]»;", "RASP0087")]
    [InlineData("a = «full_s or full_s and full_s»;", "RASP0080")]
    [InlineData("def f(x) {\n    for i in [1, 2] { x = «x^i^2»; }\n    return x;\n}\na = f(indices);\nb = f(1);", "RASP0084")]
    public void A_trap_is_one_warning_at_its_place(string source, string code)
    {
        MarkedSource.Check(source, code);
        Assert.NotNull(Compilation.Parse(MarkedSource.Parse(source).Text, "test.rasp").Program);
    }

    [Theory]
    [InlineData("a = 1 if indices == 0 else (2 if indices == 1 else 3);")]
    [InlineData("a = (1 if indices == 0 else 2) if indices == 1 else 3;")]
    [InlineData("a = (-indices)^2;\nb = -(indices^2);\nc = 2^(-indices);")]
    [InlineData("a = 2 * indices % 3;\nb = indices % 3 + 1;\nc = 1 + indices % 3;")]
    [InlineData("a = (1 < indices) == True;\nb = indices + 1 in [1, 2];\nc = indices > 0 and (tokens in [\"a\"]);")]
    [InlineData("a = not (indices == 0) and indices == 1;")]
    [InlineData("a = 10 - 4 - 3;\nb = 24 / 4 / 3;\nc = indices == 0 and indices == 1 and indices == 2;")]
    public void What_means_the_same_everywhere_is_none(string source) => MarkedSource.Check(source);
}
