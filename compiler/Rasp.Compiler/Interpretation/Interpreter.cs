using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Interpretation;

/// <summary>Why an s-op has no value at a position of one input; <see cref="SOp"/> is the operation that failed.</summary>
public sealed record EvaluationError(SOp SOp, int Position, string Message);

/// <summary>The values of the requested s-ops and everything they read; where one is undefined, the number 0 stands.</summary>
public sealed record Evaluation(IReadOnlyDictionary<SOp, ImmutableArray<Value>> Values, EvaluationError? Error);

/// <summary>
/// The definition of what a program means. In causal mode position q sees keys k ≤ q only: in selectors, in widths, and
/// so in <c>length</c>.
/// </summary>
public sealed class Interpreter(bool causal)
{
    /// <summary>Evaluates the s-ops and everything they read on one input.</summary>
    public Evaluation Evaluate(ImmutableArray<Value> tokens, ImmutableArray<SOp> sops)
    {
        EvaluationPlan plan = Prepare(sops);
        plan.TryEvaluate(tokens.AsSpan(), out EvaluationError? error);
        return new Evaluation(plan.SOps.ToDictionary(s => s, s => ImmutableArray.Create(plan[s])), error);
    }

    /// <summary>Orders the s-ops and everything they read once, to evaluate many inputs.</summary>
    public EvaluationPlan Prepare(ImmutableArray<SOp> sops) => new(sops, causal);
}
