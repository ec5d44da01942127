using System.Text.RegularExpressions;
using System.Xml.Linq;
using Rasp.Format;
using Rasp.Testing;
using Rasp.Tool.Pages;

namespace Rasp.MSBuild.Tests.Pages;

public sealed partial class ModelPageTests
{
    private const string Hostile = "<script>alert('1')</script> \"&amp; </style>]]>\n\u0000\u202e";

    [Fact]
    public void A_small_page_is_as_it_was_looked_at() => Snapshot.Match(ModelPage.Of(TinyModel.Create(causal: true), ["b", "a"]));

    [Fact]
    public void Names_and_tokens_are_text_whatever_is_in_them()
    {
        CompiledModel model = TinyModel.Create(name: Hostile, variable: Hostile, a: Hostile, b: "\" onmouseover=\"alert(1)");

        XDocument page = XDocument.Parse(Checked(ModelPage.Of(model, [Hostile, "\" onmouseover=\"alert(1)"])));

        Assert.Single(page.Descendants("script"));
        Assert.Single(page.Descendants("style"));
        Assert.Equal("<script>alert('1')</script> \"&amp; </style>]]>\\n\\u{0}\\u{202E}", page.Descendants("h1").Single().Value);
        Assert.Contains(page.Descendants("th"), th => th.Value == "\" onmouseover=\"alert(1)");
        Assert.DoesNotContain(page.Descendants().Attributes(), a => a.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Tokens_that_cannot_be_seen_get_a_sign()
    {
        XDocument page = XDocument.Parse(Checked(ModelPage.Of(TinyModel.Create(a: " ", b: ""), [" ", ""])));
        Assert.Equal(["0", "1", "␣", "\"\""], page.Descendants("thead").First().Descendants("th").Select(th => th.Value).Where(v => v is not ("position" or "input")));
    }

    [Fact]
    public async Task Pages_of_programs_are_well_formed_alone_and_the_same_every_time()
    {
        using TemporaryFolder folder = new();
        foreach (string program in (string[])["histogram", "reverse", "sort", "shuffle_dyck"])
        {
            string file = Path.GetFullPath($"programs/{program}.rasp");
            await RaspCommand.Succeeds("inspect", file, "--html", folder["a/page.html"], "--causal", "--verify-budget", "100");
            await RaspCommand.Succeeds("inspect", file, "--html", folder["b/page.html"], "--causal", "--verify-budget", "100");

            string text = File.ReadAllText(folder["a/page.html"]);
            Assert.Equal(text, File.ReadAllText(folder["b/page.html"]));
            Assert.DoesNotContain(folder.Path, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Path.GetDirectoryName(file) ?? file, text, StringComparison.Ordinal);
            XDocument page = XDocument.Parse(Checked(text));
            CompiledModelSections(page);
        }
    }

    [Fact]
    public async Task A_page_shows_the_weights_and_values_of_its_input()
    {
        using TemporaryFolder folder = new();
        await RaspCommand.Succeeds("compile", "programs/reverse.rasp", "-o", folder.Path);
        await RaspCommand.Succeeds("inspect", folder["reverse.json"], "--html", folder["page.html"], "--input", "badge");

        XDocument page = XDocument.Parse(Checked(File.ReadAllText(folder["page.html"])));
        string[] cells = [.. page.Descendants("rect").Elements("title").Select(t => t.Value)];
        Assert.Contains("b (0) attends to e (4): 1", cells);
        Assert.DoesNotContain(cells, c => c.StartsWith("b (0) attends to b (0): 1", StringComparison.Ordinal));
        XElement output = page.Descendants("tbody").First().Elements("tr").Single();
        Assert.Equal(["reverse", "e", "g", "d", "a", "b"], output.Elements().Select(e => e.Value));
    }

    /// <summary>The beginning of sequence takes nearly all of the weight there; what is selected must be seen nevertheless.</summary>
    [Fact]
    public async Task A_head_that_counts_shows_what_it_selects()
    {
        const string Input = "cabbage";
        using TemporaryFolder folder = new();
        await RaspCommand.Succeeds("inspect", "programs/histogram.rasp", "--html", folder["page.html"], "--input", Input, "--verify-budget", "100");

        XDocument page = XDocument.Parse(File.ReadAllText(folder["page.html"]));
        IEnumerable<string> shown = page.Descendants("rect").Elements("title").Select(t => t.Value.Split(':')[0]).Where(t => !t.Contains("BOS", StringComparison.Ordinal));
        IEnumerable<string> selected =
            from query in Enumerable.Range(0, Input.Length)
            from key in Enumerable.Range(0, Input.Length)
            where Input[query] == Input[key]
            select $"{Input[query]} ({query}) attends to {Input[key]} ({key})";
        Assert.Equal(selected, shown);
    }

    private static void CompiledModelSections(XDocument page)
    {
        Assert.Equal(
            ["On this input", "Attention", "Residual stream", "Variables", "Certificate"],
            page.Descendants("h2").Select(h => h.Value).Where(h => h != "Optimiser"));
        Assert.NotEmpty(page.Descendants("svg"));

        // Every variable that stands in the stream is drawn once at least.
        int variables = page.Descendants("div").Count(d => Style(d) == "map" && d.Elements("div").Any(bar => Style(bar).StartsWith("bar ", StringComparison.Ordinal)));
        Assert.Equal(1, variables);

        static string Style(XElement e) => e.Attribute("class")?.Value ?? string.Empty;
    }

    /// <summary>What holds for every page: HTML closes no element of its own by a slash, and nothing is fetched.</summary>
    private static string Checked(string page)
    {
        Assert.StartsWith("<!DOCTYPE html>\n<html lang=\"en\">", page, StringComparison.Ordinal);
        Assert.All(SelfClosed().Matches(page), m => Assert.Contains(m.Groups[1].Value, (string[])["meta", "rect"]));
        Assert.DoesNotMatch(External(), page);
        XDocument parsed = XDocument.Parse(page);
        Assert.All(parsed.Descendants("script").Concat(parsed.Descendants("style")), e => Assert.DoesNotMatch("[<>&]", e.Value));
        Assert.DoesNotContain(parsed.Descendants().Attributes(), a => a.Name.LocalName is "src" or "href" or "srcset" or "action" or "data");
        Assert.DoesNotContain(parsed.Descendants(), e => e.Name.LocalName is "link" or "img" or "iframe" or "object" or "use" or "image");
        return page;
    }

    [GeneratedRegex(@"<([a-z0-9]+)[^<>]*/>")]
    private static partial Regex SelfClosed();

    [GeneratedRegex(@"https?:|//|url\(|@import|fetch\(|XMLHttp")]
    private static partial Regex External();
}
