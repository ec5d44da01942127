using System.Collections.Immutable;
using System.Globalization;
using Benchmarks.Measuring;
using Rasp.Compiler;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Benchmarks.Running;

/// <summary>
/// Running compiled models at n = 50: one input against dense products of Tracr's sizes in numpy, and batches against the interpreter.
/// </summary>
internal sealed class RunningBenchmarks(Contest contest)
{
    private const int Length = 50;
    private const int Batch = 256;

    // The s-op of Language/programs.rasp, its vocabulary, and what the peer calls it.
    private static readonly (string SOp, string Alphabet, string? Dense)[] Programs =
    [
        ("reversed", "abcdefghij", "reverse"), ("sorted", "abcdefghij", "sort"), ("hist", "abcdefghij", null),
        ("shuffle_dyck2", "()[]", null), ("dyck2", "()[]", null), ("most_frequent", "abcdefghij", null),
    ];

    internal static int Run(bool quick)
    {
        Contest contest = quick ? new(3, TimeSpan.FromMilliseconds(20)) : new(15, TimeSpan.FromMilliseconds(50));
        RunningBenchmarks benchmarks = new(contest);
        Compilation compilation = Compilation.Load(Path.Combine(AppContext.BaseDirectory, "programs.rasp"));
        RaspProgram program = compilation.Program ?? throw new InvalidOperationException(string.Join('\n', compilation.Diagnostics));
        (string Name, string? Dense, SOp SOp, CompiledModel Model)[] models = [.. Compile(program)];
        Console.WriteLine(benchmarks.AgainstDense(models));
        Console.WriteLine(benchmarks.AgainstInterpreter(models));
        return 0;
    }

    private static IEnumerable<(string Name, string? Dense, SOp SOp, CompiledModel Model)> Compile(RaspProgram program)
    {
        foreach ((string name, string alphabet, string? dense) in Programs)
        {
            CompileSettings settings = new() { Vocabulary = [.. alphabet.Select(c => Value.FromText(c.ToString()))], MaxLength = Length, Causal = false };
            CompileResult result = ProgramCompiler.Compile(program, name, settings);
            if (result.Model is CompiledModel model && program.Find(name) is NamedSOp sop) yield return (name, dense, sop.SOp, model);
            else Console.WriteLine($"{name} does not compile: {string.Join(' ', result.Diagnostics)}\n");
        }
    }

    /// <summary>One input at a time, fifty taking turns.</summary>
    private string AgainstDense((string Name, string? Dense, SOp SOp, CompiledModel Model)[] models)
    {
        PythonPeer?[] peers = [.. new[] { Environment.ProcessorCount, 1 }.Distinct().Select(Start)];
        try
        {
            foreach (PythonPeer peer in peers.OfType<PythonPeer>().Take(1)) Console.WriteLine($"Dense: {peer.Greeting}.\n");
            if (peers is [null, ..]) Console.WriteLine("numpy is missing (Debian: apt install python3-numpy): ours is measured alone.\n");
            Table table = new("one forward pass, n = 50", "ours", "dense", "dense / ours");
            foreach ((string name, string? dense, _, CompiledModel model) in models)
            {
                if (dense is null) continue;
                ImmutableArray<Value>[] inputs = [.. Inputs(model, 50)];
                int next = 0;
                Contestant ours = Contestant.Of("ours", () => model.Evaluate(inputs[next++ % inputs.Length]));
                Sample[] samples = contest.Run([ours, .. peers.OfType<PythonPeer>().Select(p => p.Contestant("dense", $"forward\t{dense}"))]);
                Sample? best = samples.Skip(1).MinBy(s => s.Median);
                table.Add(name, Table.Time(samples[0].Median), best is null ? "–" : Table.Time(best.Median), best is null ? "–" : Ratio(best, samples[0], "0"));
            }

            return table.Text();
        }
        finally
        {
            foreach (PythonPeer? peer in peers) peer?.Dispose();
        }

        static PythonPeer? Start(int threads) => PythonPeer.Start("dense_peer.py", threads.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Tokens in, values out, on both sides.</summary>
    private string AgainstInterpreter((string Name, string? Dense, SOp SOp, CompiledModel Model)[] models)
    {
        Table table = new($"{Batch} inputs, n = 50, each", "weights", "interpreter", "interpreter / weights");
        foreach ((string name, _, SOp sop, CompiledModel model) in models)
        {
            ImmutableArray<ImmutableArray<Value>> inputs = [.. Inputs(model, Batch)];
            Value[] tokens = [.. inputs.SelectMany(i => i)];
            EvaluationPlan plan = new Interpreter(causal: false).Prepare([sop]);
            plan.Evaluate(tokens, Batch);
            if (!plan[sop].SequenceEqual(model.EvaluateBatch(inputs).SelectMany(v => v)))
                throw new InvalidOperationException($"{name}: the weights and the interpreter differ");
            Sample[] samples = contest.Run(
                Contestant.Of("weights", () => model.EvaluateBatch(inputs)),
                Contestant.Of("interpreter", () =>
                {
                    plan.Evaluate(tokens, Batch);
                    _ = plan[sop];
                }));
            table.Add(name, Table.Time(samples[0].Median / Batch), Table.Time(samples[1].Median / Batch), Ratio(samples[1], samples[0], "0.00"));
            Console.Error.WriteLine($"  {name}");
        }

        return table.Text();
    }

    private static IEnumerable<ImmutableArray<Value>> Inputs(CompiledModel model, int count) =>
        Enumerable.Range(1, count).Select(seed => ImmutableArray.Create(new Random(seed).GetItems(model.Manifest.Vocabulary.AsSpan(), Length)));

    /// <summary>The median of the rounds' ratios with their quartiles.</summary>
    private static string Ratio(Sample x, Sample y, string format)
    {
        double[] ratios = Statistics.Ratios(x, y);
        string At(double q) => Statistics.Quantile(ratios, q).ToString(format, CultureInfo.InvariantCulture);
        return $"{At(0.5)} ({At(0.25)}–{At(0.75)})";
    }
}
