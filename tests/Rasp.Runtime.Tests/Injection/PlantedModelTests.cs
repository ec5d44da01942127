using System.Collections.Immutable;
using Rasp.Format;
using Rasp.Runtime.Injection;
using Rasp.Runtime.LanguageModels;
using Rasp.Runtime.Tokenizers;
using Rasp.Runtime.Verification;
using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.Tests.Injection;

/// <summary>
/// Measurements on a "model" made by hand, in which the program's mean stands in column 0 at the first place and its flag in
/// column 1 at the second, computed from the first, and in which the answer depends on nothing but column 1.
/// </summary>
public sealed class PlantedModelTests
{
    private const int Width = 32;
    private static readonly HookPoint First = new(0, LanguageModels.ResidualSite.Mid);
    private static readonly HookPoint Second = new(0, LanguageModels.ResidualSite.Post);
    private static readonly BytePairTokenizer Tokenizer = BytePairTokenizer.PrintableAscii;

    private readonly InjectionTask task = new()
    {
        Name = "any a",
        Suffix = ":",
        Answers = [new(Value.True, "Y"), new(Value.False, "N")],
        Lengths = [6],
        Generate = (random, length) => new string([.. Enumerable.Range(0, length).Select(_ => random.Next(6) == 0 ? 'a' : 'b')]),
        EvaluationSets = [],
    };

    private readonly Teacher teacher;
    private readonly TracedBatch batch;
    private readonly VariableHead mean;
    private readonly VariableHead flag;

    public PlantedModelTests()
    {
        CompiledModel program = TinyPrograms.AnyA();
        teacher = new Teacher(program, new TokenTranslator(Tokenizer, program.Manifest, task));
        Random random = new(1);
        batch = new TracedBatch(teacher.Trace([.. Enumerable.Range(0, 64).Select(_ => task.Generate(random, 6))]));
        mean = Head("share", First, (v, row, bias) =>
        {
            // standardised = slope·x + shift, from two values of the variable.
            (int low, int high) = (v.Classes[0], v.Classes[^1]);
            double slope = (v.Standardised(high) - v.Standardised(low)) / (Number(v, high) - Number(v, low));
            row[0] = (float)slope;
            bias[0] = (float)(v.Standardised(low) - (slope * Number(v, low)));
        });
        flag = Head("any_a", Second, (_, rows, bias) =>
        {
            rows[1] = -8;
            rows[Width + 1] = 8;
            (bias[0], bias[1]) = (4, -4);
        });
    }

    [Fact]
    public void A_planted_variable_decodes_everywhere()
    {
        foreach (VariableHead head in (VariableHead[])[mean, flag])
        {
            DecodingAccuracy decoding = DecodingAccuracy.Measure(Planted, [batch], [head])[0];
            Assert.Equal((64, 64 * 7, 1.0), (decoding.Inputs, decoding.Positions, decoding.Accuracy));
            Assert.InRange(decoding.Majority, 0.3, 0.95);
        }
    }

    [Fact]
    public void Exchanging_a_planted_variable_gives_the_programs_answer_and_a_random_direction_does_not()
    {
        foreach (VariableHead head in (VariableHead[])[mean, flag])
        {
            InterchangeSuccess interchange = InterchangeSuccess.Measure(Planted, [batch], teacher, [head], 100, 4, new Random(2))[0];
            Assert.True(interchange.Counterfactuals > 40);
            Assert.Equal(1.0, interchange.Success);
            Assert.Equal(0.0, interchange.Control);
            Assert.Equal(1, interchange.Dimensions);
        }
    }

    [Fact]
    public void A_variable_that_decodes_but_does_nothing_fails_the_exchange()
    {
        // The same flag once more in column 2, which nothing reads.
        VariableHead idle = Head("any_a", Second, (_, rows, bias) =>
        {
            rows[2] = -8;
            rows[Width + 2] = 8;
            (bias[0], bias[1]) = (4, -4);
        });
        Assert.Equal(1.0, DecodingAccuracy.Measure(Planted, [batch], [idle])[0].Accuracy);
        Assert.Equal(0.0, InterchangeSuccess.Measure(Planted, [batch], teacher, [idle], 100, 4, new Random(3))[0].Success);
    }

    [Fact]
    public void Accuracy_is_counted_answer_by_answer()
    {
        TaskAccuracy right = TaskAccuracy.Measure(Planted, [batch], task, teacher.Translator);
        Assert.Equal(1.0, right.Accuracy);
        Assert.Equal(64, right.Inputs);
        TaskAccuracy constant = TaskAccuracy.Measure((ids, _, _) => Logits(zeros([ids.shape[0], ids.shape[1]])), [batch], task, teacher.Translator);
        Assert.Equal((0.0, 1.0), (constant.Answers[0].Accuracy, constant.Answers[1].Accuracy));
        Assert.Equal(right.Answers[0].Inputs, constant.Answers[0].Inputs);
    }

    [Fact]
    public void An_exchange_touches_nothing_but_its_subspace_and_the_bottleneck_nothing_in_its_own()
    {
        float[] data = SubspaceTests.Normal(3 * 2 * 4, 4);
        Tensor residual = tensor(data, [3, 2, 4]);
        Subspace firstAxis = Subspace.Span([1, 0, 0, 0], 4, centred: false);
        Tensor? after = null;
        Exchange exchange = new(First, firstAxis, [0], [2]);
        ExchangingPass pass = new([First], [exchange], new Bottleneck(First, firstAxis));
        pass.Run((_, _, hook) => after = hook?.Invoke(First, residual) ?? residual, zeros([3, 2], ScalarType.Int64), null);
        Assert.NotNull(after);
        float[] seen = after.contiguous().data<float>().ToArray();

        // Row 3 is row 0 with row 2's first column; then every row keeps its first column and gets the next row's others.
        float[][] rows = [data[..8], data[8..16], data[16..], [data[16], .. data[1..4], data[20], .. data[5..8]]];
        for (int row = 0; row < 4; row++)
            for (int i = 0; i < 8; i++)
                Assert.Equal(i % 4 == 0 ? rows[row][i] : rows[(row + 1) % 4][i], seen[(row * 8) + i], 1e-5f);
        Assert.Equal(data, pass.Residual(First).contiguous().data<float>().ToArray());
    }

    /// <summary>ids → mean in column 0, which the flag in columns 1 and 2 is computed from; the rest is noise.</summary>
    private static Tensor Planted(Tensor ids, Tensor? positions, ResidualHook? hook)
    {
        ResidualHook passing = hook ?? ((_, residual) => residual);
        (int rows, int length) = ((int)ids.shape[0], (int)ids.shape[1]);
        long[] tokens = ids.contiguous().data<long>().ToArray();
        long a = Tokenizer.Encode("a", bos: false)[0];
        float[] residual = [.. SubspaceTests.Normal(rows * length * Width, 6).Select(x => 0.01f * x)];
        for (int row = 0; row < rows; row++)
        {
            int seen = 0;
            for (int p = 0; p < length; p++)
            {
                if (tokens[(row * length) + p] == a) seen++;
                residual[((row * length) + p) * Width] = p == 0 ? 0 : (float)seen / p;
            }
        }

        Tensor mid = passing(First, tensor(residual, [rows, length, Width]));
        // A share of seven positions is 0 or at least 1/7: the threshold is half of it.
        Tensor flagged = (mid.narrow(2, 0, 1) > (1f / 14)).to_type(ScalarType.Float32);
        Tensor post = passing(Second, cat([mid.narrow(2, 0, 1), flagged, flagged, mid.narrow(2, 3, Width - 3)], 2));
        return Logits(post.narrow(2, 1, 1).squeeze(2));
    }

    /// <summary>Flags [B, T] → logits in which Y leads where the flag is above one half and N elsewhere.</summary>
    private static Tensor Logits(Tensor flags)
    {
        float[] yes = new float[Tokenizer.VocabularySize];
        float[] no = new float[Tokenizer.VocabularySize];
        yes[Tokenizer.Encode("Y", bos: false)[0]] = 1;
        no[Tokenizer.Encode("N", bos: false)[0]] = 1;
        Tensor column = flags.unsqueeze(-1);
        return (column * tensor(yes, [yes.Length])) + ((1 - column) * tensor(no, [no.Length]));
    }

    private VariableHead Head(string name, HookPoint point, Action<TaughtVariable, float[], float[]> plant)
    {
        int index = teacher.Program.Variables.Select((v, i) => (v, i)).First(p => p.v.Name == name).i;
        TaughtVariable variable = new(index, teacher.Program.Variables[index], point, batch.Inputs);
        float[] rows = new float[variable.Outputs * Width];
        float[] bias = new float[variable.Outputs];
        plant(variable, rows, bias);
        return new VariableHead(variable, rows, bias);
    }

    private static double Number(TaughtVariable variable, int value) => variable.Variable.Values[value].Number.ToDouble();
}
