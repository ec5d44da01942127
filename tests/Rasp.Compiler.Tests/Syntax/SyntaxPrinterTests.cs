using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Syntax;
using Rasp.Compiler.Tests.Fuzz;

namespace Rasp.Compiler.Tests.Syntax;

/// <summary>Printing a program and reading it again changes nothing.</summary>
public class SyntaxPrinterTests
{
    [Fact]
    public void Real_programs_come_back() => Assert.All(RealPrograms.Read(), p => Assert.True(ComesBack(p.Text), p.Path));

    [Fact]
    public void Generated_programs_come_back()
    {
        int read = 0;
        for (int seed = 0; seed < 1000; seed++)
        {
            if (ComesBack(TypedPrograms.Make(seed))) read++;
            if (ComesBack(UntypedPrograms.Make(seed))) read++;
        }

        Assert.True(read > 1000, $"only {read} of 2000 programs could be read");
    }

    [Theory]
    [InlineData("a=1;b = (a+ 2)*3 ;", "a = 1;\nb = (a + 2) * 3;\n")]
    [InlineData("a = 1;\n\n\n\nb = 2;", "a = 1;\n\nb = 2;\n")]
    [InlineData("def f( x,y ){ z=x;return z , y; }", "def f(x, y) {\n    z = x;\n    return z, y;\n}\n")]
    [InlineData("for i,j in zip ( [1],[2] ){ a=i; }", "for i, j in zip([1], [2]) {\n    a = i;\n}\n")]
    [InlineData("# one\na = 1;# two\ndef f(x) { # three\n# four\nreturn x; # five\n# six\n} # seven\n# eight", "# one\na = 1; # two\ndef f(x) { # three\n    # four\n    return x; # five\n    # six\n} # seven\n# eight\n")]
    [InlineData("a = 1; b = 2; # both", "a = 1;\nb = 2; # both\n")]
    [InlineData("a = select(indices,0,!=) and not full_s;", "a = select(indices, 0, !=) and not full_s;\n")]
    [InlineData("a = {1:[2,  0.50],\"x y\":{}};\nb=[ ];", "a = {1: [2, 0.5], \"x y\": {}};\nb = [];\n")]
    [InlineData("a = [ i for i in {k:k for k in range(3)} ];", "a = [i for i in {k: k for k in range(3)}];\n")]
    [InlineData("a = - 1 if not x else y [ 0 ] in f ( ) ;", "a = -1 if not x else y[0] in f();\n")]
    [InlineData("set   s-op example \"x\" show selector example\nfull seq display on quit()", "set s-op example \"x\"\nshow selector example\nfull seq display on\nquit()\n")]
    [InlineData("exit; (a);", "exit;\n(a);\n")]
    [InlineData("#pragma vocab abc\n\nload   \"x\";", "#pragma vocab abc\n\nload \"x\";\n")]
    [InlineData("a = 0.0000000001 + 12.30 + 007;", "a = 0.0000000001 + 12.3 + 7;\n")]
    [InlineData("", "")]
    [InlineData("# only a comment", "# only a comment\n")]
    public void A_program_has_one_form(string source, string printed)
    {
        Assert.Equal(printed, SyntaxPrinter.Print(Read(source)));
        Assert.True(ComesBack(source));
    }

    [Fact]
    public void Long_statements_are_continued_on_the_next_line()
    {
        string source = $"names = [{string.Join(",", Enumerable.Range(0, 60).Select(i => $"\"name {i}\""))}];";
        string printed = SyntaxPrinter.Print(Read(source));
        Assert.All(printed.Split('\n'), line => Assert.InRange(line.Length, 0, 100));
        Assert.True(ComesBack(source));
    }

    [Fact]
    public void A_chain_of_operators_may_be_long() =>
        Assert.StartsWith("x = 1 + 1", SyntaxPrinter.Print(Read("x = 1" + string.Concat(Enumerable.Repeat("+1", 3000)) + ";")), StringComparison.Ordinal);

    /// <summary>False where the text cannot be read in the first place.</summary>
    private static bool ComesBack(string source)
    {
        DiagnosticBag diagnostics = new();
        SyntaxTree tree = SyntaxReader.Read(source, "test.rasp", diagnostics);
        if (diagnostics.HasErrors) return false;
        string printed = SyntaxPrinter.Print(tree);
        SyntaxTree again = Read(printed);
        Assert.Equal(TreeText.Of(tree), TreeText.Of(again));
        Assert.Equal(printed, SyntaxPrinter.Print(again));
        return true;
    }

    private static SyntaxTree Read(string source)
    {
        DiagnosticBag diagnostics = new();
        SyntaxTree tree = SyntaxReader.Read(source, "test.rasp", diagnostics);
        Assert.False(diagnostics.HasErrors, string.Join('\n', diagnostics.ToImmutable()) + "\n" + source);
        return tree;
    }
}
