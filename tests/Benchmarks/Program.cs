using Benchmarks.Engine;
using Benchmarks.Measuring;

string[] options = args is ["engine", ..] ? args[1..] : ["?"];
int only = Array.IndexOf(options, "--only");
string? part = only >= 0 && only + 1 < options.Length ? options[only + 1] : null;
string[] known = ["--quick", "--only", .. part is null ? [] : (string[])[part]];
if (options.Except(known).Any() || only >= 0 && !EngineBenchmarks.Parts.Contains(part))
{
    Console.Error.WriteLine($"Usage: dotnet run -c Release --project tests/Benchmarks -- engine [--quick] [--only {string.Join('|', EngineBenchmarks.Parts)}]");
    return 1;
}
Console.WriteLine($"Machine: {Machine.Description}\n");
return EngineBenchmarks.Run(options.Contains("--quick"), part);
