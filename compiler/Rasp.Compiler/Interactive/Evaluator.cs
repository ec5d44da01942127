using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Rasp.Compiler.Binding;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Rasp.Compiler.Interactive;

/// <summary>Values of s-ops and selectors on one input; null after what is undefined there was reported.</summary>
internal sealed class Evaluator(GraphBuilder graph, DiagnosticBag diagnostics)
{
    private readonly Interpreter interpreter = new(causal: false);

    // Values that are the tokens themselves, of whatever type these are.
    private readonly ConditionalWeakTable<CompileTimeValue, object> tokensAsIs = [];

    public void MarkTokensAsIs(SOpValue value) => tokensAsIs.AddOrUpdate(value, value);

    public SequenceValues? Evaluate(SOpValue value, InputSequence input, SourceSpan span)
    {
        if (tokensAsIs.TryGetValue(value, out _))
        {
            if (input.Type is not null) return new SequenceValues(input.Values, [.. input.Tokens.Select(t => t.Type == SOpType.Float)]);
            diagnostics.WrongKind(span, "an input with tokens of one type", input.Notation);
            return null;
        }

        SOp sop = value.SOp;
        EvaluationPlan plan = interpreter.Prepare([sop]);
        if (!TryEvaluate(plan, input, span)) return null;
        ImmutableArray<Value> values = [.. plan[sop]];
        return new SequenceValues(values, FloatPositions.Of(sop, input.Values, values, graph));
    }

    /// <summary>Cells [query · length + key].</summary>
    public ImmutableArray<bool>? Evaluate(SelectorValue value, InputSequence input, SourceSpan span)
    {
        EvaluationPlan plan = interpreter.Prepare([graph.SelectorWidth(value.Selector, value.Selector.Span)]);
        return TryEvaluate(plan, input, span) ? [.. plan[value.Selector]] : null;
    }

    private bool TryEvaluate(EvaluationPlan plan, InputSequence input, SourceSpan span)
    {
        if (plan.TryEvaluate(input.Values.AsSpan(), out EvaluationError? error)) return true;
        if (error is not null)
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"{error.Message}, at position {error.Position} of {input.Notation}");

            // The base s-ops stand in no text.
            diagnostics.CannotEvaluate(error.SOp.Span == SourceSpan.None ? span : error.SOp.Span, place);
        }

        return false;
    }
}
