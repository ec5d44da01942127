using System.Collections.Immutable;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler.Emission;

/// <summary>Writes the schedule's blocks as weights, layer by layer.</summary>
internal sealed class Emitter
{
    private readonly Schedule schedule;
    private readonly ImmutableArray<LoweredOutput> outputs;
    private readonly Manifest manifest;
    private readonly Dictionary<string, WeightTensor> weights;

    private Emitter(Schedule schedule, ImmutableArray<LoweredOutput> outputs, Manifest manifest)
    {
        this.schedule = schedule;
        this.outputs = outputs;
        this.manifest = manifest;
        weights = CompiledWeights.Shapes(manifest).ToDictionary(s => s.Name, s => WeightTensor.Zeros(s.Shape.AsSpan()));
    }

    /// <summary>The model of <paramref name="manifest"/>'s sizes, its parameters and nonzeros counted.</summary>
    public static CompiledModel Emit(Schedule schedule, ImmutableArray<LoweredOutput> outputs, Manifest manifest)
    {
        Emitter emitter = new(schedule, outputs, manifest);
        emitter.EmitEmbedding();
        for (int layer = 0; layer < schedule.Layers.Length; layer++)
        {
            // No input changes the residual stream at the beginning of the sequence, so what it adds to queries, keys and
            // values is a constant that the weights of its own column take away again.
            float[] beginning = new CompiledModel(manifest, emitter.weights).BeginningOfSequence();
            for (int h = 0; h < schedule.Layers[layer].Heads.Length; h++)
                new HeadEmitter(schedule, manifest, emitter.weights, layer, h, beginning).Emit(schedule.Layers[layer].Heads[h]);
            emitter.EmitGrids(layer);
            emitter.EmitMlp(layer);
        }

        emitter.EmitUnembedding();
        return new CompiledModel(
            manifest with
            {
                Parameters = emitter.weights.Values.Sum(w => (long)w.Data.Length),
                Nonzeros = emitter.weights.Values.Sum(w => w.Data.LongCount(x => x != 0)),
            },
            emitter.weights);
    }

    private void EmitEmbedding()
    {
        float[] embedding = weights[CompiledWeights.Embedding].Data;
        float[] positions = weights[CompiledWeights.Positions].Data;
        int d = schedule.Columns;
        embedding[(manifest.Vocabulary.Length * d) + Schedule.BeginningColumn] = 1;
        foreach (AttentionVariable sum in schedule.Variables.OfType<AttentionVariable>().Where(v => v.Grid > 0))
            for (int i = 0; i <= manifest.MaxLength; i++) positions[(i * d) + schedule.FirstColumn(sum)] = -(float)sum.GridOffset;
        foreach (EmbeddingVariable variable in schedule.Variables.OfType<EmbeddingVariable>())
        {
            bool tokens = variable.SOp is Graph.TokensSOp;
            ImmutableArray<ImmutableArray<Rational>> vectors = schedule.Vectors(variable);
            for (int i = 0; i < vectors.Length; i++)
            {
                Span<float> row = (tokens ? embedding : positions).AsSpan((tokens ? i : i + 1) * d, d);
                for (int c = 0; c < vectors[i].Length; c++) row[schedule.FirstColumn(variable) + c] = (float)vectors[i][c].ToDouble();
                foreach ((AttentionVariable sum, ImmutableArray<Rational> shares) in schedule.Sums(variable)) row[schedule.FirstColumn(sum)] += (float)shares[i].ToDouble();
            }
        }
    }

    private void EmitGrids(int layer)
    {
        foreach (AttentionVariable sum in schedule.Variables.OfType<AttentionVariable>().Where(v => v.Grid > 0 && v.Parts.Max(p => p.Head.Site.Layer) == layer))
            weights[CompiledWeights.Attention(layer, "b_O")].Data[schedule.FirstColumn(sum)] = (float)sum.GridOffset;
    }

    private void EmitMlp(int layer)
    {
        float[] weightIn = weights[CompiledWeights.Mlp(layer, "W_in")].Data;
        float[] biasIn = weights[CompiledWeights.Mlp(layer, "b_in")].Data;
        float[] weightOut = weights[CompiledWeights.Mlp(layer, "W_out")].Data;
        float[] biasOut = weights[CompiledWeights.Mlp(layer, "b_out")].Data;
        int unit = 0;
        foreach (ScheduledMlp mlp in schedule.Layers[layer].Mlp)
        {
            LinearForm input = mlp.Variable.Staircase.Input;
            (LinearTerm Term, ColumnReading Reading)[] readings = [.. input.Terms.Select(t => (t, schedule.Read(t.Variable, t.Weights)))];
            Rational offset = readings.Aggregate(input.Constant, (sum, r) => sum + r.Reading.Constant);
            for (int i = 0; i < mlp.Base.Length; i++) biasOut[mlp.Columns[i]] += (float)mlp.Base[i];
            foreach (Step step in mlp.Steps)
            {
                double bias = step.Bias(offset.ToDouble());
                foreach (double half in Step.Halves)
                {
                    foreach ((LinearTerm term, ColumnReading reading) in readings)
                        for (int c = 0; c < reading.Coefficients.Length; c++)
                            weightIn[((schedule.FirstColumn(term.Variable) + c) * manifest.DMlp) + unit] = (float)(step.Slope * reading.Coefficients[c].ToDouble());
                    biasIn[unit] = (float)(bias + half);
                    for (int i = 0; i < step.Change.Length; i++)
                        weightOut[(unit * manifest.DModel) + mlp.Columns[i]] = (float)(half > 0 ? step.Change[i] : -step.Change[i]);
                    unit++;
                }
            }
        }
    }

    private void EmitUnembedding()
    {
        for (int o = 0; o < outputs.Length; o++) EmitUnembedding(outputs[o], manifest.Outputs[o]);
    }

    private void EmitUnembedding(LoweredOutput output, ManifestOutput described)
    {
        float[] unembedding = weights[CompiledWeights.Unembedding].Data;
        float[] bias = weights[CompiledWeights.UnembeddingBias].Data;
        int logits = bias.Length;
        if (output.Number is LinearForm number)
        {
            bias[described.First] = (float)number.Constant.ToDouble();
            foreach (LinearTerm term in number.Terms) Write(term.Variable, term.Weights, described.First, 1);
        }

        if (output.Digits is not OutputDigits digits) return;
        for (int o = 0; o < digits.OfValues.Length; o++)
        {
            int at = 0;
            foreach (DigitsReading reading in digits.Readings)
            {
                for (int d = 0; d < reading.Count; d++)
                {
                    double e = digits.OfValues[o][at++].ToDouble();
                    bias[described.First + o] -= (float)(e * e);
                    Write(reading.Variable, reading.Function(d), described.First + o, 2 * e);
                }
            }
        }

        void Write(Variable? variable, ImmutableArray<Rational> function, int logit, double factor)
        {
            if (variable is null)
            {
                bias[logit] += (float)(factor * function[0].ToDouble());
                return;
            }

            ColumnReading reading = schedule.Read(variable, function);
            bias[logit] += (float)(factor * reading.Constant.ToDouble());
            for (int c = 0; c < reading.Coefficients.Length; c++)
                unembedding[((schedule.FirstColumn(variable) + c) * logits) + logit] += (float)(factor * reading.Coefficients[c].ToDouble());
        }
    }
}
