using System.Collections.Immutable;
using Rasp.Compiler.Binding;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Emission;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Scheduling;
using Rasp.Compiler.Verification;
using Rasp.Format;

namespace Rasp.Compiler;

/// <summary>The model, or the diagnostics that say why there is none.</summary>
public sealed record CompileResult(CompiledModel? Model, ImmutableArray<Diagnostic> Diagnostics);

/// <summary>Compiles one s-op of a bound program to transformer weights that have been run against the interpreter.</summary>
public static class ProgramCompiler
{
    /// <summary>
    /// <paramref name="settings"/> override the program's pragmas; a vocabulary and a maximum length must come from
    /// one of them. Never throws for a bad program or bad settings.
    /// </summary>
    public static CompileResult Compile(RaspProgram program, string export, CompileSettings settings)
    {
        CompileSettings chosen = program.Settings.OverriddenBy(settings);
        if (program.Find(export) is not NamedSOp named)
            return Failure(CompileDiagnostics.NoExport(program.Path, export, Spelling.Nearest(export, program.SOps.Select(s => s.Name))));
        if (chosen.Vocabulary is not { IsEmpty: false } vocabulary) return Failure(CompileDiagnostics.NoVocabulary(program.Path));
        if (vocabulary.GroupBy(v => v).FirstOrDefault(g => g.Skip(1).Any()) is { } twice)
            return Failure(CompileDiagnostics.BadVocabulary(program.Path, twice.Key));
        if (chosen.MaxLength is not int maxLength) return Failure(CompileDiagnostics.NoMaxLength(program.Path));
        if (maxLength < 1) return Failure(CompileDiagnostics.BadMaxLength(program.Path, maxLength));
        try
        {
            return Compile(program, named, vocabulary, maxLength, chosen.Causal ?? false);
        }
        catch (DomainLimitException limit)
        {
            return Failure(CompileDiagnostics.Limit(limit.SOp.Span, limit.Message));
        }
    }

    private static CompileResult Compile(RaspProgram program, NamedSOp export, ImmutableArray<Value> vocabulary, int maxLength, bool causal)
    {
        DomainAnalysis domains = new(vocabulary, new ContextSpace(maxLength, causal));
        Lowerer lowerer = new(domains, vocabulary);
        LoweredOutput output = lowerer.Lower(export.SOp);
        Schedule schedule = Schedule.Of(output);
        Manifest manifest = ManifestBuilder.Build(program, export, schedule, lowerer, output, vocabulary, maxLength, causal);
        CompiledModel model = Emitter.Emit(schedule, output, manifest);
        VerificationOutcome outcome = Verifier.Verify(model, export.SOp);
        if (outcome.Error is not null) return Failure(CompileDiagnostics.Undefined(outcome.Error, outcome.FailedInput));
        if (outcome.Difference is not null) return Failure(CompileDiagnostics.Mismatch(export.Span, outcome.Difference, outcome.FailedInput));
        return new CompileResult(model.With(outcome.Verification), []);
    }

    private static CompileResult Failure(Diagnostic diagnostic) => new(null, [diagnostic]);
}
