using Benchmarks.Engine;
using Benchmarks.Language;
using Benchmarks.Measuring;
using Benchmarks.Running;

string[] options = args.Length > 0 ? args[1..] : [];
int only = Array.IndexOf(options, "--only");
string? part = only >= 0 && only + 1 < options.Length ? options[only + 1] : null;
string[] known = ["--quick", "--only", .. part is null ? [] : (string[])[part]];
bool isKnown = args is ["engine", ..] ? only < 0 || EngineBenchmarks.Parts.Contains(part) : args is ["language" or "running", ..] && only < 0;
if (!isKnown || options.Except(known).Any())
{
    Console.Error.WriteLine($"Usage: dotnet run -c Release --project tests/Benchmarks -- engine [--quick] [--only {string.Join('|', EngineBenchmarks.Parts)}]");
    Console.Error.WriteLine("       dotnet run -c Release --project tests/Benchmarks -- language [--quick]");
    Console.Error.WriteLine("       dotnet run -c Release --project tests/Benchmarks -- running [--quick]");
    return 1;
}
Console.WriteLine($"Machine: {Machine.Description}\n");
bool quick = options.Contains("--quick");
return args[0] switch
{
    "engine" => EngineBenchmarks.Run(quick, part),
    "language" => LanguageBenchmarks.Run(quick),
    _ => RunningBenchmarks.Run(quick),
};
