using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;
using Rasp.Testing;

namespace Rasp.Compiler.Tests.Language;

/// <summary>
/// Runs every example of <c>docs/language.md</c>: <c># → values</c> of the name on the left, <c># = value</c> known while
/// loading, <c># error CODE</c> and <c># warning CODE</c>, which must be all that is reported.
/// </summary>
public partial class LanguagePageTests
{
    private static readonly string Page = Path.Combine(Repository.Root, "docs", "language.md");

    public static TheoryData<int> Blocks => [.. Block().Matches(Text()).Select(m => LineOf(m.Groups[1].Index))];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void An_example_gives_what_it_says(int line)
    {
        string source = Block().Matches(Text()).Select(m => m.Groups[1]).First(g => LineOf(g.Index) == line).Value;
        string[] lines = source.Split('\n');
        Assert.Equal(Stated(lines), Reported(source));

        // Lines with an error are left out, so that the others have values.
        string[] right = [.. lines.Select(l => l.Contains("# error", StringComparison.Ordinal) ? string.Empty : l)];
        for (int i = 0; i < right.Length; i++)
        {
            if (Example().Match(right[i]) is not { Success: true } example) continue;
            string name = example.Groups["name"].Value;
            string upToHere = string.Join('\n', right[..(i + 1)]);
            string stated = example.Groups["value"].Value.Trim();
            if (example.Groups["kind"].Value == "=")
            {
                string probe = $"{upToHere}\nis_equal = indices if {name} == {stated} else tokens;";
                Assert.True(Running.Compile(probe).SOp("is_equal").Type == SOpType.Int, $"line {line + i}: {name} is not {stated}");
                continue;
            }

            string input = example.Groups["input"].Success ? example.Groups["input"].Value : "hello";
            RaspProgram program = Running.Compile(upToHere);
            Evaluation evaluation = new Interpreter(program.Settings.Causal ?? false).Evaluate(Running.Characters(input), [program.SOp(name)]);
            string actual = evaluation.Error is null ? $"[{string.Join(", ", evaluation.Values[program.SOp(name)].Select(Show))}]" : "error";
            Assert.True(stated == actual, $"line {line + i}: {name} is {actual}, not {stated}");
        }
    }

    [Fact]
    public void Most_lines_of_the_examples_are_checked()
    {
        int checks = Block().Matches(Text()).SelectMany(m => m.Groups[1].Value.Split('\n')).Count(l => Example().IsMatch(l) || Report().IsMatch(l));
        Assert.True(checks > 100, $"only {checks} lines state a result");
    }

    private static ImmutableArray<string> Stated(string[] lines) =>
        [.. lines.SelectMany((l, i) => Report().Matches(l).Select(m => $"{i + 1} {m.Groups["severity"].Value} {m.Groups["code"].Value}"))];

    private static ImmutableArray<string> Reported(string source) =>
        [.. Compilation.Parse(source, Page).Diagnostics.Select(d =>
            $"{d.Span.StartLine} {(d.Severity == Severity.Error ? "error" : "warning")} {d.Code}")];

    private static string Show(Value value) => value.Kind switch
    {
        ValueKind.Boolean => value.IsTrue ? "T" : "F",
        ValueKind.Text => value.Text,
        _ => value.Number.ToDouble().ToString(CultureInfo.InvariantCulture),
    };

    private static string Text() => File.ReadAllText(Page).ReplaceLineEndings("\n");

    private static int LineOf(int index) => Text().AsSpan(0, index).Count('\n') + 1;

    [GeneratedRegex("```rasp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("""^\s*(?<name>\w+) = .*; +# (?:"(?<input>\w+)" )?(?<kind>→|=) (?<value>[^#]*)""")]
    private static partial Regex Example();

    [GeneratedRegex("# (?<severity>error|warning) (?<code>RASP[0-9]{4})")]
    private static partial Regex Report();
}
