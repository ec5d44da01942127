using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rasp.Runtime.Verification;

namespace Rasp.Runtime.Injection;

/// <summary>The report as JSON; a share over nothing is null.</summary>
internal static class InjectionReportJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(InjectionReport report)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, Options))
        {
            json.WriteStartObject();
            json.WriteString("task", report.Task);
            json.WriteString("program", report.Program);
            json.WriteString("export", report.Export);
            json.WriteNumber("modelParameters", report.ModelParameters);
            WriteOptions(json, report.Options);
            json.WriteStartArray("sets");
            foreach (SetReport set in report.Sets) WriteSet(json, set);
            json.WriteEndArray();
            json.WriteStartObject("languageLoss");
            json.WriteString("text", report.Language.Text);
            json.WriteNumber("tokens", report.Language.Tokens);
            WriteNumber(json, "before", report.Language.Before);
            WriteNumber(json, "baseline", report.Language.Baseline);
            WriteNumber(json, "after", report.Language.After);
            json.WriteEndObject();
            json.WriteStartArray("variables");
            foreach (VariableReport variable in report.Variables) WriteVariable(json, variable);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteOptions(Utf8JsonWriter json, InjectionOptions options)
    {
        json.WriteStartObject("options");
        json.WriteNumber("seed", options.Seed);
        json.WriteNumber("steps", options.Steps);
        json.WriteNumber("batch", options.Batch);
        json.WriteNumber("tracedBatches", options.TracedBatches);
        json.WriteNumber("learningRate", options.LearningRate);
        json.WriteNumber("headLearningRate", options.HeadLearningRate);
        json.WriteNumber("variablesWeight", options.VariablesWeight);
        json.WriteNumber("klWeight", options.KlWeight);
        json.WriteNumber("hiddenStateWeight", options.HiddenStateWeight);
        json.WriteNumber("textBatch", options.TextBatch);
        json.WriteNumber("textWindow", options.TextWindow);
        json.WriteNumber("textBatches", options.TextBatches);
        json.WriteNumber("textEvery", options.TextEvery);
        json.WriteNumber("firstExchange", options.FirstExchange);
        json.WriteNumber("exchangedVariables", options.ExchangedVariables);
        json.WriteNumber("exchangedRows", options.ExchangedRows);
        json.WriteNumber("gapShare", options.GapShare);
        json.WriteEndObject();
    }

    private static void WriteSet(Utf8JsonWriter json, SetReport set)
    {
        json.WriteStartObject();
        json.WriteString("name", set.Set);
        json.WriteBoolean("inDistribution", set.InDistribution);
        json.WriteNumber("inputs", set.After.Inputs);
        WriteAccuracy(json, "before", set.Before);
        WriteAccuracy(json, "baseline", set.Baseline);
        WriteAccuracy(json, "after", set.After);
        json.WriteEndObject();
    }

    private static void WriteAccuracy(Utf8JsonWriter json, string name, TaskAccuracy accuracy)
    {
        json.WriteStartObject(name);
        WriteNumber(json, "accuracy", accuracy.Accuracy);
        json.WriteStartObject("answers");
        foreach (AnswerAccuracy answer in accuracy.Answers)
        {
            json.WriteStartObject(answer.Answer);
            json.WriteNumber("inputs", answer.Inputs);
            WriteNumber(json, "accuracy", answer.Accuracy);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteVariable(Utf8JsonWriter json, VariableReport variable)
    {
        json.WriteStartObject();
        json.WriteString("name", variable.Name);
        json.WriteString("type", variable.Type.ToString());
        json.WriteString("written", variable.Written);
        json.WriteString("taught", variable.Taught);
        json.WriteString("readAs", variable.ReadAs);
        if (variable.Decoding is DecodingAccuracy decoding)
        {
            json.WriteStartObject("decoding");
            json.WriteNumber("inputs", decoding.Inputs);
            json.WriteNumber("positions", decoding.Positions);
            WriteNumber(json, "accuracy", decoding.Accuracy);
            WriteNumber(json, "majority", decoding.Majority);
            json.WriteEndObject();
        }

        if (variable.Interchange is InterchangeSuccess interchange)
        {
            json.WriteStartObject("interchange");
            json.WriteNumber("counterfactuals", interchange.Counterfactuals);
            WriteNumber(json, "success", interchange.Success);
            WriteNumber(json, "control", interchange.Control);
            json.WriteNumber("dimensions", interchange.Dimensions);
            json.WriteEndObject();
        }

        if (variable.WhyNoInterchange is string why) json.WriteString("whyNoInterchange", why);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsNaN(value)) json.WriteNull(name);
        else json.WriteNumber(name, Math.Round(value, 6));
    }
}
