using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using Rasp.Compiler.Tests.Compiling;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Format;

/// <summary>The executor gives what a plain dense pass gives, whatever the weights, the batch and the thread.</summary>
public sealed class ForwardPassTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("rasp").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    /// <summary>
    /// Every column at every site. The weights are at most 1: a layer of 3 heads of 4 dimensions and 11 units over 11 columns
    /// multiplies a number's size, and its error, by less than 100, so that 3 layers keep numbers below 10⁴ and errors, of 2⁻²⁴
    /// a rounding and some 100 roundings a layer, below 10⁻⁴ of the largest number.
    /// </summary>
    [Fact]
    public void The_residual_stream_is_the_plain_one()
    {
        double worst = 0;
        for (int seed = 0; seed < 150; seed++)
        {
            CompiledModel model = RandomWeights.Model(seed);
            model.Save(directory);
            PlainTransformer plain = new(Path.Combine(directory, "x.json"));
            int[] ids = Ids(model, seed, model.Manifest.MaxLength);
            Dictionary<string, double[][]> sites = plain.Forward(ids).Sites;
            ForwardPass forward = new(model.Manifest, model.Weights);
            int seen = 0;
            forward.Run(ids, Compare, new int[model.Manifest.Outputs.Length * ids.Length]);
            Assert.Equal(sites.Count, seen);

            void Compare(int layer, ResidualSite site, Span<float> residual)
            {
                seen++;
                double[] expected = [.. sites[$"{site.ToString().ToLowerInvariant()}{layer}"].SelectMany(row => row)];
                double largest = Math.Max(1, expected.Max(Math.Abs));
                for (int i = 0; i < expected.Length; i++) worst = Math.Max(worst, Math.Abs(expected[i] - residual[i]) / largest);
            }
        }

        Assert.InRange(worst, 0, 1e-4);
    }

    /// <summary>Batches of all sizes and mixed lengths; an answer that the plain pass decides by less than the bound above may be either.</summary>
    [Fact]
    public void Batches_of_mixed_lengths_give_the_plain_answers()
    {
        int compared = 0;
        for (int seed = 0; seed < 150; seed++)
        {
            CompiledModel model = RandomWeights.Model(seed);
            model.Save(directory);
            PlainTransformer plain = new(Path.Combine(directory, "x.json"));
            Random random = new(seed);
            int[][] inputs = [.. Enumerable.Range(0, random.Next(1, 40)).Select(i => Ids(model, (1000 * seed) + i, random.Next(1, model.Manifest.MaxLength + 1)))];
            ImmutableArray<ImmutableArray<Value>> tokens = [.. inputs.Select(i => i.Select(t => model.Manifest.Vocabulary[t]).ToImmutableArray())];
            foreach (ManifestOutput output in model.Manifest.Outputs)
            {
                ImmutableArray<ImmutableArray<Value>> answers = model.EvaluateBatch(tokens, output.Name);
                for (int i = 0; i < inputs.Length; i++)
                {
                    double[][] logits = plain.Forward(inputs[i]).Logits;
                    Assert.Equal(inputs[i].Length, answers[i].Length);
                    for (int p = 0; p < inputs[i].Length; p++)
                    {
                        double[] row = logits[p + 1][output.First..(output.First + output.Logits)];
                        double[] distances = [.. output.Codes.IsEmpty ? row.Select(x => -x) : output.Codes.Select(c => Math.Abs(c - row[0]))];
                        double bound = 1e-4 * Math.Max(1, row.Max(Math.Abs));
                        Assert.InRange(distances[(int)answers[i][p].Number.Numerator] - distances.Min(), 0, 2 * bound);
                        compared++;
                    }
                }
            }
        }

        Assert.True(compared > 10_000);
    }

    [Theory]
    [MemberData(nameof(ProgramTable.NamesInBothModes), MemberType = typeof(ProgramTable))]
    public void A_batch_of_mixed_lengths_gives_what_its_inputs_give_alone(string name, bool causal)
    {
        (string vocabulary, string text) = ProgramTable.Programs[name];
        CompiledModel model = Compiled.Model(text, vocabulary, 4, causal);
        ImmutableArray<Value>[] all = [.. CompiledProgramsTests.AllInputs(model.Manifest.Vocabulary, 4)];
        new Random(1).Shuffle(all);
        ImmutableArray<ImmutableArray<Value>> answers = model.EvaluateBatch([.. all]);
        for (int i = 0; i < all.Length; i += 7) Assert.Equal(model.Run(all[i]).Output, answers[i]);
        // After other lengths, in another number.
        Assert.Equal(answers[..3].SelectMany(a => a), model.EvaluateBatch([.. all[..3]]).SelectMany(a => a));
    }

    /// <summary>Whatever the tokens are. The plain pass is in double precision: the bound is some 100 roundings of the largest number.</summary>
    [Theory]
    [MemberData(nameof(ProgramTable.NamesInBothModes), MemberType = typeof(ProgramTable))]
    public void The_beginning_of_the_sequence_is_the_plain_one(string name, bool causal)
    {
        (string vocabulary, string text) = ProgramTable.Programs[name];
        CompiledModel model = Compiled.Model(text, vocabulary, 4, causal);
        model.Save(directory);
        PlainTransformer plain = new(Path.Combine(directory, model.Manifest.Name + ".json"));
        double[] expected = plain.Forward(Ids(model, 1, 4)).Sites[model.Manifest.Layers == 0 ? "pre0" : $"post{model.Manifest.Layers - 1}"][0];
        BeginningPass beginning = new(model.Manifest, model.Weights);
        for (int layer = 0; layer < model.Manifest.Layers; layer++) beginning.PassLayer();
        ReadOnlySpan<float> actual = beginning.Residual;
        Assert.Equal(expected.Length, actual.Length);
        double bound = 1e-5 * Math.Max(1, expected.Max(Math.Abs));
        for (int c = 0; c < actual.Length; c++) Assert.InRange(actual[c] - expected[c], -bound, bound);
    }

    [Fact]
    public void A_model_may_be_used_by_several_threads()
    {
        CompiledModel model = Compiled.Model("h = selector_width(select(tokens, tokens, ==)); x = sort(tokens, 0 - h);", "abc", 5);
        ImmutableArray<ImmutableArray<Value>> inputs = [.. CompiledProgramsTests.AllInputs(model.Manifest.Vocabulary, 5)];
        Value[] expected = [.. model.EvaluateBatch(inputs).SelectMany(a => a)];
        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            int skip = i % 4;
            ImmutableArray<ImmutableArray<Value>> answers = model.EvaluateBatch([.. inputs.Skip(skip)]);
            Assert.Equal(expected.Skip(inputs.Take(skip).Sum(input => input.Length)), answers.SelectMany(a => a));
        });
    }

    [Fact]
    public void An_input_that_is_refused_is_refused_in_a_batch()
    {
        CompiledModel model = Compiled.Model("x = length;", "ab", 3);
        Assert.Contains("'z' at position 1", Assert.Throws<RaspException>(() => model.EvaluateBatch([["a"], ["b", "z"]])).Message, StringComparison.Ordinal);
        Assert.Contains("no output 'y'", Assert.Throws<RaspException>(() => model.EvaluateBatch([["a"]], "y")).Message, StringComparison.Ordinal);
        Assert.Empty(model.EvaluateBatch([]));
    }

    /// <summary>Against the library's function; 4 units in the last place: two of each polynomial's roundings, and the function's own.</summary>
    [Fact]
    public void The_exponential_is_exact_to_a_few_roundings()
    {
        float worst = 0;
        for (double x = 0; x > -87.3; x = (x * 1.0001) - 1e-4)
        {
            float expected = MathF.Exp((float)x);
            float actual = Exponential.Of(Vector512.Create((float)x))[0];
            worst = MathF.Max(worst, MathF.Abs(actual - expected) / (MathF.BitIncrement(expected) - expected));
        }

        Assert.InRange(worst, 0, 4);
        Assert.Equal(1, Exponential.Of(Vector512<float>.Zero)[0]);
        foreach (float x in new[] { -87.5f, -104f, -1e10f, float.NegativeInfinity }) Assert.Equal(0, Exponential.Of(Vector512.Create(x))[0]);
    }

    /// <summary>Against looking at every code. Whole codes have exact borders; of others, one that is nearest to within the roundings of a difference.</summary>
    [Fact]
    public void The_nearest_code_is_the_first_of_the_nearest()
    {
        Random random = new(1);
        for (int round = 0; round < 200; round++)
        {
            ImmutableArray<double> codes = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Math.Round(random.NextDouble() * 20) * (round % 2 == 0 ? 1 : 0.37))];
            NearestCode nearest = new(codes);
            for (int i = 0; i < 200; i++)
            {
                double reading = Math.Round((random.NextDouble() * 24) - 2, round % 3);
                int found = nearest.Find(reading);
                if (round % 2 == 0) Assert.Equal(codes.IndexOf(codes.MinBy(c => Math.Abs(c - reading))), found);
                Assert.InRange(Math.Abs(codes[found] - reading) - codes.Min(c => Math.Abs(c - reading)), 0, 1e-14);
            }
        }
    }

    private static int[] Ids(CompiledModel model, int seed, int length)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(model.Manifest.Vocabulary.Length))];
    }
}
