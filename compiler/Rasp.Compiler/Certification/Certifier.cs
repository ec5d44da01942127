using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler.Certification;

/// <summary>
/// Proves by error analysis that a model's answers are right in a number format, for every input up to a length. The model of
/// arithmetic: weights and every tensor that a layer hands on (embedding, q, k, v, scores, pattern, z, attention's output,
/// residual stream, hidden units, the MLP's output, logits) are rounded to the format; the sums within a product are in fp32 or better, in any
/// order; exp is within two units of fp32, e⁰ is 1.
/// </summary>
internal sealed class Certifier(
    Schedule schedule, ImmutableArray<LoweredOutput> outputs, DomainAnalysis domains, CompiledModel model, Func<Variable, string> describe)
{
    private readonly FeatureReadings features = new(schedule);

    public ImmutableArray<ManifestCertificate> Certify() => [.. NumberFormat.All.Select(Certify)];

    private ManifestCertificate Certify(NumberFormat format)
    {
        int longest = model.Manifest.MaxLength;
        if (Overflow(format) is string overflow) return new ManifestCertificate(format.Name, 0, 0, overflow);
        BeginningRow beginning = new(model, format, schedule);
        Proof proof = Prove(format, longest, beginning);
        if (proof.Failure is null) return new ManifestCertificate(format.Name, longest, Shown(proof.Margin), null);

        // What fails for a length fails for every larger one, since a larger length only adds values and errors.
        int proved = 0;
        int failed = longest;
        while (proved + 1 < failed)
        {
            int middle = (proved + failed) / 2;
            if (Prove(format, middle, beginning).Failure is null) proved = middle;
            else failed = middle;
        }

        return new ManifestCertificate(
            format.Name, proved, proved == 0 ? 0 : Shown(Prove(format, proved, beginning).Margin), Prove(format, failed, beginning).Failure);
    }

    /// <summary>A weight that passes the format's largest number spoils every answer, since infinity · 0 is no number.</summary>
    private string? Overflow(NumberFormat format)
    {
        foreach ((string name, WeightTensor tensor) in model.Weights.OrderBy(w => w.Key, StringComparer.Ordinal))
        {
            float largest = 0;
            foreach (float weight in tensor.Data) largest = Math.Max(largest, Math.Abs(weight));
            if (largest > format.Largest) return FormattableString.Invariant($"{name}: the weight {largest:G6} passes the largest number of {format.Name}");
        }

        return null;
    }

    private Proof Prove(NumberFormat format, int maxLength, BeginningRow beginning) =>
        new LengthProof(schedule, domains, features, format, maxLength, describe).Run(outputs, beginning, model.Manifest);

    /// <summary>Rounded down to three digits, a small one to a power of ten.</summary>
    private static double Shown(double margin)
    {
        if (margin >= 0.001) return Math.Floor(margin * 1000) / 1000;
        long tens = 1;
        while (1.0 / tens > margin && tens < 1_000_000_000_000) tens *= 10;
        return 1.0 / tens;
    }
}
