using Benchmarks.Measuring;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks.Engine;

/// <summary>Training steps and single operations against PyTorch.</summary>
internal static class PyTorchContests
{
    private const int Rows = 1024;
    private const int Columns = 512;

    internal static string Steps(Contest contest, IReadOnlyList<PyTorch> peers, string modelFolder)
    {
        using TrainingStep gpt = TrainingStep.OfGpt();
        using TrainingStep llama = TrainingStep.OfLlama(modelFolder);
        Table table = NewTable("a training step", peers);
        Add(table, contest, peers, "gpt step", () => gpt.Run());
        Add(table, contest, peers, "llama step", () => llama.Run());
        return table.Text();
    }

    internal static string Operations(Contest contest, IReadOnlyList<PyTorch> peers)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = randn(Rows, Columns), y = randn(Rows, Columns), small = randn(16), small2 = randn(16);
        Tensor weight = ones(Columns, requires_grad: true), bias = zeros(Columns, requires_grad: true);
        Table table = NewTable($"operation on {Rows}×{Columns}", peers);
        WithoutGradient("add", () => x + y);
        WithoutGradient("add of 16 numbers", () => small + small2);
        WithoutGradient("multiply, broadcast row", () => x * y[0]);
        WithoutGradient("exp", () => x.exp());
        WithoutGradient("sum of rows", () => x.sum(-1));
        WithoutGradient("transposed copy", () => x.t().contiguous());
        WithGradient("softmax", v => v.softmax(-1));
        WithGradient("layer norm", v => nn.functional.layer_norm(v, [Columns], weight, bias));
        WithGradient("RMS norm", v => v * (v * v).mean([-1], keepdim: true).add(1e-5).rsqrt() * weight);
        WithGradient("gelu", v => nn.functional.gelu(v));
        WithGradient("silu", v => nn.functional.silu(v));
        return table.Text();

        void WithoutGradient(string name, Func<Tensor> operation) => Add(table, contest, peers, name, () =>
        {
            using DisposeScope inner = NewDisposeScope();
            operation();
        });

        void WithGradient(string name, Func<Tensor, Tensor> operation)
        {
            Tensor input = randn(Rows, Columns).requires_grad_(), gradient = randn(Rows, Columns);
            Add(table, contest, peers, name + ", with gradient", () =>
            {
                using DisposeScope inner = NewDisposeScope();
                input.grad = null;
                operation(input).backward([gradient]);
            });
        }
    }

    private static Table NewTable(string first, IReadOnlyList<PyTorch> peers) =>
        new([first, "engine", .. peers.Select(p => p.Name), "engine / best PyTorch"]);

    private static void Add(Table table, Contest contest, IReadOnlyList<PyTorch> peers, string name, Action engine)
    {
        string work = name.Replace(", with gradient", "", StringComparison.Ordinal);
        Sample[] samples = contest.Run([Contestant.Of("engine", engine), .. peers.Select(p => p.Contestant(work))]);
        Sample best = samples[1..].MinBy(s => s.Median) ?? samples[0];
        string ratio = Table.Ratio(Statistics.Ratios(samples[0], best));
        table.Add([name, .. samples.Select(s => Table.Time(s.Median)), peers.Count == 0 ? "–" : ratio]);
        Console.Error.WriteLine($"  {name}: {string.Join(", ", samples.Select(s => Table.Time(s.Median)))}: {ratio}");
    }
}
