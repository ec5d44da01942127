using System.Diagnostics;
using Rasp.Format;
using Rasp.Runtime.Injection;
using Rasp.Runtime.Injection.Tasks;
using Rasp.Runtime.LanguageModels;

// The build has compiled this project's .rasp programs to transformer weights, which lie beside the program.
(string Export, string Input, string Expected)[] examples =
[
    ("reverse", "badge", "e g d a b"),
    ("histogram", "cabbage", "1 2 2 2 2 1 1"),
    ("sorted", "badge", "a b d e g"),
    ("shuffle_dyck", "([)]", "False False False True"),
];

Console.WriteLine("Programs, computed by their compiled weights:");
bool allAsExpected = true;
foreach ((string export, string input, string expected) in examples)
{
    string values = string.Join(' ', Load(export).Evaluate([.. input.Select(c => Value.FromText(c.ToString()))]));
    Console.WriteLine($"  {export,-13} {input,-8} -> {values,-23} {(values == expected ? "as expected" : $"EXPECTED {expected}")}");
    allAsExpected &= values == expected;
}

Console.WriteLine();
Console.WriteLine("Injecting shuffle_dyck into the bundled language model:");
using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
InjectionOptions options = args.Contains("--quick") ? InjectionOptions.Short : new InjectionOptions();
using LanguageModel model = LanguageModel.Load(Beside("model"));
try
{
    InjectionReport report = Injector.Run(
        Load("shuffle_dyck"),
        model,
        ShuffleDyck.Create(["()", "[]"]),
        options with { HeldOutText = Beside("model/heldout.txt"), Output = Beside("injected") },
        new ProgressLines(),
        stop.Token);
    Console.WriteLine();
    Console.WriteLine(report.ToTable());
    Console.WriteLine($"The injected model is in {Beside("injected")}");
}
catch (OperationCanceledException)
{
    Console.WriteLine("Stopped; nothing was written.");
    return 1;
}

return allAsExpected ? 0 : 1;

static CompiledModel Load(string export) => CompiledModel.Load(Beside($"rasp/{export}.json"));

static string Beside(string name) => Path.Combine(AppContext.BaseDirectory, name);

/// <summary>A line every few seconds, and one at the start and the end of each stage.</summary>
internal sealed class ProgressLines : IProgress<InjectionProgress>
{
    private readonly Stopwatch sinceLast = new();
    private string stage = string.Empty;

    public void Report(InjectionProgress value)
    {
        bool isLast = value.Done == value.Total;
        if (value.Stage == stage && (value.Total == 1 || (!isLast && sinceLast.Elapsed.TotalSeconds < 5))) return;
        stage = value.Stage;
        sinceLast.Restart();
        string steps = value.Total == 1 ? string.Empty : $"{value.Done}/{value.Total}";
        string left = value.Left is TimeSpan time && !isLast ? $"{time:m\\:ss} left" : string.Empty;
        Console.WriteLine($"  {value.Stage,-27} {steps,-9} {left,-10} {value.Detail}".TrimEnd());
    }
}
