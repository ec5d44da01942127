using Rasp.Tool.Pages;

namespace Rasp.MSBuild.Tests.Pages;

public sealed class ResidualUseTests
{
    private const int Tokens = 0;
    private const int Share = 1;
    private const int HasA = 2;

    private readonly ResidualUse use = new(TinyModel.Create());

    [Fact]
    public void A_column_that_is_used_again_is_read_for_the_variable_that_it_holds_then()
    {
        Assert.Equal([new VariableReader(1, "blocks.0 head 0 value")], use.ReadersOf(Tokens));
        Assert.Equal([new VariableReader(2, "blocks.0 mlp")], use.ReadersOf(Share));
        Assert.Equal([new VariableReader(3, "unembed")], use.ReadersOf(HasA));
        Assert.Equal(4, use.Stages);
        Assert.Equal((0, 1), use.LifeOf(0));
        Assert.Equal((1, 3), use.LifeOf(2));
    }

    [Fact]
    public void A_head_says_what_it_reads_and_writes()
    {
        HeadUse head = use.Heads[0][0];
        Assert.True(head.IsUsed);
        Assert.Empty(head.Query);
        Assert.Empty(head.Key);
        Assert.Equal([Tokens], head.Value);
        Assert.Equal([Share], head.Written);
        Assert.False(use.Heads[0][1].IsUsed);
    }
}
