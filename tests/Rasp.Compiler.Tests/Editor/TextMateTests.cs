using System.Text;
using System.Text.RegularExpressions;
using Rasp.Testing;

namespace Rasp.Compiler.Tests.Editor;

/// <summary>What an editor colours, and that it is what the language has.</summary>
public partial class TextMateTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "grammars");

    private static readonly TextMateTokenizer Grammar = new(File.ReadAllText(Path.Combine(Folder, "vscode", "rasp.tmLanguage.json")));

    [Theory]
    [InlineData("statements", "# A comment; \"no string\".\n#pragma vocab abc\n#pragma causal\na, b = indices + 1, 0.5; # after\nload \"file\";\ndraw(a);")]
    [InlineData("functions", "def f(sel, load) {\n    return aggregate(sel, load) if True else g (1);\n}\nfor i, j in zip([1], {\"a\": 2}) { x = not i; }")]
    [InlineData("select", "s = select(tokens, \"#\", !=) and not select(indices, length - 1, <=);\ny = [k for k in range(3)] ^ 2 % 3;")]
    [InlineData("interactive", "set s-op example \"abc\"\nshow selector example\nexamples off\nselector examples on\nfull seq display on\nexit()\nquit # done")]
    [InlineData("names", "on = example; example = selector; exit = load + show; set_on = full; selected = ifs;\nreturned = defs(in_1);")]
    [InlineData("broken", "a = \"no end\nb = 1 $ 2;\nc = 1e5;")]
    public void Scopes(string name, string text)
    {
        StringBuilder result = new();
        foreach (ScopedText token in Grammar.Tokenize(text)) result.Append($"{token.Line}: {token.Text,-12} {token.Scopes}\n");
        Snapshot.Match(result.ToString(), name);
    }

    [Fact]
    public void Every_keyword_is_coloured()
    {
        Dictionary<string, string> statements = new()
        {
            ["load"] = "load \"a\";",
            ["set"] = "set example \"a\"",
            ["show"] = "show example",
            ["example"] = "show example",
            ["examples"] = "examples on",
            ["on"] = "examples on",
            ["off"] = "examples off",
            ["selector"] = "selector examples on",
            ["full"] = "full seq display on",
            ["seq"] = "full seq display on",
            ["display"] = "full seq display on",
            ["exit"] = "exit",
            ["quit"] = "quit()",
        };
        Assert.All(Keywords(), keyword => Assert.Contains(
            Grammar.Tokenize(statements.GetValueOrDefault(keyword, $"a {keyword} b")),
            t => t.Text == keyword && t.Scopes.StartsWith("keyword.", StringComparison.Ordinal)));
    }

    [Fact]
    public void No_other_word_is_coloured_as_a_keyword()
    {
        string[] others = ["s-op", "s", "op", "pragma", "export", "vocab", "max", "length", "causal", "disable", "restore"];
        IEnumerable<string> words = Grammar.Patterns()
            .Where(p => p.Scope.StartsWith("keyword.", StringComparison.Ordinal))
            .SelectMany(p => Word().Matches(Escape().Replace(p.Pattern, " ")).Select(m => m.Value));
        Assert.Empty(words.Except([.. Keywords(), .. others, .. NamePattern]));
    }

    [Fact]
    public void Every_name_of_the_library_is_coloured()
    {
        string library = File.ReadAllText(Path.Combine(Repository.Root, "compiler", "Rasp.Compiler", "Library", "library.rasp"));
        IEnumerable<string> names = LibraryName().Matches(library).Select(m => m.Groups[1].Value);
        Assert.All(names, name => Assert.Contains(
            Grammar.Tokenize(name), t => t.Text == name && t.Scopes.StartsWith("support.", StringComparison.Ordinal)));
    }

    // The character classes of names.
    private static readonly string[] NamePattern = ["A", "Z", "Za", "z", "z_", "_", "Za-z_", "0", "9"];

    /// <summary>The words that the grammar gives names of their own: DEF : 'def' ;</summary>
    private static List<string> Keywords()
    {
        List<string> words = [.. KeywordRule().Matches(File.ReadAllText(Path.Combine(Folder, "Rasp.g4"))).Select(m => m.Groups[1].Value)];
        Assert.True(words.Count > 20);
        return words;
    }

    [GeneratedRegex("^[A-Z]+ : '([a-z]+)' ;", RegexOptions.Multiline)]
    private static partial Regex KeywordRule();

    [GeneratedRegex(@"\\[a-zA-Z]")]
    private static partial Regex Escape();

    [GeneratedRegex("[A-Za-z_]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"^(?:def )?(\w+)(?:\(| =)", RegexOptions.Multiline)]
    private static partial Regex LibraryName();
}
