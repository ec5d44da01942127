namespace Rasp.Compiler.Tests.Language;

/// <summary>Operators on what is known while loading; the values are those that the original interpreter prints.</summary>
public class CompileTimeOperatorTests
{
    [Theory]
    [InlineData("1 and 2", "2")]
    [InlineData("0 or 5", "5")]
    [InlineData("0 and 5", "0")]
    [InlineData("\"x\" and \"\"", "")]
    [InlineData("([] or [1])[0]", "1")]
    [InlineData("not []", "True")]
    [InlineData("not {1: 2}", "False")]
    [InlineData("1 if [] else 2", "2")]
    [InlineData("1 if {} else 2", "2")]
    [InlineData("1 if \"\" else 2", "2")]
    [InlineData("1 if \"a\" else 2", "1")]
    [InlineData("\"ab\" * 3", "ababab")]
    [InlineData("2 * \"ab\"", "abab")]
    [InlineData("\"ab\" * -1", "")]
    [InlineData("len([0] * 5)", "5")]
    [InlineData("(2 * [7, 8])[3]", "8")]
    [InlineData("len([0] * -5)", "0")]
    [InlineData("[1, 2] == [1, 2]", "True")]
    [InlineData("[1, [\"a\"]] == [1, [\"b\"]]", "False")]
    [InlineData("[1] == 1", "False")]
    [InlineData("{\"a\": 1, \"b\": 2} == {\"b\": 2, \"a\": 1}", "True")]
    [InlineData("{\"a\": 1} == {\"a\": 1, \"b\": 2}", "False")]
    [InlineData("1 in [[1], 1]", "True")]
    [InlineData("\"h\" in tokens", "True")]
    [InlineData("\"x\" in tokens", "False")]
    [InlineData("3 in indices", "True")]
    [InlineData("5 in indices", "False")]
    public void A_value_is_that_of_the_original(string expression, string value) =>
        Assert.Equal(string.Join(' ', Enumerable.Repeat(value, 5)), Running.Show(Constant(expression)));

    [Theory]
    [InlineData("a, b = \"xy\";", "x", "y")]
    [InlineData("a, b = {1: 2, 3: 4};", "1", "3")]
    [InlineData("for a, b in [\"xy\", \"zw\"] { c = a; }", "z", "w")]
    public void Strings_and_dictionaries_are_taken_apart(string source, string a, string b)
    {
        Assert.Equal(a, Show("a"));
        Assert.Equal(b, Show("b"));

        string Show(string name) =>
            Running.Show(Running.Compile($"{source}\nresult = {name} if indices < 9 else {name};").SOp("result"), Running.Characters("h"));
    }

    // Lifts an atom to an s-op.
    private static string Constant(string expression) => $"({expression}) if indices < 9 else ({expression})";
}
