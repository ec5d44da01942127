namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static LRScheduler LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) =>
                new impl.LambdaLR(optimizer, lr_lambda, last_epoch, verbose);

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

                public IEnumerable<double> get_last_lr() => lastRates;

                protected virtual IEnumerable<double> get_lr() => Owner.ParamGroups.Select(static g => g.LearningRate);

                protected virtual IEnumerable<double> get_closed_form_lr() => get_lr();
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
