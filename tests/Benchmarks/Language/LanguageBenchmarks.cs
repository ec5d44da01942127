using System.Globalization;
using System.Text.Json;
using Benchmarks.Measuring;
using Rasp.Compiler;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Benchmarks.Language;

/// <summary>Loading and evaluating programs, against the original interpreter (a checkout named by <c>RASP_ORIGINAL</c>) in one run.</summary>
internal sealed class LanguageBenchmarks(Contest contest, PythonPeer? original)
{
    private const string Checkout = "RASP_ORIGINAL";

    private static readonly string[] Head = ["ours", "original", "original / ours"];

    // The s-op, and the characters of its inputs.
    private static readonly (string SOp, string Alphabet)[] Programs =
    [
        ("reversed", "abcdefghij"), ("hist", "abcdefghij"), ("sorted", "abcdefghij"),
        ("shuffle_dyck2", "()[]"), ("dyck2", "()[]"), ("most_frequent", "abcdefghij"),
    ];

    internal static int Run(bool quick)
    {
        Contest contest = quick ? new(3, TimeSpan.FromMilliseconds(20)) : new(9, TimeSpan.FromMilliseconds(50));
        using PythonPeer? original = Environment.GetEnvironmentVariable(Checkout) is { Length: > 0 } checkout
            ? PythonPeer.Start("original_peer.py", Path.GetFullPath(checkout))
            : null;
        if (original is null)
            Console.WriteLine($"The original interpreter is missing ({Checkout} names a checkout of it; Debian: apt install python3-antlr4): ours is measured alone.\n");
        LanguageBenchmarks benchmarks = new(contest, original);
        Console.WriteLine(benchmarks.Evaluation(quick ? [50] : [10, 20, 50]));
        Console.WriteLine(benchmarks.LargePrograms());
        return 0;
    }

    private string Evaluation(int[] lengths)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "programs.rasp");
        RaspProgram program = Loaded(Compilation.Load(path));
        original?.Ask($"load\t{WithoutExtension(path)}\t1");
        Table table = new(["evaluation of one input", .. Head]);
        foreach ((string name, string alphabet) in Programs)
        {
            foreach (int n in lengths)
            {
                // The original remembers a sequence's last input: three inputs take turns.
                string[] inputs = [.. Enumerable.Range(1, 3).Select(seed => Input(alphabet, n, seed))];
                Add(table, $"{name}, n = {n}", Evaluating(program, name, [.. inputs.Select(i => Tokens(i))]), $"evaluate\t{name}\t{string.Join(',', inputs)}");
                foreach (string input in inputs) Agree(program, name, input, Tokens(input));
            }
        }

        return table.Text();
    }

    private string LargePrograms()
    {
        Table table = new(["large programs", .. Head]);
        Measure("3,000 nodes", LargeProgram.Text(blocks: 150, dictionaries: 0, words: 0));
        Measure("120 KB", LargeProgram.Text(blocks: 190, dictionaries: 4, words: 800));
        return table.Text();

        void Measure(string name, string text)
        {
            string path = Path.Combine(Path.GetTempPath(), $"rasp-benchmark-{Environment.ProcessId}.rasp");
            File.WriteAllText(path, text);
            try
            {
                RaspProgram program = Loaded(Compilation.Load(path));
                string size = string.Create(CultureInfo.InvariantCulture, $"{name} ({text.Length / 1000} KB, {ProgramGraph.Reachable([Find(program, "total")]).Length} nodes)");
                Add(table, $"load {size}", Contestant.Of("ours", () => Compilation.Load(path)), $"load\t{WithoutExtension(path)}");
                string[][] inputs = [.. Enumerable.Range(1, 5).Select(seed => Words(24, seed))];
                Add(table, $"evaluate {name}, 24 tokens", Evaluating(program, "total", [.. inputs.Select(Tokens)]),
                    $"evaluate\ttotal\t{string.Join(',', inputs.Select(i => string.Join(' ', i)))}");
                Agree(program, "total", string.Join(' ', inputs[0]), Tokens(inputs[0]));
                AddThousand(table, $"evaluate {name}, 1,000 inputs of 24 tokens", program);
            }
            finally
            {
                File.Delete(path);
            }
        }
    }

    // In batches; the original would take minutes.
    private void AddThousand(Table table, string name, RaspProgram program)
    {
        const int batch = 50;
        SOp sop = Find(program, "total");
        EvaluationPlan plan = new Interpreter(causal: false).Prepare([sop]);
        Value[][] batches = [.. Enumerable.Range(0, 1000 / batch).Select(b => Enumerable.Range(b * batch, batch).SelectMany(seed => Tokens(Words(24, seed))).ToArray())];
        Sample sample = contest.Run(Contestant.Of("ours", () =>
        {
            foreach (Value[] tokens in batches)
            {
                plan.Evaluate(tokens, batch);
                _ = plan[sop];
            }
        }))[0];
        table.Add([name, Table.Time(sample.Median), "–", "–"]);
        Console.Error.WriteLine($"  {name}: {Table.Time(sample.Median)}");
    }

    private void Add(Table table, string name, Contestant ours, string work)
    {
        Sample[] samples = contest.Run(original is null ? [ours] : [ours, original.Contestant("original", work)]);
        string[] peer = samples is [var us, var them] ? [Table.Time(them.Median), Statistics.Quantile(Statistics.Ratios(them, us), 0.5).ToString("0", CultureInfo.InvariantCulture)] : ["–", "–"];
        table.Add([name, Table.Time(samples[0].Median), .. peer]);
        Console.Error.WriteLine($"  {name}: {Table.Time(samples[0].Median)} {string.Join(' ', peer)}");
    }

    private static Contestant Evaluating(RaspProgram program, string name, Value[][] inputs)
    {
        SOp sop = Find(program, name);
        EvaluationPlan plan = new Interpreter(causal: false).Prepare([sop]);
        int next = 0;
        return Contestant.Of("ours", () =>
        {
            if (!plan.TryEvaluate(inputs[next++ % inputs.Length], out EvaluationError? error)) throw new InvalidOperationException($"{name}: {error}");
            _ = plan[sop];
        });
    }

    // Numbers within 1e-9: the original computes in double precision, ours exactly.
    private void Agree(RaspProgram program, string name, string input, Value[] tokens)
    {
        if (original is null) return;
        EvaluationPlan plan = new Interpreter(causal: false).Prepare([Find(program, name)]);
        plan.TryEvaluate(tokens, out _);
        Value[] ours = plan[Find(program, name)];
        JsonElement[] theirs = [.. JsonDocument.Parse(original.Ask($"values\t{name}\t{input}\t1")).RootElement.EnumerateArray()];
        for (int i = 0; i < theirs.Length; i++)
        {
            bool same = theirs[i].ValueKind switch
            {
                JsonValueKind.Number => Math.Abs(ours[i].Number.ToDouble() - theirs[i].GetDouble()) < 1e-9,
                JsonValueKind.String => ours[i].Text == theirs[i].GetString(),
                _ => ours[i].IsTrue == theirs[i].GetBoolean(),
            };
            if (!same) throw new InvalidOperationException($"{name} of {input} at {i} is {ours[i]}, the original says {theirs[i]}");
        }
    }

    private static RaspProgram Loaded(Compilation compilation) =>
        compilation.Program ?? throw new InvalidOperationException(string.Join('\n', compilation.Diagnostics));

    private static SOp Find(RaspProgram program, string name) => program.Find(name)?.SOp ?? throw new InvalidOperationException($"no s-op {name}");

    private static string WithoutExtension(string path) => Path.Combine(Path.GetDirectoryName(path) ?? ".", Path.GetFileNameWithoutExtension(path));

    private static string Input(string alphabet, int length, int seed) => new(new Random(seed).GetItems<char>(alphabet, length));

    private static string[] Words(int length, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => LargeProgram.Word(random.Next(800)))];
    }

    private static Value[] Tokens(string input) => [.. input.Select(c => Value.FromText(c.ToString()))];

    private static Value[] Tokens(string[] words) => [.. words.Select(Value.FromText)];
}
