using System.Globalization;
using Benchmarks.Compiler;
using Benchmarks.Engine;
using Benchmarks.Language;
using Benchmarks.Measuring;
using Benchmarks.Running;

if (args is ["compiler", FreshProcess.Option, var program, var length]) return FreshProcess.Run(program, int.Parse(length, CultureInfo.InvariantCulture));
string[] options = args.Length > 0 ? args[1..] : [];
string? part = After("--only");
int? random = int.TryParse(After("--random"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : null;
int first = int.TryParse(After("--seed"), NumberStyles.None, CultureInfo.InvariantCulture, out int seed) ? seed : 0;
bool isKnown = args switch
{
    ["engine", ..] => Uses("--quick", "--only") && (part is null || EngineBenchmarks.Parts.Contains(part)),
    ["language" or "running", ..] => Uses("--quick"),
    ["compiler", ..] when random is not null => Uses("--random", "--seed"),
    ["compiler", ..] => Uses("--quick", "--only") && (part is null || CompiledProgram.All.Any(p => p.Name == part || p.SOp == part)),
    _ => false,
};
if (!isKnown)
{
    const string command = "dotnet run -c Release --project tests/Benchmarks --";
    Console.Error.WriteLine($"Usage: {command} engine [--quick] [--only {string.Join('|', EngineBenchmarks.Parts)}]");
    Console.Error.WriteLine($"       {command} language [--quick]");
    Console.Error.WriteLine($"       {command} running [--quick]");
    Console.Error.WriteLine($"       {command} compiler [--quick] [--only {string.Join('|', CompiledProgram.All.Select(p => p.SOp))}]");
    Console.Error.WriteLine($"       {command} compiler --random COUNT [--seed FIRST]");
    return 1;
}
Console.WriteLine($"Machine: {Machine.Description}\n");
bool quick = options.Contains("--quick");
return args[0] switch
{
    "engine" => EngineBenchmarks.Run(quick, part),
    "language" => LanguageBenchmarks.Run(quick),
    "running" => RunningBenchmarks.Run(quick),
    _ when random is int programs => RandomAgreement.Run(programs, first),
    _ => CompilerBenchmarks.Run(quick, part),
};

string? After(string option)
{
    int at = Array.IndexOf(options, option);
    return at >= 0 && at + 1 < options.Length ? options[at + 1] : null;
}

// Every argument is one of these options, or the value of one.
bool Uses(params string[] known)
{
    for (int i = 0; i < options.Length; i++)
    {
        if (!known.Contains(options[i])) return false;
        if (options[i] != "--quick" && ++i == options.Length) return false;
    }

    return true;
}
