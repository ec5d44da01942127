using System.Text.Json;
using Rasp.Format;
using Rasp.Runtime.Injection;
using Rasp.Runtime.Verification;
using Rasp.Testing;

namespace Rasp.Runtime.Tests.Injection;

public sealed class InjectionReportTests
{
    [Fact]
    public void Json_holds_every_figure_and_null_where_nothing_was_counted()
    {
        using JsonDocument json = JsonDocument.Parse(Report(0).ToJson());
        JsonElement set = json.RootElement.GetProperty("sets")[0];
        Assert.Equal(0.75, set.GetProperty("after").GetProperty("accuracy").GetDouble());
        JsonElement answers = set.GetProperty("after").GetProperty("answers");
        Assert.Equal(0.75, answers.GetProperty("N").GetProperty("accuracy").GetDouble());
        Assert.Equal(JsonValueKind.Null, answers.GetProperty("Y").GetProperty("accuracy").ValueKind);
        JsonElement variable = json.RootElement.GetProperty("variables")[0];
        Assert.Equal(0.98, variable.GetProperty("interchange").GetProperty("success").GetDouble());
        Assert.False(json.RootElement.GetProperty("variables")[1].TryGetProperty("interchange", out _));
        Assert.Equal("it holds one value throughout", json.RootElement.GetProperty("variables")[1].GetProperty("whyNoInterchange").GetString());
    }

    [Fact]
    public void The_table_shows_each_answer_and_names_what_has_no_interchange()
    {
        string table = Report(0).ToTable();
        Assert.Contains("minus last *", table, StringComparison.Ordinal);
        Assert.Contains("0.750 (-/0.750)", table, StringComparison.Ordinal);
        Assert.Contains("No interchange of fixed: it holds one value throughout", table, StringComparison.Ordinal);
        Assert.Contains("1.2345", table, StringComparison.Ordinal);
    }

    [Fact]
    public void The_snapshot_does_not_change_with_the_last_digits()
    {
        Assert.Equal(Report(0).ToSnapshot(), Report(0.004).ToSnapshot());
        Assert.NotEqual(Report(0).ToTable(), Report(0.004).ToTable());
        Assert.NotEqual(Report(0).ToSnapshot(), Report(-0.6).ToSnapshot());
    }

    [Fact]
    public void The_snapshot_reads_like_the_table() => Snapshot.Match(Report(0).ToSnapshot());

    private static InjectionReport Report(double shift)
    {
        TaskAccuracy none = new([new AnswerAccuracy("Y", 0, 0), new AnswerAccuracy("N", 4, 0)]);
        TaskAccuracy most = new([new AnswerAccuracy("Y", 0, 0), new AnswerAccuracy("N", 4, 3)]);
        return new InjectionReport(
            "test", "test.rasp", "result", 1000, new InjectionOptions(),
            [new SetReport("minus last", false, none, most, most)],
            new LanguageReport("held-out text", 100, 1.2345 + shift, 1.3, 1.25),
            [
                new VariableReport("flag", SOpType.Bool, "0.resid_post", "2.resid_post", "the likeliest", new DecodingAccuracy(500, 5000, 0.99 + shift, 0.6), new InterchangeSuccess(200, 0.98 + shift, 0.01, 1), null),
                new VariableReport("fixed", SOpType.Bool, "0.resid_post", "2.resid_post", "a constant", null, null, "it holds one value throughout"),
            ]);
    }
}
