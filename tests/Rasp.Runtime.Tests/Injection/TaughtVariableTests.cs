using Rasp.Format;
using Rasp.Runtime.Injection;
using Rasp.Runtime.LanguageModels;

namespace Rasp.Runtime.Tests.Injection;

public sealed class TaughtVariableTests
{
    private static readonly HookPoint Point = new(0, LanguageModels.ResidualSite.Mid);

    [Fact]
    public void A_number_decodes_to_the_nearest_value_that_it_takes_at_that_position()
    {
        // Twelve values 0, 1/12 … 11/12; position 0 takes only 0 and 11/12, position 1 all of them.
        TaughtVariable variable = Variable(SOpType.Float, 12, [.. Enumerable.Range(0, 12).Select(i => (int[])[i < 6 ? 0 : 11, i])]);
        Assert.True(variable.IsNumber);
        Assert.Equal(1, variable.Outputs);
        float near4 = (0.9f * variable.Standardised(4)) + (0.1f * variable.Standardised(5));
        Assert.Equal(4, variable.Decode([near4], 1));
        Assert.Equal(0, variable.Decode([near4], 0));
        Assert.Equal(4, variable.Decode([near4], 7));
    }

    [Fact]
    public void Numbers_are_standardised_over_the_training_positions()
    {
        int[][] taken = [.. Enumerable.Range(0, 12).Select(i => (int[])[i, i, 3])];
        TaughtVariable variable = Variable(SOpType.Int, 12, taken);
        double[] seen = [.. taken.SelectMany(t => t).Select(v => (double)variable.Standardised(v))];
        // Means of 36 single-precision numbers near 1.
        Assert.Equal(0, seen.Average(), 1e-6);
        Assert.Equal(1, seen.Average(x => x * x), 1e-5);
    }

    [Fact]
    public void Few_values_are_a_choice_among_those_that_occur()
    {
        TaughtVariable variable = Variable(SOpType.Int, 12, [[2, 7], [7, 9]]);
        Assert.False(variable.IsNumber);
        Assert.Equal([2, 7, 9], variable.Classes);
        Assert.Equal(9, variable.Decode([0.1f, 0.2f, 0.3f], 0));
        Assert.Equal(1, variable.Class(7));
        Assert.Equal(-1, variable.Class(0));
        Assert.True(Variable(SOpType.Int, 12, [[5, 5]]).IsConstant);
    }

    private static TaughtVariable Variable(SOpType type, int values, int[][] taken)
    {
        ManifestVariable variable = new("v", type, 1, 1, Resident: true, 0, Rasp.Format.ResidualSite.Mid, VariableEncoding.Linear, [0],
            [.. Enumerable.Range(0, values).Select(i => Value.FromNumber(Rational.Create(i, values)))]);
        return new TaughtVariable(0, variable, Point, [.. taken.Select(t =>
            new TracedInput(new TranslatedPrompt(new long[t.Length + 1], [.. t.Select(_ => Value.FromText("a"))]), [t], 0))]);
    }
}
