using System.Buffers.Binary;
using System.Text.Json;

namespace Rasp.Compiler.Tests.Format;

/// <summary>
/// A second implementation, from the manifest and the safetensors file alone, with TransformerLens's conventions: dense, in
/// double precision, no shared code. hook_embed + hook_pos_embed → per block attention (not scaled) and ReLU MLP → unembed.
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

    /// <summary>For token ids, the JSON texts of every output's and every variable's value at each token, by name.</summary>
    public (Dictionary<string, string[]> Outputs, Dictionary<string, string[]> Variables) Run(int[] tokens)
    {
        (double[][] logits, Dictionary<string, double[][]> sites) = Forward(tokens);
        Dictionary<string, string[]> outputs = [];
        foreach (JsonElement output in manifest.GetProperty("outputs").EnumerateArray())
            outputs.Add(Text(output, "name"), [.. logits.Skip(1).Select(row => Answer(output, row))]);
        Dictionary<string, string[]> variables = [];
        foreach (JsonElement variable in manifest.GetProperty("variables").EnumerateArray())
        {
            double[][] residual = sites[Text(variable, "site") + Number(variable, "layer")];
            variables.Add(Text(variable, "name"), [.. residual.Skip(1).Select(row => Held(variable, row))]);
        }

        return (outputs, variables);
    }

    /// <summary>The logits [positions, outputs], the first position being the beginning of the sequence, and the residual stream [positions, d_model] at each site.</summary>
    public (double[][] Logits, Dictionary<string, double[][]> Sites) Forward(int[] tokens)
    {
        int[] ids = [manifest.GetProperty("vocabulary").GetArrayLength(), .. tokens];
        Dictionary<string, double[][]> sites = [];
        double[][] residual = [.. ids.Select((id, p) => Add(Row("embed.W_E", id), Row("pos_embed.W_pos", p)))];
        sites["pre0"] = residual;
        for (int l = 0; l < Number(manifest, "layers"); l++)
        {
            double[][] attention = Attention(residual, l);
            sites["mid" + l] = residual = [.. residual.Zip(attention, Add)];
            sites["post" + l] = residual =
            [
                .. residual.Select(x => Add(x, Affine(Relu(Affine(x, $"blocks.{l}.mlp.W_in", $"blocks.{l}.mlp.b_in")), $"blocks.{l}.mlp.W_out", $"blocks.{l}.mlp.b_out"))),
            ];
        }

        return ([.. residual.Select(x => Affine(x, "unembed.W_U", "unembed.b_U"))], sites);
    }

    private double[][] Attention(double[][] residual, int l)
    {
        double[][] sum = [.. residual.Select(_ => (double[])weights[$"blocks.{l}.attn.b_O"].Data.Clone())];
        int d = Number(manifest, "dModel");
        int h = Number(manifest, "dHead");
        double[] weightO = weights[$"blocks.{l}.attn.W_O"].Data;
        for (int head = 0; head < Number(manifest, "headsPerLayer"); head++)
        {
            double[][] q = Project("Q");
            double[][] k = Project("K");
            double[][] v = Project("V");
            for (int p = 0; p < residual.Length; p++)
            {
                int visible = manifest.GetProperty("causal").GetBoolean() ? p + 1 : residual.Length;
                double[] scores = new double[visible];
                for (int j = 0; j < visible; j++)
                    for (int f = 0; f < h; f++) scores[j] += q[p][f] * k[j][f];
                double largest = scores.Max();
                double[] pattern = [.. scores.Select(s => Math.Exp(s - largest))];
                double total = pattern.Sum();
                for (int f = 0; f < h; f++)
                {
                    double z = 0;
                    for (int j = 0; j < visible; j++) z += pattern[j] / total * v[j][f];
                    for (int c = 0; c < d; c++) sum[p][c] += z * weightO[(((head * h) + f) * d) + c];
                }
            }

            double[][] Project(string name)
            {
                double[] weight = weights[$"blocks.{l}.attn.W_{name}"].Data[(head * d * h)..((head + 1) * d * h)];
                double[] bias = weights[$"blocks.{l}.attn.b_{name}"].Data[(head * h)..((head + 1) * h)];
                return [.. residual.Select(x => Multiply(x, weight, bias))];
            }
        }

        return sum;
    }

    /// <summary>The largest logit of the output names its value; or the one logit is a number, and the nearest code does.</summary>
    private static string Answer(JsonElement output, double[] row)
    {
        int first = Number(output, "first");
        double[] codes = Numbers(output, "codes");
        int values = output.GetProperty("values").GetArrayLength();
        int best = codes.Length == 0
            ? Enumerable.Range(0, values).MaxBy(i => row[first + i])
            : Enumerable.Range(0, values).MinBy(i => Math.Abs(codes[i] - row[first]));
        return Json(output.GetProperty("values")[best]);
    }

    private static string Held(JsonElement variable, double[] row)
    {
        double[] held = [.. variable.GetProperty("columns").EnumerateArray().Select(c => row[c.GetInt32()])];
        int values = variable.GetProperty("values").GetArrayLength();
        double[] codes = Numbers(variable, "codes");
        double[] columnWeights = Numbers(variable, "weights");
        int best = Text(variable, "encoding") switch
        {
            "oneHot" => Enumerable.Range(0, values).MaxBy(i => held[i]),
            "linear" => Nearest(variable.GetProperty("offset").GetDouble() + held.Zip(columnWeights, (x, w) => x * w).Sum()),
            "vector" => Enumerable.Range(0, values).MinBy(i =>
                variable.GetProperty("vectors")[i].EnumerateArray().Zip(held, (x, y) => Math.Pow(x.GetDouble() - y, 2)).Sum()),
            string other => throw new InvalidDataException($"the encoding {other} is new"),
        };
        return Json(variable.GetProperty("values")[best]);

        int Nearest(double reading) => Enumerable.Range(0, values).MinBy(i => Math.Abs(codes[i] - reading));
    }

    /// <summary>The value's JSON, texts without escapes.</summary>
    private static string Json(JsonElement value) => value.ValueKind == JsonValueKind.String ? $"\"{value.GetString()}\"" : value.GetRawText();

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? string.Empty;

    private static double[] Numbers(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(c => c.GetDouble())];

    private double[] Row(string name, int row)
    {
        ((int[] shape, double[] data), int d) = (weights[name], weights[name].Shape[1]);
        return row < shape[0] ? data[(row * d)..((row + 1) * d)] : throw new InvalidDataException($"{name} has no row {row}");
    }

    private double[] Affine(double[] x, string weight, string bias) => Multiply(x, weights[weight].Data, weights[bias].Data);

    private static double[] Multiply(double[] x, double[] weight, double[] bias)
    {
        double[] y = [.. bias];
        for (int i = 0; i < x.Length; i++)
            for (int o = 0; o < y.Length; o++) y[o] += x[i] * weight[(i * y.Length) + o];
        return y;
    }

    private static double[] Relu(double[] x) => [.. x.Select(v => Math.Max(v, 0))];

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
