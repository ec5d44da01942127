using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Rasp.Format;
using Rasp.Tool.Text;

namespace Rasp.Tool.Pages;

/// <summary>A compiled model and what it does on one input: everything that the page's sections draw.</summary>
internal sealed record ModelAtWork(CompiledModel Model, ImmutableArray<Value> Tokens, CompiledRun Run, ResidualUse Use)
{
    public Manifest Manifest => Model.Manifest;
}

/// <summary><c>rasp inspect --html</c>: a compiled model as a page.</summary>
internal static class ModelPage
{
    public static void Write(string path, CompiledModel model, ImmutableArray<Value> tokens)
    {
        byte[] page = Encoding.UTF8.GetBytes(Of(model, tokens));
        AtomicFile.Write(path, page);
    }

    /// <exception cref="RaspException">The input is empty or too long, or holds a token outside the vocabulary.</exception>
    public static string Of(CompiledModel model, ImmutableArray<Value> tokens)
    {
        ModelAtWork work = new(model, tokens, model.Run(tokens), new ResidualUse(model));
        Manifest m = model.Manifest;
        return PageDocument.Create(
            $"{m.Name} of {m.Program}",
            new XElement("header", new XElement("h1", m.Name), Lead(m), Facts(m)),
            new XElement(
                "main",
                Section("On this input", ValueTable.OfOutputs(work)),
                Section("Attention", AttentionDrawing.Of(work)),
                Section("Residual stream", ResidualMap.Of(work), new XElement("h3", "values at each token"), ValueTable.OfVariables(work)),
                Section("Variables", ManifestTables.Variables(m)),
                Section("Certificate", ManifestTables.Certificate(m)),
                m.Passes.IsEmpty ? null : Section("Optimiser", ManifestTables.Passes(m))));
    }

    private static XElement Section(string title, params ReadOnlySpan<object?> content) =>
        new("section", new XElement("h2", title), content.ToArray());

    private static XElement Lead(Manifest m) => PageDocument.Element(
        "p",
        "lead",
        "compiled from ",
        new XElement("code", m.Program),
        m.Outputs.Length == 1 ? ", output " : ", outputs ",
        string.Join(", ", m.Outputs.Select(o => $"{o.Name} ({ManifestText.TypeName(o.Type)})")));

    private static XElement Facts(Manifest m)
    {
        return PageDocument.Element(
            "dl",
            "facts",
            Fact("layers", Number(m.Layers)),
            Fact("heads per layer", Number(m.HeadsPerLayer)),
            Fact("d_model", Number(m.DModel)),
            Fact("d_head", Number(m.DHead)),
            Fact("d_mlp", Number(m.DMlp)),
            Fact("parameters", Number(m.Parameters)),
            Fact("nonzeros", Number(m.Nonzeros)),
            Fact("vocabulary", ManifestText.Count(m.Vocabulary.Length, "token"), ValueText.Format(m.Vocabulary)),
            Fact("longest input", Number(m.MaxLength)),
            Fact("attention", m.Causal ? "causal" : "bidirectional"));

        static string Number(long n) => n.ToString("N0", CultureInfo.InvariantCulture);
        static XElement Fact(string name, string value, string? title = null) =>
            new("div", title is null ? null : new XAttribute("title", title), new XElement("dt", name), new XElement("dd", value));
    }
}
