using System.Collections.Immutable;
using Rasp.Compiler;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;
using Rasp.Tool.Text;

namespace Rasp.Tool.Running;

/// <summary>What computes a program's values.</summary>
internal enum Engine
{
    /// <summary>The definition of what the program means.</summary>
    Interpreter,

    /// <summary>The compiled weights, through their forward pass.</summary>
    Transformer,

    /// <summary>Both, which must agree.</summary>
    Both,
}

/// <summary>S-ops, ready to be evaluated on inputs; the weights of all of them are one model.</summary>
internal sealed class ProgramRun
{
    private readonly ImmutableDictionary<NamedSOp, EvaluationPlan> interpreters;
    private readonly CompiledModel? model;

    private ProgramRun(ImmutableDictionary<NamedSOp, EvaluationPlan> interpreters, CompiledModel? model)
    {
        this.interpreters = interpreters;
        this.model = model;
    }

    /// <summary>Compiles the s-ops where the engine needs it; null where that fails, with the diagnostics printed.</summary>
    public static ProgramRun? Prepare(
        ProgramSource source, ImmutableArray<NamedSOp> exports, Engine engine, ImmutableArray<InputTokens> inputs, CompileOptions options, TextWriter error)
    {
        // One by one, so that an export without a value on an input leaves the others theirs.
        Interpreter interpreter = new(source.Settings.Causal ?? false);
        ImmutableDictionary<NamedSOp, EvaluationPlan> interpreters = engine == Engine.Transformer
            ? ImmutableDictionary<NamedSOp, EvaluationPlan>.Empty
            : exports.Distinct().ToImmutableDictionary(e => e, e => interpreter.Prepare([e.SOp]));
        if (engine == Engine.Interpreter) return new ProgramRun(interpreters, null);

        CompileSettings settings = source.Settings with
        {
            MaxLength = source.Settings.MaxLength ?? Math.Max(1, inputs.Select(i => i.Tokens.Length).DefaultIfEmpty(1).Max()),
        };
        CompileResult result = ProgramCompiler.Compile(source.Program, [.. exports.Select(e => e.Name)], settings, options);
        return ProgramSource.Report(result.Diagnostics, error) && result.Model is not null
            ? new ProgramRun(interpreters, result.Model)
            : null;
    }

    /// <summary>The values at each token; null, with the reason printed, where there are none or the engines differ.</summary>
    public ImmutableArray<Value>? Evaluate(NamedSOp export, InputTokens input, TextWriter error)
    {
        ImmutableArray<Value>? meant = null;
        if (interpreters.TryGetValue(export, out EvaluationPlan? interpreter))
        {
            if (!interpreter.TryEvaluate(input.Tokens.AsSpan(), out EvaluationError? undefined) && undefined is not null)
            {
                error.WriteLine(CompileDiagnostics.Undefined(undefined, input.Tokens, [export]));
                return null;
            }

            meant = [.. interpreter[export.SOp]];
        }

        if (model is null) return meant;
        ImmutableArray<Value> computed = input.Tokens.IsEmpty ? [] : model.Evaluate(input.Tokens, export.Name);
        if (meant is not ImmutableArray<Value> expected || expected.SequenceEqual(computed)) return computed;
        error.WriteLine(new Diagnostic(
            "RASP0122",
            Severity.Error,
            export.Span,
            $"the engines differ on {export.Name}({input.Notation}): the interpreter gives {ValueText.Format(expected)}, the transformer {ValueText.Format(computed)}"));
        return null;
    }
}
