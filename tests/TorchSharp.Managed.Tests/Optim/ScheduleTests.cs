using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim.lr_scheduler;

namespace TorchSharp.Managed.Tests.Optim;

/// <summary>Learning rates by epoch, against the schedules' formulas.</summary>
public sealed class ScheduleTests
{
    private sealed record Row(string Name, Func<optim.Optimizer, LRScheduler> Make, Func<int, double> Factor, bool HasClosedForm = true);

    // The factor of the initial rate at epoch t. CosineAnnealingLR has eta_min = 0, with which it is a factor as well.
    private static readonly Row[] Rows =
    [
        new("LambdaLR", static o => LambdaLR(o, static t => 1.0 / (1 + t)), static t => 1.0 / (1 + t)),
        new("MultiplicativeLR", static o => MultiplicativeLR(o, static _ => 0.9), static t => Math.Pow(0.9, t), HasClosedForm: false),
        new("StepLR", static o => StepLR(o, 3, 0.5), static t => Math.Pow(0.5, t / 3)),
        new("MultiStepLR", static o => MultiStepLR(o, [2, 5], 0.5), static t => t < 2 ? 1 : t < 5 ? 0.5 : 0.25),
        new("ExponentialLR", static o => ExponentialLR(o, 0.9), static t => Math.Pow(0.9, t)),
        new("PolynomialLR", static o => PolynomialLR(o, 6, 2), static t => t >= 6 ? 0 : Math.Pow(1 - t / 6.0, 2)),
        new("ConstantLR", static o => ConstantLR(o, 0.25, 4), static t => t < 4 ? 0.25 : 1),
        new("LinearLR", static o => LinearLR(o, 0.2, 1, 5), static t => t >= 5 ? 1 : 0.2 + 0.8 * t / 5),
        new("CosineAnnealingLR", static o => CosineAnnealingLR(o, 4), static t => (1 + Math.Cos(Math.PI * t / 4)) / 2),
        new("SequentialLR", static o => SequentialLR(o, [LinearLR(o, 0.5, 1, 2), ExponentialLR(o, 0.9)], [3]), static t => t >= 3 ? Math.Pow(0.9, t - 3) : t == 0 ? 0.5 : t == 1 ? 0.75 : 1, HasClosedForm: false),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(static r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rates_follow_the_formula(string name)
    {
        var row = Rows.Single(r => r.Name == name);
        using var optimizer = Optimizer();
        var schedule = row.Make(optimizer);
        for (var t = 0; t < 9; t++)
        {
            Assert.All(optimizer.ParamGroups, g => Assert.Equal(g.InitialLearningRate * row.Factor(t), g.LearningRate, 1e-12));
            Assert.Equal(optimizer.ParamGroups.Select(static g => g.LearningRate), schedule.get_last_lr());
            schedule.step();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_given_epoch_is_gone_to_directly(string name)
    {
        var row = Rows.Single(r => r.Name == name);
        if (!row.HasClosedForm) return;
        using var optimizer = Optimizer();
        var schedule = row.Make(optimizer);
        foreach (var t in (int[])[7, 2, 5])
        {
            schedule.step(t);
            Assert.All(optimizer.ParamGroups, g => Assert.Equal(g.InitialLearningRate * row.Factor(t), g.LearningRate, 1e-12));
        }
    }

    private static AdamW Optimizer() => optim.AdamW(
        [new AdamW.ParamGroup([new Parameter(zeros(1))], new AdamW.Options { LearningRate = 0.1 }), new AdamW.ParamGroup { Parameters = [new Parameter(zeros(1))] }], lr: 0.5);
}
