using System.Collections.Immutable;
using System.Globalization;
using Rasp.Format;

namespace Rasp.Tool.Pages;

/// <summary>One thing that reads the residual stream: <c>blocks.1 head 0 query</c>. <see cref="Stage"/> counts embedding, attention and MLP of each layer, unembedding.</summary>
internal sealed record VariableReader(int Stage, string Name);

/// <summary>What a head reads and writes: places in the manifest's variables, and whether it does anything at all.</summary>
internal sealed record HeadUse(ImmutableArray<int> Query, ImmutableArray<int> Key, ImmutableArray<int> Value, ImmutableArray<int> Written, bool IsUsed);

/// <summary>
/// Who reads and writes each variable, by the nonzeros of the weights. A column may hold one variable after another: a reader at
/// stage s reads the one that was written last before s. Stages: 0 the embedding, 1 + 2l the attention of layer l, 2 + 2l its MLP,
/// 1 + 2L the unembedding.
/// </summary>
internal sealed class ResidualUse
{
    private readonly Manifest m;
    private readonly IReadOnlyDictionary<string, WeightTensor> weights;
    private readonly SortedSet<(int Variable, int Stage, string Name)> reads = [];
    private readonly ILookup<int, int> ownersOfColumn;
    private readonly int[] firstWritten;
    private readonly int[] lastRead;

    public ResidualUse(CompiledModel model)
    {
        m = model.Manifest;
        weights = model.Weights;
        ownersOfColumn = m.Variables.Index().Where(v => v.Item.Resident)
            .SelectMany(v => v.Item.Columns.Select(c => (Column: c, Variable: v.Index)))
            .ToLookup(p => p.Column, p => p.Variable);
        lastRead = new int[m.DModel];
        firstWritten = [.. Enumerable.Range(0, m.DModel).Select(FirstWritten)];
        Heads = [.. Enumerable.Range(0, m.Layers).Select(l => ImmutableArray.CreateRange(Enumerable.Range(0, m.HeadsPerLayer).Select(h => Head(l, h))))];
        for (int l = 0; l < m.Layers; l++)
            Read(2 + (2 * l), string.Create(CultureInfo.InvariantCulture, $"blocks.{l} mlp"), Rows(CompiledWeights.Mlp(l, "W_in"), 0, m.DModel, m.DMlp));
        Read(Stages - 1, "unembed", Rows(CompiledWeights.Unembedding, 0, m.DModel, m.Logits));
    }

    public int Stages => (2 * m.Layers) + 2;

    /// <summary>[layer][head].</summary>
    public ImmutableArray<ImmutableArray<HeadUse>> Heads { get; }

    /// <summary>The stage that writes the variable.</summary>
    public static int WrittenAt(ManifestVariable v) => v.Site switch
    {
        ResidualSite.Pre => 2 * v.Layer,
        ResidualSite.Mid => 1 + (2 * v.Layer),
        _ => 2 + (2 * v.Layer),
    };

    /// <summary>In the order of the stages.</summary>
    public ImmutableArray<VariableReader> ReadersOf(int variable) =>
        [.. reads.Where(r => r.Variable == variable).Select(r => new VariableReader(r.Stage, r.Name))];

    /// <summary>The stages that write a column first and read it last, whatever it holds; the first stage alone where none reads it.</summary>
    public (int Written, int Read) LifeOf(int column) => (firstWritten[column], Math.Max(lastRead[column], firstWritten[column] + 1));

    private int FirstWritten(int column)
    {
        if (Writes(CompiledWeights.Embedding) || Writes(CompiledWeights.Positions)) return 0;
        for (int l = 0; l < m.Layers; l++)
        {
            if (Writes(CompiledWeights.Attention(l, "W_O")) || Writes(CompiledWeights.Attention(l, "b_O"))) return 1 + (2 * l);
            if (Writes(CompiledWeights.Mlp(l, "W_out")) || Writes(CompiledWeights.Mlp(l, "b_out"))) return 2 + (2 * l);
        }

        return 0;

        bool Writes(string name)
        {
            float[] matrix = weights[name].Data;
            for (int i = column; i < matrix.Length; i += m.DModel)
                if (matrix[i] != 0) return true;
            return false;
        }
    }

    private HeadUse Head(int layer, int head)
    {
        int stage = 1 + (2 * layer);
        bool[] written = new bool[m.DModel];
        ReadOnlySpan<float> output = weights[CompiledWeights.Attention(layer, "W_O")].Data.AsSpan(head * m.DHead * m.DModel, m.DHead * m.DModel);
        for (int i = 0; i < output.Length; i++) written[i % m.DModel] |= output[i] != 0;
        if (!written.Contains(true)) return new HeadUse([], [], [], [], false);
        ImmutableArray<int> variables =
            [.. m.Variables.Index().Where(v => v.Item.Resident && WrittenAt(v.Item) == stage && v.Item.Columns.Any(c => written[c])).Select(v => v.Index)];
        return new HeadUse(ReadBy("Q", "query"), ReadBy("K", "key"), ReadBy("V", "value"), variables, true);

        ImmutableArray<int> ReadBy(string name, string role) => Read(
            stage,
            string.Create(CultureInfo.InvariantCulture, $"blocks.{layer} head {head} {role}"),
            Rows(CompiledWeights.Attention(layer, "W_" + name), head * m.DModel * m.DHead, m.DModel, m.DHead));
    }

    private ImmutableArray<int> Read(int stage, string reader, IEnumerable<int> columns)
    {
        int[] read = [.. columns];
        foreach (int column in read) lastRead[column] = Math.Max(lastRead[column], stage);
        ImmutableArray<int> variables = [.. read.Select(c => Holder(c, stage)).OfType<int>().Distinct().Order()];
        foreach (int variable in variables) reads.Add((variable, stage, reader));
        return variables;
    }

    /// <summary>The variable that the column holds when <paramref name="stage"/> reads it.</summary>
    private int? Holder(int column, int stage) =>
        ownersOfColumn[column].Where(v => WrittenAt(m.Variables[v]) < stage).OrderBy(v => WrittenAt(m.Variables[v])).Select(v => (int?)v).LastOrDefault();

    /// <summary>The inputs that a matrix [inputs, outputs] reads.</summary>
    private IEnumerable<int> Rows(string name, int start, int inputs, int outputs)
    {
        float[] matrix = weights[name].Data;
        return Enumerable.Range(0, inputs).Where(i => matrix.AsSpan(start + (i * outputs), outputs).ContainsAnyExcept(0f));
    }
}
