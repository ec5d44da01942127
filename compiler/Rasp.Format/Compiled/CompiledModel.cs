using System.Collections.Immutable;

namespace Rasp.Format;

/// <summary>A compiled program: its manifest, its weights, and their forward pass.</summary>
public sealed class CompiledModel
{
    private readonly ForwardPass forward;
    private readonly Dictionary<Value, int> tokenIds;

    public CompiledModel(Manifest manifest, IReadOnlyDictionary<string, WeightTensor> weights)
    {
        Manifest = manifest;
        Weights = weights;
        forward = new ForwardPass(manifest, weights);
        tokenIds = manifest.Vocabulary.Select((token, id) => (token, id)).ToDictionary(p => p.token, p => p.id);
    }

    public Manifest Manifest { get; }

    /// <summary>The tensors named and shaped by <see cref="CompiledWeights.Shapes"/>.</summary>
    public IReadOnlyDictionary<string, WeightTensor> Weights { get; }

    /// <summary>Reads <c>NAME.json</c> and the <c>NAME.safetensors</c> beside it.</summary>
    /// <exception cref="RaspException">A file is missing, malformed or does not fit the other.</exception>
    public static CompiledModel Load(string manifestPath) => CompiledModelFiles.Load(manifestPath);

    /// <summary>Writes <c>NAME.safetensors</c> and <c>NAME.json</c>; neither is ever left half-written.</summary>
    public void Save(string directory) => CompiledModelFiles.Save(this, directory);

    /// <summary>The same weights under a manifest that says more of them.</summary>
    public CompiledModel With(Manifest manifest) => new(manifest, Weights);

    /// <summary>The first export's value at each token.</summary>
    /// <exception cref="RaspException">The input is empty or too long, or holds a token outside the vocabulary.</exception>
    public ImmutableArray<Value> Evaluate(ImmutableArray<Value> tokens) => Decode(Manifest.Outputs[0], forward.Run(Ids(tokens), null), tokens.Length);

    /// <summary>The named export's value at each token.</summary>
    /// <exception cref="RaspException">As above, or there is no export of that name.</exception>
    public ImmutableArray<Value> Evaluate(ImmutableArray<Value> tokens, string output) =>
        Decode(
            Manifest.Outputs.FirstOrDefault(o => o.Name == output)
                ?? throw new RaspException($"'{Manifest.Name}' has no output '{output}'; it has {string.Join(", ", Manifest.Outputs.Select(o => o.Name))}."),
            forward.Run(Ids(tokens), null),
            tokens.Length);

    /// <summary>Every export's and every variable's value at each token, after the interventions.</summary>
    /// <exception cref="RaspException">As <see cref="Evaluate"/>, or an intervention names no resident variable or has the wrong length.</exception>
    public CompiledRun Run(ImmutableArray<Value> tokens, params ReadOnlySpan<Intervention> interventions)
    {
        int[] ids = Ids(tokens);
        (ManifestVariable Variable, ImmutableArray<Value> Values)[] patches = Resolve(interventions, tokens.Length);
        Dictionary<string, ImmutableArray<Value>> traced = [];
        float[] logits = forward.Run(ids, Observe);
        Dictionary<string, ImmutableArray<Value>> outputs = Manifest.Outputs.ToDictionary(o => o.Name, o => Decode(o, logits, tokens.Length));
        return new CompiledRun(outputs[Manifest.Outputs[0].Name], outputs, traced);

        void Observe(int layer, ResidualSite site, Span<float> residual)
        {
            int d = Manifest.DModel;
            foreach ((ManifestVariable variable, ImmutableArray<Value> values) in patches)
            {
                if (variable.Layer != layer || variable.Site != site) continue;
                for (int p = 0; p < values.Length; p++) VariableCodec.Encode(variable, values[p], residual.Slice((p + 1) * d, d));
            }

            foreach (ManifestVariable variable in Manifest.Variables)
            {
                if (variable.Layer != layer || variable.Site != site) continue;
                Value[] values = new Value[tokens.Length];
                for (int p = 0; p < values.Length; p++) values[p] = VariableCodec.Decode(variable, residual.Slice((p + 1) * d, d));
                traced.Add(variable.Name, [.. values]);
            }
        }
    }

    /// <summary>The residual stream [d_model] of the beginning-of-sequence position, which no input changes, after the last layer.</summary>
    internal float[] BeginningOfSequence()
    {
        float[] last = new float[Manifest.DModel];
        forward.Run([Manifest.Vocabulary.Length], (_, _, residual) => residual.CopyTo(last));
        return last;
    }

    private (ManifestVariable Variable, ImmutableArray<Value> Values)[] Resolve(ReadOnlySpan<Intervention> interventions, int length)
    {
        (ManifestVariable, ImmutableArray<Value>)[] patches = new (ManifestVariable, ImmutableArray<Value>)[interventions.Length];
        for (int i = 0; i < interventions.Length; i++)
        {
            Intervention intervention = interventions[i];
            ManifestVariable variable = Manifest.Variables.FirstOrDefault(v => v.Resident && v.Name == intervention.Variable)
                ?? throw new RaspException($"'{Manifest.Name}' has no resident variable '{intervention.Variable}'; it has {string.Join(", ", Manifest.Variables.Where(v => v.Resident).Select(v => v.Name))}.");
            if (intervention.Values.Length != length)
                throw new RaspException($"The intervention on '{intervention.Variable}' has {intervention.Values.Length} values for {length} tokens; give one a token.");
            patches[i] = (variable, intervention.Values);
        }

        return patches;
    }

    private int[] Ids(ImmutableArray<Value> tokens)
    {
        if (tokens.IsEmpty) throw new RaspException("The input is empty; give at least one token.");
        if (tokens.Length > Manifest.MaxLength)
            throw new RaspException($"The input has {tokens.Length} tokens, but '{Manifest.Name}' is compiled for at most {Manifest.MaxLength}; compile it with a larger maximum length.");
        int[] ids = new int[tokens.Length + 1];
        ids[0] = Manifest.Vocabulary.Length;
        for (int i = 0; i < tokens.Length; i++)
        {
            if (!tokenIds.TryGetValue(tokens[i], out ids[i + 1]))
                throw new RaspException($"The token '{tokens[i]}' at position {i} is not in the vocabulary of '{Manifest.Name}' ({string.Join(' ', Manifest.Vocabulary)}); compile it with a vocabulary that has it.");
        }

        return ids;
    }

    private ImmutableArray<Value> Decode(ManifestOutput output, float[] logits, int length)
    {
        Value[] values = new Value[length];
        for (int p = 0; p < length; p++)
        {
            ReadOnlySpan<float> row = logits.AsSpan(((p + 1) * Manifest.Logits) + output.First, output.Logits);
            values[p] = output.Values[output.Codes.IsEmpty ? Largest(row) : VariableCodec.Nearest(output.Codes, row[0])];
        }

        return [.. values];
    }

    private static int Largest(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int i = 1; i < row.Length; i++)
            if (row[i] > row[best]) best = i;
        return best;
    }
}
