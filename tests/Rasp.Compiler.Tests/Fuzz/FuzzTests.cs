using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Interactive;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Fuzz;

/// <summary>
/// Whatever the text is, loading and running it ends soon, and with diagnostics instead of exceptions; text that cannot be
/// a program is never accepted. The seeds are fixed.
/// </summary>
public class FuzzTests
{
    private const int Each = 5_000;

    // What ends at all ends well before: the slowest, whose nested comprehensions the parser looks far ahead in, takes under 2 s of
    // processor time, and a machine that runs other tests beside this one makes that some times longer.
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    private static readonly ImmutableArray<ImmutableArray<Value>> Inputs = [Running.Characters("abca"), [1, 2, 3], ["a"], []];

    [Fact]
    public void Programs_of_the_right_types() =>
        Assert.InRange(Survive(Each, TypedPrograms.Make), Each / 2, Each);

    [Fact]
    public void Programs_of_any_types() => Survive(Each, UntypedPrograms.Make);

    [Fact]
    public void Damaged_real_programs()
    {
        ImmutableArray<(string Path, string Text)> real = RealPrograms.Read();
        Survive(Each, seed =>
        {
            Random random = new(seed);
            return Mutations.Mutate(real[random.Next(real.Length)].Text, real[random.Next(real.Length)].Text, random);
        });
    }

    [Fact]
    public void Damaged_generated_programs() =>
        Survive(Each, seed => Mutations.Mutate(TypedPrograms.Make(seed), UntypedPrograms.Make(seed), new Random(seed)));

    [Fact]
    public void Programs_at_the_prompt()
    {
        for (int seed = 0; seed < 600; seed++)
        {
            string text = (seed % 3) switch
            {
                0 => TypedPrograms.Make(seed),
                1 => UntypedPrograms.Make(seed),
                _ => Mutations.Mutate(TypedPrograms.Make(seed), UntypedPrograms.Make(seed), new Random(seed)),
            };
            using StringReader input = new(text);
            using StringWriter output = new();
            InteractiveSession.Run(input, output, TextWriter.Null, Path.GetTempPath(), []);
            Assert.NotEqual(string.Empty, output.ToString());
        }
    }

    /// <summary>How many of the programs compiled.</summary>
    private static int Survive(int count, Func<int, string> make)
    {
        ConcurrentBag<string> failures = [];
        int compiled = 0;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (seed, loop) =>
        {
            string text = make(seed);
            if (Problem(text, ref compiled) is not { } problem) return;
            failures.Add($"seed {seed}: {problem}\n{text}\n");
            if (failures.Count > 5) loop.Stop();
        });
        Assert.True(failures.IsEmpty, string.Join("\n", failures));
        return compiled;
    }

    private static string? Problem(string text, ref int compiled)
    {
        Stopwatch watch = Stopwatch.StartNew();
        try
        {
            Compilation compilation = Compilation.Parse(text, "fuzz.rasp");
            bool hasErrors = compilation.Diagnostics.Any(d => d.Severity == Severity.Error);
            if (hasErrors != compilation.Program is null) return "there is a program although there are errors, or neither";
            if (!hasErrors && BrokenText.Reason(text) is { } reason) return $"it was accepted although it is broken: {reason}";
            if (compilation.Program is { } program)
            {
                Interlocked.Increment(ref compiled);
                Interpreter interpreter = new(program.Settings.Causal ?? false);
                EvaluationPlan plan = interpreter.Prepare([.. program.SOps.Select(s => s.SOp)]);
                foreach (ImmutableArray<Value> input in Inputs)
                {
                    if (!plan.TryEvaluate(input.AsSpan(), out EvaluationError? error) && error is null) return "a run failed without an error";
                }
            }
        }
        catch (Exception e)
        {
            return e.ToString();
        }

        return watch.Elapsed > Hang ? $"it took {watch.Elapsed}" : null;
    }
}
