namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class optim
        {
            public static AdamW AdamW(
                IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0,
                bool amsgrad = false, bool maximize = false) =>
                new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            public static AdamW AdamW(
                IEnumerable<(string name, Parameter parameter)> parameters,
                double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0,
                bool amsgrad = false, bool maximize = false) =>
                new(parameters.Select(static p => p.parameter), lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            public static AdamW AdamW(
                IEnumerable<AdamW.ParamGroup> parameters,
                double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0,
                bool amsgrad = false, bool maximize = false) =>
                new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);
        }
    }

    namespace Modules
    {
        using static torch;
        using static torch.optim;

        /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, 2019).</summary>
        public class AdamW : OptimizerHelper, IBetas
        {
            public AdamW(
                IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0,
                bool amsgrad = false, bool maximize = false)
                : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
            {
            }

            public AdamW(
                IEnumerable<ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0,
                bool amsgrad = false, bool maximize = false)
            {
                Moments.Check(lr, beta1, beta2, eps, weight_decay);
                _defaults = new Options
                {
                    LearningRate = lr, InitialLearningRate = lr,
                    beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize,
                };
                foreach (var group in parameters) add_param_group(group);
            }

            public (double, double) Betas
            {
                get => _defaults is Options o ? (OptimizerOptions.Set(o.beta1), OptimizerOptions.Set(o.beta2)) : default;
                set
                {
                    foreach (var group in _parameter_groups.OfType<ParamGroup>()) group.Betas = value;
                }
            }

            public override Tensor? step(Func<Tensor>? closure = null) => _step<ParamGroup>(Update, closure);

            public override void add_param_group(Modules.ParamGroup param_group) => Add<Options>(param_group, static p => new State(p));

            protected override void Dispose(bool disposing)
            {
                base.Dispose(disposing);
                if (disposing) DisposeStates();
            }

            private void Update(ParamGroup group)
            {
                var o = group.Options;
                double rate = group.LearningRate, decay = OptimizerOptions.Set(o.weight_decay);
                var step = new AdamStep(rate, group.Betas, Shrink: 1 - rate * decay, L2: 0, OptimizerOptions.Set(o.eps), o.maximize == true);
                foreach (var (parameter, gradient, state) in Trained<State>(nameof(AdamW), group))
                    Moments.Update(nameof(AdamW), parameter, gradient, state, step);
            }

            public sealed class State : OptimizerState, IMoments, IDisposable
            {
                public long step;
                public Tensor exp_avg;
                public Tensor exp_avg_sq;
                public Tensor? max_exp_avg_sq;

                public State(Parameter parameter) : base(parameter)
                {
                    exp_avg = Moments.Zero(parameter);
                    exp_avg_sq = Moments.Zero(parameter);
                }

                ref long IMoments.Step => ref step;

                ref Tensor IMoments.First => ref exp_avg;

                ref Tensor IMoments.Second => ref exp_avg_sq;

                ref Tensor? IMoments.Largest => ref max_exp_avg_sq;

                public override void Initialize(OptimizerOptions options) =>
                    Moments.Initialize(this, _parameter, options is Options { amsgrad: true });

                public override void SaveStateDict(BinaryWriter writer) => Moments.Write(writer, this);

                public override void LoadStateDict(BinaryReader reader) => Moments.Read(reader, this);

                public override void LoadStateDict(OptimizerState source) => Moments.Copy(this, Same<State>(source));

                public override bool ApproximatelyEquals(OptimizerState other) => other is State same && Moments.AreClose(this, same);

                public void Dispose()
                {
                    Moments.Dispose(this);
                    GC.SuppressFinalize(this);
                }
            }

            public class Options : OptimizerOptions
            {
                public double? beta1;
                public double? beta2;
                public double? weight_decay;
                public double? eps;
                public bool? amsgrad;
                public bool? maximize;

                internal override object?[] Settings
                {
                    get => [beta1, beta2, eps, weight_decay, amsgrad, maximize];
                    set => (beta1, beta2, eps, weight_decay, amsgrad, maximize) =
                        ((double?)value[0], (double?)value[1], (double?)value[2], (double?)value[3], (bool?)value[4], (bool?)value[5]);
                }
            }

            public class ParamGroup : ParamGroup<Options>, IBetas
            {
                public ParamGroup()
                {
                }

                public ParamGroup(IEnumerable<Parameter> parameters, Options? options) : base(parameters, options)
                {
                }

                public ParamGroup(
                    IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0,
                    bool amsgrad = false, bool maximize = false)
                    : base(parameters, new Options
                    {
                        LearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize,
                    })
                {
                }

                public (double, double) Betas
                {
                    get => (OptimizerOptions.Set(Options.beta1), OptimizerOptions.Set(Options.beta2));
                    set => (Options.beta1, Options.beta2) = value;
                }
            }
        }
    }
}
