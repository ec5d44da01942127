using Rasp.Format;
using Rasp.Runtime.Injection;
using Rasp.Runtime.LanguageModels;
using Site = Rasp.Format.ResidualSite;

namespace Rasp.Runtime.Tests.Injection;

public sealed class AlignmentTests
{
    [Fact]
    public void The_last_stage_leaves_one_block_and_every_stage_has_a_place_of_its_own_in_order()
    {
        Manifest program = Manifests.Of(("start", 0, Site.Pre), ("mean", 0, Site.Mid), ("sign", 0, Site.Post), ("total", 1, Site.Mid), ("result", 1, Site.Post));
        Alignment alignment = Alignment.Create(program, blocks: 5);
        HookPoint[] points = [.. program.Variables.Select(v => alignment[v])];
        Assert.Equal(
            [
                new HookPoint(0, LanguageModels.ResidualSite.Pre),
                new HookPoint(2, LanguageModels.ResidualSite.Mid), new HookPoint(2, LanguageModels.ResidualSite.Post),
                new HookPoint(3, LanguageModels.ResidualSite.Mid), new HookPoint(3, LanguageModels.ResidualSite.Post),
            ],
            points);
        Assert.Equal(points[^1], alignment.Last);
    }

    [Fact]
    public void A_model_with_too_few_blocks_is_an_error_that_says_how_many_it_can_hold()
    {
        Manifest program = Manifests.Of(("a", 0, Site.Mid), ("b", 1, Site.Mid), ("c", 2, Site.Post));
        RaspException error = Assert.Throws<RaspException>(() => Alignment.Create(program, blocks: 3));
        Assert.Contains("3 layers", error.Message, StringComparison.Ordinal);
        Assert.Contains("can hold 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_without_layers_is_an_error() =>
        Assert.Throws<RaspException>(() => Alignment.Create(Manifests.Of(("a", 0, Site.Pre)), blocks: 5));
}
