using System.Collections.Immutable;

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
}

/// <summary>
/// How the answer is read: the largest of the unembedding's logits names <see cref="Values"/>[i], or, where
/// <see cref="Codes"/> is not empty, the unembedding's only output is a number and the nearest code names it.
/// </summary>
public sealed record ManifestOutput(ImmutableArray<Value> Values, ImmutableArray<double> Codes);

/// <summary>What the run of the weights against the interpreter covered. A model with a mismatch is never written.</summary>
public sealed record ManifestVerification(bool Exhaustive, int Inputs, int Positions, int Mismatches, string Precision);

/// <summary>
/// Everything about a compiled program but its weights. Token i of <see cref="Vocabulary"/> has embedding row i; the
/// beginning-of-sequence token, which stands before every input, has the last row.
/// </summary>
public sealed record Manifest(
    string Program,
    string Export,
    SOpType Type,
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
    ManifestOutput Output,
    ImmutableArray<ManifestVariable> Variables,
    ManifestVerification Verification)
{
    /// <summary>The layout of this file and of the weights; a reader refuses any other than its own.</summary>
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;
}
