using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Rasp.Format;

/// <summary>Where in a layer a variable first stands: TransformerLens's <c>resid_pre</c>, <c>resid_mid</c>, <c>resid_post</c>.</summary>
public enum ResidualSite
{
    /// <summary>The embedding (only in layer 0).</summary>
    Pre,

    /// <summary>Written by the layer's attention.</summary>
    Mid,

    /// <summary>Written by the layer's MLP.</summary>
    Post,
}

public enum VariableEncoding
{
    /// <summary>Column i of <see cref="ManifestVariable.Columns"/> is 1 where the variable holds value i, the others are 0.</summary>
    OneHot,

    /// <summary>offset + Σ weight·column is <see cref="ManifestVariable.Codes"/>[i] where the variable holds value i.</summary>
    Linear,

    /// <summary>The columns hold <see cref="ManifestVariable.Vectors"/>[i] where the variable holds value i; the vectors all differ.</summary>
    Vector,
}

/// <summary>
/// An s-op that stands in the compiled residual stream from <see cref="Layer"/> and <see cref="Site"/> on.
/// <see cref="Resident"/> variables own their columns and can be intervened on; the others are functions of a resident
/// one (several columns of a one-hot may then stand for the same value).
/// </summary>
public sealed record ManifestVariable(
    string Name,
    SOpType Type,
    int Line,
    int Column,
    bool Resident,
    int Layer,
    ResidualSite Site,
    VariableEncoding Encoding,
    ImmutableArray<int> Columns,
    ImmutableArray<Value> Values)
{
    /// <summary>Only for <see cref="VariableEncoding.Linear"/>: the weight of each column.</summary>
    public ImmutableArray<double> Weights { get; init; } = [];

    /// <summary>Only for <see cref="VariableEncoding.Linear"/>.</summary>
    public double Offset { get; init; }

    /// <summary>Only for <see cref="VariableEncoding.Linear"/>: the number that stands for each value, ascending.</summary>
    public ImmutableArray<double> Codes { get; init; } = [];

    /// <summary>Only for <see cref="VariableEncoding.Vector"/>: what the columns hold for each value, [value][column].</summary>
    public ImmutableArray<ImmutableArray<double>> Vectors { get; init; } = [];

    /// <summary>Other columns to which the variable's value is added: an intervention on it changes them as well.</summary>
    public ImmutableArray<ManifestSum> Sums { get; init; } = [];

    /// <summary>The last layer that reads the columns; the model's number of layers where the unembedding does.</summary>
    public int LastLayer { get; init; }

    /// <summary>Where the expression ends in the source; <see cref="Line"/> and <see cref="Column"/> are where it starts.</summary>
    public int EndLine { get; init; }

    public int EndColumn { get; init; }
}

/// <summary>
/// A column that holds the sum of several variables, and a variable's share in it: <see cref="Shares"/>[i] where it holds value i, or
/// for <see cref="VariableEncoding.Linear"/> <see cref="Shares"/>[0] times its code.
/// </summary>
public sealed record ManifestSum(int Column, ImmutableArray<double> Shares);

/// <summary>
/// How an export is read from the logits [<see cref="First"/>, <see cref="First"/> + <see cref="Logits"/>): the largest of them
/// names <see cref="Values"/>[i], or, where <see cref="Codes"/> is not empty, the one logit is a number and the nearest code names it.
/// </summary>
public sealed record ManifestOutput(string Name, SOpType Type, int First, ImmutableArray<Value> Values, ImmutableArray<double> Codes)
{
    /// <summary>How many of the unembedding's outputs are this export's.</summary>
    [JsonIgnore]
    public int Logits => Codes.IsEmpty ? Values.Length : 1;
}

/// <summary>What the run of the weights against the interpreter covered. A model with a mismatch is never written.</summary>
public sealed record ManifestVerification(bool Exhaustive, int Inputs, int Positions, int Mismatches, string Precision);

/// <summary>
/// What error analysis proves of the weights in a number format (<c>fp32</c>, <c>fp16</c>, <c>bf16</c>): every answer is right for
/// inputs of up to <see cref="MaxLength"/> tokens, 0 where for none. Where that is less than the model's own maximum,
/// <see cref="Limit"/> says which expression's decoding cannot be proved beyond it. <see cref="Margin"/> is the least of all
/// decoding steps' margins at that length: (distance to the threshold − error bound) / distance, in (0, 1].
/// </summary>
public sealed record ManifestCertificate(string Format, int MaxLength, double Margin, string? Limit);

/// <summary>What one pass of the optimiser saved: the model's sizes before and after it.</summary>
public sealed record ManifestPass(string Name, ManifestSizes Before, ManifestSizes After);

/// <summary>A model's sizes, known before its weights are.</summary>
public sealed record ManifestSizes(int Nodes, int Layers, int Heads, int DModel, int DHead, int DMlp, long Parameters);

/// <summary>
/// Everything about a compiled program but its weights. <see cref="Causal"/> is the attention's mask. Token i of <see cref="Vocabulary"/> has embedding row i; the
/// beginning-of-sequence token, which stands before every input, has the last row.
/// </summary>
public sealed record Manifest(
    string Program,
    string Name,
    int Layers,
    int HeadsPerLayer,
    int DModel,
    int DHead,
    int DMlp,
    long Parameters,
    long Nonzeros,
    ImmutableArray<Value> Vocabulary,
    int MaxLength,
    bool Causal,
    ImmutableArray<ManifestOutput> Outputs,
    ImmutableArray<ManifestVariable> Variables,
    ManifestVerification Verification)
{
    /// <summary>One for each number format, in the order fp32, fp16, bf16.</summary>
    public ImmutableArray<ManifestCertificate> Certificates { get; init; } = [];

    /// <summary>The optimiser's passes, in the order in which they ran.</summary>
    public ImmutableArray<ManifestPass> Passes { get; init; } = [];

    /// <summary>How many numbers the unembedding gives at each position.</summary>
    [JsonIgnore]
    public int Logits => Outputs.Sum(o => o.Logits);

    /// <summary>The layout of this file and of the weights; a reader refuses any other than its own.</summary>
    public const int CurrentFormat = 2;

    public int Format { get; init; } = CurrentFormat;
}
