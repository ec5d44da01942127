namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Learning rates by epoch t, for each group from its initial rate r₀; t is 0 when the schedule is made.</summary>
        public static partial class lr_scheduler
        {
            /// <summary>r₀ · f(t).</summary>
            public static LRScheduler LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) =>
                new impl.LambdaLR(optimizer, lr_lambda, last_epoch, verbose);

            /// <summary>The rate so far times f(t).</summary>
            public static LRScheduler MultiplicativeLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) =>
                new Recurrence(optimizer, last_epoch, verbose, (rate, _, t) => t > 0 ? rate * lr_lambda(t) : rate);

            /// <summary>r₀ · γ^⌊t / size⌋.</summary>
            public static LRScheduler StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new Recurrence(
                    optimizer, last_epoch, verbose,
                    (rate, _, t) => t == 0 || t % step_size != 0 ? rate : rate * gamma,
                    (r0, t) => r0 * Math.Pow(gamma, t / step_size));

            /// <summary>r₀ · γ^(milestones at or before t).</summary>
            public static LRScheduler MultiStepLR(Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new Recurrence(
                    optimizer, last_epoch, verbose,
                    (rate, _, t) => milestones.Contains(t) ? rate * gamma : rate,
                    (r0, t) => r0 * Math.Pow(gamma, milestones.Distinct().Count(m => m <= t)));

            /// <summary>r₀ · γ^t.</summary>
            public static LRScheduler ExponentialLR(Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new Recurrence(optimizer, last_epoch, verbose, (rate, _, t) => t == 0 ? rate : rate * gamma, (r0, t) => r0 * Math.Pow(gamma, t));

            /// <summary>r₀ · (1 − t / T)^power until T = <paramref name="total_iters"/>.</summary>
            public static LRScheduler PolynomialLR(Optimizer optimizer, int total_iters = 5, double power = 1.0, int last_epoch = -1, bool verbose = false)
            {
                double Left(int t) => 1 - (double)Math.Min(t, total_iters) / total_iters;
                return new Recurrence(
                    optimizer, last_epoch, verbose,
                    (rate, _, t) => t == 0 || t > total_iters ? rate : rate * Math.Pow(Left(t) / Left(t - 1), power),
                    (r0, t) => r0 * Math.Pow(Left(t), power));
            }

            /// <summary>r₀ · factor before <paramref name="total_iters"/>, then r₀.</summary>
            public static LRScheduler ConstantLR(
                Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1, bool verbose = false) =>
                new Recurrence(
                    optimizer, last_epoch, verbose,
                    (rate, _, t) => t == 0 ? rate * factor : t == total_iters ? rate / factor : rate,
                    (r0, t) => t < total_iters ? r0 * factor : r0);

            /// <summary>From r₀ · start to r₀ · end in T = <paramref name="total_iters"/> equal steps.</summary>
            public static LRScheduler LinearLR(
                Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0, int total_iters = 5, int last_epoch = -1, bool verbose = false)
            {
                double Factor(int t) => start_factor + (end_factor - start_factor) * Math.Min(t, total_iters) / total_iters;
                return new Recurrence(
                    optimizer, last_epoch, verbose,
                    (rate, _, t) => t == 0 ? rate * start_factor : t > total_iters ? rate : rate * (Factor(t) / Factor(t - 1)),
                    (r0, t) => r0 * Factor(t));
            }

            /// <summary>η + (r₀ − η)(1 + cos(πt / T)) / 2 (Loshchilov and Hutter, 2017, without restarts).</summary>
            public static LRScheduler CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0.0, int last_epoch = -1, bool verbose = false)
            {
                double Height(int t) => 1 + Math.Cos(Math.PI * t / T_max);
                // The height before is 0 at a minimum: the rate rises from it by the closed form's difference.
                return new Recurrence(
                    optimizer, last_epoch, verbose,
                    (rate, r0, t) => t == 0 ? rate
                        : (t - 1 - T_max) % (2 * T_max) == 0 ? rate + (r0 - eta_min) * (1 - Math.Cos(Math.PI / T_max)) / 2
                        : Height(t) / Height(t - 1) * (rate - eta_min) + eta_min,
                    (r0, t) => eta_min + (r0 - eta_min) * Height(t) / 2);
            }

            /// <summary>One schedule after another; the next begins at each milestone.</summary>
            public static LRScheduler SequentialLR(
                Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones, int last_epoch = -1) =>
                new Sequence(optimizer, [.. schedulers], [.. milestones], last_epoch);

            /// <summary>Sets the learning rate of every group after each step.</summary>
            public abstract class LRScheduler
            {
                internal readonly Optimizer Owner;
                internal readonly List<double> BaseRates;
                internal int Epoch;
                protected int _step_count;
                private readonly bool verbose;
                private readonly List<double> lastRates;

                protected LRScheduler(Optimizer optimizer, int last_epoch = -1, bool verbose = false)
                {
                    ArgumentNullException.ThrowIfNull(optimizer);
                    Owner = optimizer;
                    Epoch = last_epoch;
                    this.verbose = verbose;
                    BaseRates = [.. optimizer.ParamGroups.Select(static g => g.InitialLearningRate)];
                    lastRates = [.. optimizer.ParamGroups.Select(static g => g.LearningRate)];
                }

                public virtual void step() => step(null);

                public virtual void step(int? epoch)
                {
                    _step_count++;
                    Epoch = epoch ?? Epoch + 1;
                    var rates = (epoch.HasValue ? get_closed_form_lr() : get_lr()).ToList();
                    var groups = Owner.ParamGroups.ToList();
                    for (var i = 0; i < BaseRates.Count; i++)
                    {
                        groups[i].LearningRate = rates[i];
                        if (verbose && lastRates[i] != rates[i])
                            Console.WriteLine(FormattableString.Invariant($"Adjusting learning rate to {rates[i]}"));
                        lastRates[i] = rates[i];
                    }
                }

                /// <summary>The metric is for schedules that follow one; the others ignore it.</summary>
                public virtual void step(double current, int? epoch = null) => step(epoch);

                public IEnumerable<double> get_last_lr() => lastRates;

                protected virtual IEnumerable<double> get_lr() => Owner.ParamGroups.Select(static g => g.LearningRate);

                protected virtual IEnumerable<double> get_closed_form_lr() => get_lr();
            }

            /// <summary>A schedule given by the next rate from (rate so far, r₀, t), and where there is one by a closed form of (r₀, t).</summary>
            private sealed class Recurrence : LRScheduler
            {
                private readonly Func<double, double, int, double> next;
                private readonly Func<double, int, double>? closed;

                internal Recurrence(
                    Optimizer optimizer, int last_epoch, bool verbose, Func<double, double, int, double> next, Func<double, int, double>? closed = null)
                    : base(optimizer, last_epoch, verbose)
                {
                    this.next = next;
                    this.closed = closed;
                    step();
                }

                protected override IEnumerable<double> get_lr() => Owner.ParamGroups.Zip(BaseRates, (group, r0) => next(group.LearningRate, r0, Epoch));

                protected override IEnumerable<double> get_closed_form_lr() => closed is null ? get_lr() : BaseRates.Select(r0 => closed(r0, Epoch));
            }

            private sealed class Sequence : LRScheduler
            {
                private readonly LRScheduler[] parts;
                private readonly int[] milestones;

                internal Sequence(Optimizer optimizer, LRScheduler[] parts, int[] milestones, int last_epoch) : base(optimizer, last_epoch + 1)
                {
                    if (parts.Any(part => part.Owner != optimizer))
                        throw new ArgumentException("SequentialLR: every schedule must belong to the same optimizer", nameof(parts));
                    if (milestones.Length != parts.Length - 1)
                    {
                        throw new ArgumentException(
                            $"SequentialLR: {parts.Length} schedules need {parts.Length - 1} milestones, got {milestones.Length}", nameof(milestones));
                    }
                    this.parts = parts;
                    this.milestones = milestones;
                    // Making the parts has set the rates and moved each one a step.
                    foreach (var group in optimizer.ParamGroups) group.LearningRate = group.InitialLearningRate;
                    foreach (var part in parts) part.Epoch--;
                    parts[0].step();
                }

                protected override IEnumerable<double> get_lr()
                {
                    var current = milestones.Count(m => m <= Epoch);
                    if (current > 0 && milestones[current - 1] == Epoch) parts[current].step(0);
                    else parts[current].step();
                    return Owner.ParamGroups.Select(static g => g.LearningRate);
                }
            }

            public static partial class impl
            {
                /// <summary>The initial rate times a function of the epoch.</summary>
                public class LambdaLR : LRScheduler
                {
                    private readonly List<Func<int, double>> functions;

                    public LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, Enumerable.Repeat(lr_lambda, optimizer.ParamGroups.Count()), last_epoch, verbose)
                    {
                    }

                    public LambdaLR(Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        functions = [.. lr_lambdas];
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => BaseRates.Select((rate, i) => rate * functions[i](Epoch));
                }
            }
        }
    }
}
