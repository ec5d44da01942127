using Rasp.Format;

namespace Rasp.Runtime.Tests.Injection;

/// <summary>Manifests without weights, for what reads only them.</summary>
internal static class Manifests
{
    public static Manifest Of(params (string Name, int Layer, ResidualSite Site)[] variables) => Of("ab", 8, variables);

    public static Manifest Of(string vocabulary, int maxLength, params (string Name, int Layer, ResidualSite Site)[] variables) => new(
        "program.rasp", "result", Layers: variables.Max(v => v.Layer) + 1, HeadsPerLayer: 1, DModel: variables.Length, DHead: 1, DMlp: 1,
        Parameters: 0, Nonzeros: 0, [.. vocabulary.Select(c => Value.FromText(c.ToString()))], maxLength, Causal: true,
        [new ManifestOutput("result", SOpType.Bool, 0, [Value.False, Value.True], [])],
        [.. variables.Select((v, i) => new ManifestVariable(v.Name, SOpType.Bool, 1, 1, Resident: true, v.Layer, v.Site, VariableEncoding.OneHot, [i, i], [Value.False, Value.True]))],
        new ManifestVerification(true, 0, 0, 0, "fp32"));
}
