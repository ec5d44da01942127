using System.Buffers.Binary;
using System.Text.Json;

namespace Rasp.Compiler.Tests.Format;

/// <summary>
/// A second implementation, from the manifest's and TransformerLens's conventions alone: reads both files itself, dense,
/// in double precision, no shared code. hook_embed + hook_pos_embed → per block attention (unscaled) and ReLU MLP → unembed.
/// </summary>
internal sealed class PlainTransformer
{
    private readonly JsonElement manifest;
    private readonly Dictionary<string, (int[] Shape, double[] Data)> weights = [];

    public PlainTransformer(string manifestPath)
    {
        manifest = JsonDocument.Parse(File.ReadAllText(manifestPath)).RootElement;
        byte[] bytes = File.ReadAllBytes(Path.ChangeExtension(manifestPath, ".safetensors"));
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        foreach (JsonProperty tensor in JsonDocument.Parse(bytes.AsMemory(8, header)).RootElement.EnumerateObject())
        {
            if (tensor.NameEquals("__metadata__")) continue;
            int[] offsets = [.. tensor.Value.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt32())];
            double[] data = new double[(offsets[1] - offsets[0]) / 4];
            for (int i = 0; i < data.Length; i++)
                data[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(8 + header + offsets[0] + (4 * i)));
            weights.Add(tensor.Name, ([.. tensor.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32())], data));
        }
    }

    /// <summary>The JSON text of the answer at each token of the input (token ids).</summary>
    public string[] Run(int[] tokens)
    {
        int[] ids = [manifest.GetProperty("vocabulary").GetArrayLength(), .. tokens];
        int d = Number("dModel");
        double[][] residual = [.. ids.Select((id, p) => Add(Row("embed.W_E", id, d), Row("pos_embed.W_pos", p, d)))];
        for (int l = 0; l < Number("layers"); l++)
        {
            double[][] attention = Attention(residual, l, d);
            residual = [.. residual.Zip(attention, Add)];
            residual = [.. residual.Select(x => Add(x, Affine(Relu(Affine(x, $"blocks.{l}.mlp.W_in", $"blocks.{l}.mlp.b_in")), $"blocks.{l}.mlp.W_out", $"blocks.{l}.mlp.b_out")))];
        }

        return [.. residual.Skip(1).Select(x => Answer(Affine(x, "unembed.W_U", "unembed.b_U")))];
    }

    private double[][] Attention(double[][] residual, int l, int d)
    {
        double[][] sum = [.. residual.Select(_ => (double[])weights[$"blocks.{l}.attn.b_O"].Data.Clone())];
        int h = Number("dHead");
        for (int head = 0; head < Number("headsPerLayer"); head++)
        {
            double[][] q = Project("Q");
            double[][] k = Project("K");
            double[][] v = Project("V");
            for (int p = 0; p < residual.Length; p++)
            {
                int visible = manifest.GetProperty("causal").GetBoolean() ? p + 1 : residual.Length;
                double[] scores = [.. Enumerable.Range(0, visible).Select(j => q[p].Zip(k[j], (a, b) => a * b).Sum())];
                double[] pattern = [.. scores.Select(s => Math.Exp(s - scores.Max()))];
                for (int f = 0; f < h; f++)
                {
                    double z = Enumerable.Range(0, visible).Sum(j => pattern[j] * v[j][f]) / pattern.Sum();
                    for (int c = 0; c < d; c++) sum[p][c] += z * weights[$"blocks.{l}.attn.W_O"].Data[(((head * h) + f) * d) + c];
                }
            }

            double[][] Project(string name) =>
            [
                .. residual.Select(x => Enumerable.Range(0, h).Select(f =>
                    weights[$"blocks.{l}.attn.b_{name}"].Data[(head * h) + f]
                    + Enumerable.Range(0, d).Sum(c => x[c] * weights[$"blocks.{l}.attn.W_{name}"].Data[(((head * d) + c) * h) + f])).ToArray()),
            ];
        }

        return sum;
    }

    private string Answer(double[] logits)
    {
        JsonElement output = manifest.GetProperty("output");
        double[] codes = [.. output.GetProperty("codes").EnumerateArray().Select(c => c.GetDouble())];
        int best = codes.Length == 0
            ? Array.IndexOf(logits, logits.Max())
            : Enumerable.Range(0, codes.Length).MinBy(i => Math.Abs(codes[i] - logits[0]));
        return output.GetProperty("values")[best].GetRawText();
    }

    private int Number(string name) => manifest.GetProperty(name).GetInt32();

    private double[] Row(string name, int row, int d) => weights[name].Data[(row * d)..((row + 1) * d)];

    private double[] Affine(double[] x, string weight, string bias)
    {
        int outputs = weights[weight].Shape[1];
        return [.. Enumerable.Range(0, outputs).Select(o => weights[bias].Data[o] + Enumerable.Range(0, x.Length).Sum(i => x[i] * weights[weight].Data[(i * outputs) + o]))];
    }

    private static double[] Relu(double[] x) => [.. x.Select(v => Math.Max(v, 0))];

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
