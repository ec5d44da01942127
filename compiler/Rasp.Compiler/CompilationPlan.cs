using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Emission;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Optimisation;
using Rasp.Compiler.Scheduling;
using Rasp.Compiler.Verification;
using Rasp.Format;

namespace Rasp.Compiler;

/// <summary>What stands in which columns after which layer: everything about a model but its numbers.</summary>
internal sealed record CompilationPlan(
    ImmutableArray<Value> Vocabulary, DomainAnalysis Domains, Lowerer Lowerer, ImmutableArray<LoweredOutput> Outputs, Schedule Schedule)
{
    /// <exception cref="DomainLimitException">An expression needs more values, steps or precision than there are.</exception>
    /// <exception cref="UndefinedException">An expression that some input needs has no value for any.</exception>
    public static CompilationPlan Of(
        RaspProgram program, ImmutableArray<NamedSOp> exports, ImmutableArray<Value> vocabulary, int maxLength, bool causal, Passes passes)
    {
        DomainAnalysis domains = new(vocabulary, new ContextSpace(maxLength, causal));
        if (passes.CausalMask && !causal && CausalMask.Applies(exports.Select(e => e.SOp), domains))
            domains = new DomainAnalysis(vocabulary, new ContextSpace(maxLength, causal: true));

        // Without a value there is nothing to lay out, unless no input asks for it.
        ImmutableArray<object> nodes = ProgramGraph.Reachable(exports.Select(e => e.SOp));
        if (nodes.OfType<SOp>().Reverse().Any(s => domains.Analyse(s).LargestSet == 0))
            Verifier.ThrowIfUndefined(exports, vocabulary, maxLength, causal);
        Lowerer lowerer = new(domains, vocabulary, passes, nodes, program.SOps.Select(s => s.SOp));
        ImmutableArray<LoweredOutput> outputs = [.. exports.Select(lowerer.Lower)];
        VariableNames names = new(program);
        return new CompilationPlan(
            vocabulary, domains, lowerer, outputs, Schedule.Of(outputs, lowerer.Kept.Where(v => names.Named(v) is not null), passes));
    }
}
