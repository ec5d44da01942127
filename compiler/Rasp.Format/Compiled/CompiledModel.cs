using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rasp.Format;

/// <summary>A compiled program: its manifest, its weights, and their forward pass.</summary>
public sealed class CompiledModel
{
    private readonly ForwardPass forward;
    private readonly TokenIds tokenIds;

    public CompiledModel(Manifest manifest, IReadOnlyDictionary<string, WeightTensor> weights)
        : this(manifest, weights, new ForwardPass(manifest, weights))
    {
    }

    private CompiledModel(Manifest manifest, IReadOnlyDictionary<string, WeightTensor> weights, ForwardPass forward)
    {
        Manifest = manifest;
        Weights = weights;
        this.forward = forward;
        tokenIds = new TokenIds(manifest.Vocabulary);
    }

    public Manifest Manifest { get; }

    /// <summary>The tensors named and shaped by <see cref="CompiledWeights.Shapes"/>.</summary>
    public IReadOnlyDictionary<string, WeightTensor> Weights { get; }

    /// <summary>Reads <c>NAME.json</c> and the <c>NAME.safetensors</c> beside it.</summary>
    /// <exception cref="RaspException">A file is missing, malformed or does not fit the other.</exception>
    public static CompiledModel Load(string manifestPath) => CompiledModelFiles.Load(manifestPath);

    /// <summary>Writes <c>NAME.safetensors</c> and <c>NAME.json</c>; neither is ever left half-written.</summary>
    public void Save(string directory) => CompiledModelFiles.Save(this, directory);

    /// <summary>The same weights under a manifest that says more of them, but no other sizes, variables or outputs.</summary>
    public CompiledModel With(Manifest manifest) => new(manifest, Weights, forward);

    /// <summary>The first export's value at each token.</summary>
    /// <exception cref="RaspException">The input is empty or too long, or holds a token outside the vocabulary.</exception>
    public ImmutableArray<Value> Evaluate(ImmutableArray<Value> tokens) => EvaluateBatch([tokens], 0)[0];

    /// <summary>The named export's value at each token.</summary>
    /// <exception cref="RaspException">As above, or there is no export of that name.</exception>
    public ImmutableArray<Value> Evaluate(ImmutableArray<Value> tokens, string output) => EvaluateBatch([tokens], OutputIndex(output))[0];

    /// <summary>The first export's value at each token of each input. Inputs may differ in length; those of like lengths are computed together.</summary>
    /// <exception cref="RaspException">As <see cref="Evaluate(ImmutableArray{Value})"/>, of the first input that is refused.</exception>
    public ImmutableArray<ImmutableArray<Value>> EvaluateBatch(ImmutableArray<ImmutableArray<Value>> inputs) => EvaluateBatch(inputs, 0);

    /// <summary>The named export's value at each token of each input.</summary>
    /// <exception cref="RaspException">As above, or there is no export of that name.</exception>
    public ImmutableArray<ImmutableArray<Value>> EvaluateBatch(ImmutableArray<ImmutableArray<Value>> inputs, string output) =>
        EvaluateBatch(inputs, OutputIndex(output));

    /// <summary>
    /// For inputs of these lengths, given by their tokens' indices in the vocabulary, one input after the other: the answers
    /// [output, token] as indices into the outputs' values.
    /// </summary>
    internal void Answer(int[] ids, int[] lengths, int[] answers) => forward.Run(ids, lengths, answers);

    /// <summary>Every export's and every variable's value at each token, after the interventions.</summary>
    /// <exception cref="RaspException">As <see cref="Evaluate"/>, or an intervention names no resident variable or has the wrong length.</exception>
    public CompiledRun Run(ImmutableArray<Value> tokens, params ReadOnlySpan<Intervention> interventions)
    {
        int[] ids = new int[tokens.Length];
        FindIds(tokens, ids);
        (ManifestVariable Variable, ImmutableArray<Value> Values)[] patches = Resolve(interventions, tokens.Length);
        Dictionary<string, ImmutableArray<Value>> traced = [];
        int[] answers = new int[Manifest.Outputs.Length * tokens.Length];
        forward.Run(ids, Observe, answers);
        Dictionary<string, ImmutableArray<Value>> outputs = [];
        for (int o = 0; o < Manifest.Outputs.Length; o++)
            outputs.Add(Manifest.Outputs[o].Name, Decode(o, answers.AsSpan(o * tokens.Length, tokens.Length)));
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

    private ImmutableArray<ImmutableArray<Value>> EvaluateBatch(ImmutableArray<ImmutableArray<Value>> inputs, int output)
    {
        int[] order = [.. Enumerable.Range(0, inputs.Length).OrderBy(i => inputs[i].Length)];
        int[] lengths = [.. order.Select(i => inputs[i].Length)];
        int[] starts = new int[inputs.Length];
        int count = 0;
        foreach (int i in order) (starts[i], count) = (count, count + inputs[i].Length);
        int[] ids = new int[count];
        for (int i = 0; i < inputs.Length; i++) FindIds(inputs[i], ids.AsSpan(starts[i], inputs[i].Length));
        int[] answers = new int[Manifest.Outputs.Length * count];
        forward.Run(ids, lengths, answers);
        ImmutableArray<Value>[] evaluated = new ImmutableArray<Value>[inputs.Length];
        for (int i = 0; i < inputs.Length; i++) evaluated[i] = Decode(output, answers.AsSpan((output * count) + starts[i], inputs[i].Length));
        return ImmutableCollectionsMarshal.AsImmutableArray(evaluated);
    }

    private int OutputIndex(string name)
    {
        for (int o = 0; o < Manifest.Outputs.Length; o++)
            if (Manifest.Outputs[o].Name == name) return o;
        throw new RaspException($"'{Manifest.Name}' has no output '{name}'; it has {string.Join(", ", Manifest.Outputs.Select(o => o.Name))}.");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindIds(ImmutableArray<Value> tokens, Span<int> ids)
    {
        if (tokens.IsEmpty) throw new RaspException("The input is empty; give at least one token.");
        if (tokens.Length > Manifest.MaxLength)
            throw new RaspException($"The input has {tokens.Length} tokens, but '{Manifest.Name}' is compiled for at most {Manifest.MaxLength}; compile it with a larger maximum length.");
        ReadOnlySpan<Value> values = tokens.AsSpan();
        for (int i = 0; i < values.Length; i++)
        {
            ids[i] = tokenIds[in values[i]];
            if (ids[i] < 0)
                throw new RaspException($"The token '{tokens[i]}' at position {i} is not in the vocabulary of '{Manifest.Name}' ({string.Join(' ', Manifest.Vocabulary)}); compile it with a vocabulary that has it.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ImmutableArray<Value> Decode(int output, ReadOnlySpan<int> answers)
    {
        ReadOnlySpan<Value> all = Manifest.Outputs[output].Values.AsSpan();
        Value[] values = new Value[answers.Length];
        for (int p = 0; p < values.Length; p++) values[p] = all[answers[p]];
        return ImmutableCollectionsMarshal.AsImmutableArray(values);
    }
}
