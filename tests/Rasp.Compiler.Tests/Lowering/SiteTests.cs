using Rasp.Compiler.Lowering;

namespace Rasp.Compiler.Tests.Lowering;

public sealed class SiteTests
{
    [Theory]
    [InlineData(0, "embedding")]
    [InlineData(1, "layer 0 Mid")]
    [InlineData(4, "layer 1 Post")]
    public void A_site_prints_where_it_is(int index, string text) => Assert.Equal(text, new Site(index).ToString());
}
