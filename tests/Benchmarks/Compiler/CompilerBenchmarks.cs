using System.Diagnostics;
using System.Globalization;
using Benchmarks.Measuring;
using Rasp.Compiler;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Benchmarks.Compiler;

/// <summary>Sizes, certificates, compile times and wrong answers of compiled programs, beside Tracr's figures.</summary>
internal sealed class CompilerBenchmarks(bool quick, string? only)
{
    private const int Length = 50;

    private const int Long = 512;

    private static readonly string[] Formats = ["fp32", "fp16", "bf16"];

    private readonly List<double> ratios = [];

    // What is said of programs that did not compile: it is too long for their rows.
    private readonly List<string> refusals = [];

    internal static int Run(bool quick, string? only)
    {
        CompilerBenchmarks benchmarks = new(quick, only);
        Console.WriteLine(benchmarks.Sizes());
        if (!quick) Console.WriteLine(benchmarks.LongInputs());
        return 0;
    }

    private IEnumerable<CompiledProgram> Programs => CompiledProgram.All.Where(p => only is null || p.Name == only || p.SOp == only);

    private string Sizes()
    {
        Table table = new(
        [
            $"n = {Length}", "layers", "heads", "d_model", "parameters", "nonzeros", "compile", "fresh process", .. Formats.Select(f => $"proved, {f}"),
            "wrong", "Tracr: layers·heads", "d_model", "parameters", "compile", "wrong of 40", "parameters, Tracr / ours",
        ]);
        foreach (CompiledProgram program in Programs) table.Add(Row(program));
        double mean = ratios.Count == 0 ? double.NaN : Math.Exp(ratios.Average(Math.Log));
        return table.Text() + Refusals() + string.Create(
            CultureInfo.InvariantCulture, $"\nGeometric mean of parameters, Tracr / ours, over {ratios.Count} programs: {mean:0.#} (least {ratios.DefaultIfEmpty(double.NaN).Min():0.#}).\n");
    }

    private string[] Row(CompiledProgram program)
    {
        Progress($"{program.Name}, n = {Length}");
        RaspProgram loaded = program.Load();
        CompileResult result = program.Compile(loaded, Length);
        string[] tracr = Tracr(program.Tracr);
        if (result.Model is not CompiledModel model) return [Refused(program, CompiledProgram.Refusal(result)), .. Enumerable.Repeat("–", 11), .. tracr, "–"];
        Manifest manifest = model.Manifest;
        NamedSOp export = loaded.Find(program.SOp) ?? throw new InvalidOperationException($"no s-op {program.SOp}");
        (int wrong, int inputs) = WrongAnswers.Count(model, export, Length, quick ? 2 : 10);
        double? ratio = program.Tracr?.Parameters / manifest.Parameters;
        if (ratio is double r) ratios.Add(r);
        return
        [
            program.Name, Number(manifest.Layers), Number(manifest.HeadsPerLayer), Number(manifest.DModel), Number(manifest.Parameters), Number(manifest.Nonzeros),
            Table.Time(WarmSeconds(program, loaded)), FreshProcess.Measure(program, Length) is { } fresh ? Table.Time(fresh.Seconds) : "–",
            .. Formats.Select(f => Proved(manifest, f)),
            $"{Number(wrong)} of {Number(inputs)}", .. tracr, ratio?.ToString("0.#", CultureInfo.InvariantCulture) ?? "–",
        ];
    }

    private static string[] Tracr(TracrFigures? figures)
    {
        if (figures is null) return ["–", "–", "–", "–", "–"];
        string at = figures.Length == Length ? string.Empty : $" (n = {Number(figures.Length)})";
        return [figures.LayersAndHeads, Number(figures.DModel) + at, Number((long)figures.Parameters) + at, Table.Time(figures.CompileSeconds) + at, figures.Wrong is int wrong ? Number(wrong) : "–"];
    }

    /// <summary>The longest input for which the format is proved exact; where it is shorter than the model's own, what limits it is in the manifest.</summary>
    private static string Proved(Manifest manifest, string format) =>
        manifest.Certificates.FirstOrDefault(c => c.Format == format) is { } certificate ? $"≤ {Number(certificate.MaxLength)}" : "–";

    /// <summary>The median of several compiles in a process that has compiled before, verification included.</summary>
    private double WarmSeconds(CompiledProgram program, RaspProgram loaded)
    {
        double[] seconds = [.. Enumerable.Range(0, quick ? 2 : 5).Select(_ =>
        {
            long start = Stopwatch.GetTimestamp();
            program.Compile(loaded, Length);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        })];
        return Statistics.Quantile(seconds, 0.5);
    }

    private string LongInputs()
    {
        Table table = new("in a fresh process", "n", "compile", "peak memory");
        foreach (CompiledProgram program in Programs) table.Add(Fresh(program, Long));
        if (only is null)
        {
            foreach (string name in new[] { CompiledProgram.Large, CompiledProgram.LargeWithCategories })
                if (CompiledProgram.Find(name) is CompiledProgram large) table.Add(Fresh(large, 24));
        }

        return table.Text() + Refusals();
    }

    private string[] Fresh(CompiledProgram program, int maxLength)
    {
        Progress($"{program.Name}, n = {maxLength}");
        if (FreshProcess.Measure(program, maxLength) is not FreshCompile fresh) return [program.Name, Number(maxLength), "none within 5 minutes", "–"];
        string name = fresh.Refusal is null ? program.Name : Refused(program, fresh.Refusal);
        return [name, Number(maxLength), Table.Time(fresh.Seconds), string.Create(CultureInfo.InvariantCulture, $"{fresh.PeakMegabytes:0} MB")];
    }

    private string Refused(CompiledProgram program, string refusal)
    {
        refusals.Add($"{program.Name}: {refusal}\n");
        return $"{program.Name}: {refusal[..refusal.IndexOf(": ", StringComparison.Ordinal)]}";
    }

    private string Refusals()
    {
        string text = refusals.Count == 0 ? string.Empty : "\n" + string.Concat(refusals);
        refusals.Clear();
        return text;
    }

    private static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static void Progress(string what) => Console.Error.WriteLine("  " + what);
}
