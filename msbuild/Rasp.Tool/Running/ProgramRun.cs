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

/// <summary>One s-op, ready to be evaluated on inputs.</summary>
internal sealed class ProgramRun
{
    private readonly NamedSOp export;
    private readonly EvaluationPlan? interpreter;
    private readonly CompiledModel? model;

    private ProgramRun(NamedSOp export, EvaluationPlan? interpreter, CompiledModel? model)
    {
        this.export = export;
        this.interpreter = interpreter;
        this.model = model;
    }

    /// <summary>Compiles the s-op where the engine needs it; null where that fails, with the diagnostics printed.</summary>
    public static ProgramRun? Prepare(
        ProgramSource source, NamedSOp export, Engine engine, ImmutableArray<InputTokens> inputs, CompileOptions options, TextWriter error)
    {
        EvaluationPlan? interpreter = engine == Engine.Transformer
            ? null
            : new Interpreter(source.Settings.Causal ?? false).Prepare([export.SOp]);
        if (engine == Engine.Interpreter) return new ProgramRun(export, interpreter, null);

        CompileSettings settings = source.Settings with
        {
            MaxLength = source.Settings.MaxLength ?? Math.Max(1, inputs.Select(i => i.Tokens.Length).DefaultIfEmpty(1).Max()),
        };
        CompileResult result = ProgramCompiler.Compile(source.Program, [export.Name], settings, options);
        return ProgramSource.Report(result.Diagnostics, error) && result.Model is not null
            ? new ProgramRun(export, interpreter, result.Model)
            : null;
    }

    /// <summary>The values at each token; null, with the reason printed, where there are none or the engines differ.</summary>
    public ImmutableArray<Value>? Evaluate(InputTokens input, TextWriter error)
    {
        ImmutableArray<Value>? meant = null;
        if (interpreter is not null)
        {
            if (!interpreter.TryEvaluate(input.Tokens.AsSpan(), out EvaluationError? undefined) && undefined is not null)
            {
                error.WriteLine(CompileDiagnostics.Undefined(undefined, input.Tokens, [export]));
                return null;
            }

            meant = [.. interpreter[export.SOp]];
        }

        if (model is null) return meant;
        ImmutableArray<Value> computed = input.Tokens.IsEmpty ? [] : model.Evaluate(input.Tokens);
        if (meant is not ImmutableArray<Value> expected || expected.SequenceEqual(computed)) return computed;
        error.WriteLine(new Diagnostic(
            "RASP0122",
            Severity.Error,
            export.Span,
            $"the engines differ on {export.Name}({input.Notation}): the interpreter gives {ValueText.Format(expected)}, the transformer {ValueText.Format(computed)}"));
        return null;
    }
}
