using Benchmarks.Engine;

return args switch
{
    ["engine", .. var rest] => EngineBenchmarks.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Usage: dotnet run -c Release --project tests/Benchmarks -- engine [--quick] [--only gemm|step|operations|steady]
        """);
    return 1;
}
