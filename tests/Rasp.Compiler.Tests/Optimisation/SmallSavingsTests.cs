using Rasp.Compiler.Graph;
using Rasp.Compiler.Optimisation;
using Rasp.Compiler.Tests.Compiling;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Optimisation;

/// <summary>
/// What each pass saves on one line of RASP, over the vocabulary abc up to length 8; the numbers follow from what is said with them.
/// Column 0, the beginning's, is in every model; every head has two score dimensions for the beginning.
/// </summary>
public sealed class SmallSavingsTests
{
    [Fact]
    public void Every_pass_has_a_test_here()
    {
        IEnumerable<string> tests = typeof(SmallSavingsTests).GetMethods().Select(m => m.Name);
        Assert.All(EachPass.Properties, pass => Assert.Contains(tests, t => t.StartsWith(pass + "_", StringComparison.Ordinal)));
    }

    /// <summary>Without the mask each of 8 keys is compared with the query's position: d_head 8 + 2 and 8 columns, of which 1 is left to see.</summary>
    [Fact]
    public void CausalMask_replaces_comparisons_of_positions()
    {
        (Manifest with, Manifest without) = Compare(nameof(Passes.CausalMask), "x = aggregate(select(indices, indices, <=), indicator(tokens == \"a\"));");
        Assert.True(with.Causal);
        Assert.False(without.Causal);
        Assert.Equal((2, 10), (with.DHead, without.DHead));
        Assert.True(with.DModel < without.DModel);
    }

    /// <summary>Attention to oneself and before counts positions: no layer is needed to know how many there are.</summary>
    [Fact]
    public void Positions_says_in_the_embedding_what_the_position_decides()
    {
        (Manifest with, Manifest without) = Compare(nameof(Passes.Positions), "x = selector_width(select(indices, indices, <=));");
        Assert.Equal((0, 1), (with.Layers, without.Layers));
    }

    /// <summary>Counted, the length is one layer's number, which an MLP turns into the digits that a second layer's query asks for.</summary>
    [Fact]
    public void LastPosition_finds_the_last_key_without_counting()
    {
        (Manifest with, Manifest without) = Compare(nameof(Passes.LastPosition), "x = aggregate(select(indices, length - 1, ==), tokens);");
        Assert.Equal((1, 2), (with.Layers, without.Layers));
        Assert.Equal(0, with.DMlp);
        Assert.True(without.DMlp > 0);
    }

    /// <summary>One feature for each of 7 positions that are selected, against three for (k − q)².</summary>
    [Fact]
    public void CodedEquality_compares_numbers()
    {
        (Manifest with, Manifest without) = Compare(nameof(Passes.CodedEquality), "x = aggregate(select(indices, indices - 1, ==), tokens, \"_\");");
        Assert.Equal((3 + 2, 7 + 2), (with.DHead, without.DHead));
    }

    /// <summary>A mean of up to 8 tokens times its number of positions takes a table of both; the sum is a number as it stands.</summary>
    [Fact]
    public void Sums_need_no_mean()
    {
        (Manifest with, Manifest without) = Compare(nameof(Passes.Sums), "x = (indices + 1) * aggregate(select(indices, indices, <=), indicator(tokens == \"a\"));");
        Assert.Equal(0, with.DMlp);
        Assert.True(without.DMlp > 0);
    }

    /// <summary>Up to 8 numbers of 0 and 1 have 23 means besides 0 and 1. Which are 0 is asked for: that is so where no number is 1.</summary>
    [Fact]
    public void Existence_takes_no_mean()
    {
        (Manifest with, Manifest without) = Compare(
            nameof(Passes.Existence), "x = aggregate(select(indices, indices, <=), indicator(tokens == \"a\")) > 0;");
        Assert.Equal((with.Layers, with.DModel, with.DMlp), (without.Layers, without.DModel, without.DMlp));
        Assert.Contains(without.Variables, v => v.Type == SOpType.Float && v.Values.Length > 20);
        Assert.DoesNotContain(with.Variables, v => v.Type == SOpType.Float);
    }

    [Fact]
    public void SharedHeads_move_two_numbers_through_one_selector()
    {
        (Manifest with, Manifest without) = Compare(
            nameof(Passes.SharedHeads), "s = select(tokens, tokens, ==); x = aggregate(s, indices) + aggregate(s, indices * indices);");
        Assert.Equal((1, 2), (with.HeadsPerLayer, without.HeadsPerLayer));
    }

    /// <summary>Of three tokens only whether it is the first is asked for: one column besides the beginning's.</summary>
    [Fact]
    public void Columns_hold_what_is_read()
    {
        (Manifest with, Manifest without) = Compare(nameof(Passes.Columns), "x = tokens == \"a\";");
        Assert.Equal((1 + 1, 1 + 3), (with.DModel, without.DModel));
    }

    /// <summary>Nothing reads the two counts but the comparison: a − b stands in one column instead of a and b in two.</summary>
    [Fact]
    public void PackedCounts_write_one_column()
    {
        (Manifest with, Manifest without) = Compare(nameof(Passes.PackedCounts), "x = count(tokens, \"a\") > count(tokens, \"b\");");
        Assert.Equal(without.DModel - 1, with.DModel);
        Assert.Equal(without.DMlp, with.DMlp);
    }

    /// <summary>Larger steps of two counts' sum are too inexact unless they stand in one column: an MLP has to round the counts before.</summary>
    [Fact]
    public void PackedCounts_save_a_layer()
    {
        (Manifest with, Manifest without) = Compare(nameof(Passes.PackedCounts), "x = count(tokens, \"a\") * count(tokens, \"b\");");
        Assert.Equal((1, 2), (with.Layers, without.Layers));
    }

    private static (Manifest With, Manifest Without) Compare(string pass, string text)
    {
        RaspProgram program = Running.Compile(text + "\n");
        CompileSettings settings = new() { Vocabulary = Compiled.Tokens("abc"), MaxLength = 8, Causal = false };
        return (Compile(CompileOptions.Default), Compile(EachPass.Without(pass)));

        Manifest Compile(CompileOptions options)
        {
            CompileResult result = ProgramCompiler.Compile(program, ["x"], settings, options with { VerifyBudget = 2000 });
            return Assert.IsType<CompiledModel>(result.Model).Manifest;
        }
    }
}
