using System.Collections.Immutable;
using System.Globalization;

namespace Rasp.Format;

/// <summary>What every export for other tools starts from: weights in which no tensor is empty, and what the tensors' numbers mean.</summary>
internal sealed record InterchangeModel(Manifest Manifest, ImmutableArray<SafetensorsTensor> Tensors)
{
    /// <summary>
    /// H, h or m = 0 → 1: a head, a head dimension or a neuron with weights of zero adds exactly zero to the residual
    /// stream, and other tools do not all take empty tensors. The weights are rounded to <paramref name="dtype"/>, ties to even.
    /// </summary>
    /// <exception cref="RaspException">A weight is beyond the dtype's largest number.</exception>
    public static InterchangeModel Of(CompiledModel model, SafetensorsDtype dtype)
    {
        Manifest m = model.Manifest with
        {
            HeadsPerLayer = Math.Max(model.Manifest.HeadsPerLayer, 1),
            DHead = Math.Max(model.Manifest.DHead, 1),
            DMlp = Math.Max(model.Manifest.DMlp, 1),
        };
        return new InterchangeModel(m, [.. CompiledWeights.Shapes(m).Select(t => Round(m, t.Name, Fill(model.Weights[t.Name], t.Shape), dtype))]);
    }

    /// <summary>What a reader of the weights alone needs to know, for files that hold text beside them; values as the manifest writes them.</summary>
    public IReadOnlyDictionary<string, string> Metadata => new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["program"] = Manifest.Program,
        ["name"] = Manifest.Name,
        ["vocabulary"] = ManifestJson.WriteValue(Manifest.Vocabulary),
        ["beginning_of_sequence"] = Manifest.Vocabulary.Length.ToString(CultureInfo.InvariantCulture),
        ["max_length"] = Manifest.MaxLength.ToString(CultureInfo.InvariantCulture),
        ["causal"] = Manifest.Causal ? "true" : "false",
        ["outputs"] = ManifestJson.WriteValue(Manifest.Outputs),
    };

    private static WeightTensor Fill(WeightTensor tensor, ImmutableArray<int> shape) =>
        tensor.Shape.SequenceEqual(shape) ? tensor : WeightTensor.Zeros(shape.AsSpan());

    private static SafetensorsTensor Round(Manifest m, string name, WeightTensor tensor, SafetensorsDtype dtype)
    {
        float limit = dtype switch
        {
            SafetensorsDtype.F32 => float.MaxValue,
            SafetensorsDtype.F16 => (float)Half.MaxValue,
            SafetensorsDtype.BF16 => SafetensorsDtypes.FromBFloat16(0x7F7F),
            _ => throw new ArgumentException($"Compiled weights are not written as {dtype}.", nameof(dtype)),
        };
        foreach (float value in tensor.Data)
        {
            if (float.Abs(value) <= limit) continue;
            throw new RaspException(string.Create(
                CultureInfo.InvariantCulture,
                $"'{m.Name}' cannot be written as {dtype}: '{name}' holds {value}, beyond its largest number {limit}; choose a format with a wider range."));
        }

        return SafetensorsTensor.Of(name, [.. tensor.Shape.Select(s => (long)s)], tensor.Data, dtype);
    }
}
