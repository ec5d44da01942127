using System.Collections.Immutable;
using Rasp.Compiler.Binding;
using Rasp.Compiler.Certification;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Emission;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Optimisation;
using Rasp.Compiler.Verification;
using Rasp.Format;

namespace Rasp.Compiler;

/// <summary>The model, or the diagnostics that say why there is none.</summary>
public sealed record CompileResult(CompiledModel? Model, ImmutableArray<Diagnostic> Diagnostics);

/// <summary>What a compile may be told besides the program's settings.</summary>
public sealed record CompileOptions
{
    public static CompileOptions Default { get; } = new();

    /// <summary>The model's name, and its files'; null: the export's, or the program file's where there are several exports.</summary>
    public string? Name { get; init; }

    /// <summary>On how many positions the weights are run against the interpreter (<c>--verify-budget</c>).</summary>
    public int VerifyBudget { get; init; } = 200_000;

    /// <summary>Which passes of the optimiser run: all, but for tests and comparisons.</summary>
    public Passes Passes { get; init; } = Passes.All;

    /// <summary>Whether the manifest says what each pass saved, for which the program is planned once without each.</summary>
    public bool MeasurePasses { get; init; }
}

/// <summary>Compiles s-ops of a bound program to one transformer whose weights have been run against the interpreter.</summary>
public static class ProgramCompiler
{
    /// <summary>As <see cref="Compile(RaspProgram, ImmutableArray{string}, CompileSettings, CompileOptions)"/>, for one export.</summary>
    public static CompileResult Compile(RaspProgram program, string export, CompileSettings settings) =>
        Compile(program, [export], settings, CompileOptions.Default);

    /// <summary>
    /// Compiles the s-ops named by <paramref name="exports"/> to one model; what they share is computed once.
    /// <paramref name="settings"/> override the program's pragmas; a vocabulary and a maximum length must come from
    /// one of them. Never throws for a bad program or bad settings.
    /// </summary>
    public static CompileResult Compile(RaspProgram program, ImmutableArray<string> exports, CompileSettings settings, CompileOptions options)
    {
        CompileSettings chosen = program.Settings.OverriddenBy(settings);
        foreach (string export in exports)
            if (program.Find(export) is null)
                return Failure(CompileDiagnostics.NoExport(program.Path, export, Spelling.Nearest(export, program.SOps.Select(s => s.Name))));
        if (chosen.Vocabulary is not { IsEmpty: false } vocabulary) return Failure(CompileDiagnostics.NoVocabulary(program.Path));
        if (vocabulary.GroupBy(v => v).FirstOrDefault(g => g.Skip(1).Any()) is { } twice)
            return Failure(CompileDiagnostics.BadVocabulary(program.Path, twice.Key));
        if (chosen.MaxLength is not int maxLength) return Failure(CompileDiagnostics.NoMaxLength(program.Path));
        if (maxLength < 1) return Failure(CompileDiagnostics.BadMaxLength(program.Path, maxLength));
        ImmutableArray<NamedSOp> named = [.. exports.Distinct(StringComparer.Ordinal).Select(program.Find).OfType<NamedSOp>()];
        string name = options.Name ?? (named.Length == 1 ? named[0].Name : Path.GetFileNameWithoutExtension(program.Path));
        try
        {
            return Compile(program, named, name, vocabulary, maxLength, chosen.Causal ?? false, options);
        }
        catch (DomainLimitException limit)
        {
            return Failure(CompileDiagnostics.Limit(limit, named));
        }
        catch (UndefinedException undefined)
        {
            return Failure(CompileDiagnostics.Undefined(undefined.Error, undefined.Input, named));
        }
    }

    private static CompileResult Compile(
        RaspProgram program, ImmutableArray<NamedSOp> exports, string name, ImmutableArray<Value> vocabulary, int maxLength, bool causal, CompileOptions options)
    {
        CompilationPlan plan = CompilationPlan.Of(program, exports, vocabulary, maxLength, causal, options.Passes);
        Manifest manifest = ManifestBuilder.Build(program, name, plan);
        if (manifest.Parameters > CompileLimits.Parameters) throw CompileLimits.TooManyParameters(manifest, plan.Schedule);
        CompiledModel model = Emitter.Emit(plan.Schedule, plan.Outputs, manifest);
        ImmutableArray<ManifestCertificate> certificates =
            new Certifier(plan.Schedule, plan.Outputs, plan.Domains, model, new VariableNames(program).Describe).Certify();
        VerificationOutcome outcome = Verifier.Verify(model, exports, causal, options.VerifyBudget);
        if (outcome.Failed is not null) return Failure(CompileDiagnostics.Mismatch(outcome.Failed.Span, outcome.Difference ?? string.Empty, outcome.FailedInput, certificates[0]));
        return new CompileResult(
            model.With(model.Manifest with
            {
                Verification = outcome.Verification,
                Certificates = certificates,
                Passes = options.MeasurePasses ? PassSavings.Of(plan, p => CompilationPlan.Of(program, exports, vocabulary, maxLength, causal, p)) : [],
            }),
            []);
    }

    private static CompileResult Failure(Diagnostic diagnostic) => new(null, [diagnostic]);
}
