using System.Numerics;

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class optim
        {
            public static Adam Adam(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            public static Adam Adam(IEnumerable<(string name, Parameter parameter)> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters.Select(static p => p.parameter), lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            public static Adam Adam(IEnumerable<Adam.ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);
        }
    }

    namespace Modules
    {
        using static torch;
        using static torch.optim;

        /// <summary>Adam (Kingma and Ba, 2015); weight decay is added to the gradient.</summary>
        public class Adam : OptimizerHelper, IBetas
        {
            public Adam(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
            {
            }

            public Adam(IEnumerable<ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
            {
                if (lr < 0.0) throw new ArgumentException($"Invalid learning rate: {lr}");
                if (beta1 is < 0 or >= 1) throw new ArgumentException($"Invalid beta1 value: {beta1}");
                if (beta2 is < 0 or >= 1) throw new ArgumentException($"Invalid beta2 value: {beta2}");
                if (eps < 0) throw new ArgumentException($"Invalid eps value: {eps}");
                if (weight_decay < 0) throw new ArgumentException($"Invalid weight_decay value: {weight_decay}");
                _defaults = new Options
                {
                    LearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize, InitialLearningRate = lr,
                };
                foreach (var group in parameters) add_param_group(group);
            }

            public (double, double) Betas
            {
                get => _defaults is Options o ? (Value(o.beta1), Value(o.beta2)) : default;
                set
                {
                    foreach (var group in _parameter_groups.OfType<ParamGroup>()) group.Betas = value;
                }
            }

            public override Tensor? step(Func<Tensor>? closure = null) => _step<ParamGroup>(Update, closure);

            public override void add_param_group(Modules.ParamGroup param_group)
            {
                var defaults = (Options)_defaults;
                if (param_group.Options is not Options o) param_group.Options = o = new Options();
                o.LearningRate ??= defaults.LearningRate;
                o.beta1 ??= defaults.beta1;
                o.beta2 ??= defaults.beta2;
                o.eps ??= defaults.eps;
                o.weight_decay ??= defaults.weight_decay;
                o.amsgrad ??= defaults.amsgrad;
                o.maximize ??= defaults.maximize;
                o.InitialLearningRate = Value(o.LearningRate);
                param_group.Parameters = [.. param_group.Parameters];
                base.add_param_group(param_group);
                foreach (var parameter in param_group.Parameters)
                {
                    var state = new State(parameter);
                    state.Initialize(o);
                    Keep(parameter, state);
                }
            }

            protected override void Dispose(bool disposing)
            {
                base.Dispose(disposing);
                foreach (var state in States) ((State)state).Dispose();
            }

            private void Update(ParamGroup group)
            {
                var o = group.Options;
                var rate = Value(o.LearningRate);
                foreach (var parameter in group.Parameters)
                {
                    if (parameter.Variable?.Gradient is not { } gradient || StateOf<State>(parameter) is not { } state) continue;
                    CheckGradient("Adam", parameter, gradient);
                    state.step++;
                    using var g = gradient.Packed();
                    using var w = parameter.Packed();
                    var constants = new UpdateRows.AdamConstants(
                        Value(o.beta1), Value(o.beta2), 1, Value(o.weight_decay),
                        rate / (1 - Math.Pow(Value(o.beta1), state.step)), Math.Sqrt(1 - Math.Pow(Value(o.beta2), state.step)), Value(o.eps), o.maximize == true ? -1 : 1);
                    Dispatch.Float("Adam", parameter.dtype, new UpdateWork { W = w, G = g, State = state, Constants = constants });
                    if (w.Storage == parameter.Storage) parameter.Storage.Version++;
                    else parameter.WriteFrom(w);
                }
            }

            private static double Value(double? option) => option ?? throw new InvalidOperationException("an option of the parameter group is not set");

            private readonly unsafe struct UpdateWork : IFloatWork
            {
                internal required Tensor W { get; init; }
                internal required Tensor G { get; init; }
                internal required State State { get; init; }
                internal required UpdateRows.AdamConstants Constants { get; init; }

                public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> => UpdateRows.Adam(
                    W.Data<T>(), G.Data<T>(), State.exp_avg.Data<T>(), State.exp_avg_sq.Data<T>(),
                    State.max_exp_avg_sq is { } largest ? largest.Data<T>() : null, W.numel(), Constants);
            }

            public sealed class State : OptimizerState, IDisposable
            {
                public long step;
                public Tensor exp_avg;
                public Tensor exp_avg_sq;
                public Tensor? max_exp_avg_sq;

                public State(Parameter parameter) : base(parameter)
                {
                    exp_avg = Tensor.Zeros(parameter.dtype, parameter.Sizes).DetachFromDisposeScope();
                    exp_avg_sq = Tensor.Zeros(parameter.dtype, parameter.Sizes).DetachFromDisposeScope();
                }

                public override void Initialize(OptimizerOptions options)
                {
                    step = 0;
                    exp_avg.zero_();
                    exp_avg_sq.zero_();
                    max_exp_avg_sq?.Dispose();
                    max_exp_avg_sq = options is Options { amsgrad: true } ? exp_avg.zeros_like().DetachFromDisposeScope() : null;
                }

                public void Dispose()
                {
                    exp_avg.Dispose();
                    exp_avg_sq.Dispose();
                    max_exp_avg_sq?.Dispose();
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
            }

            public class ParamGroup : ParamGroup<Options>, IBetas
            {
                public ParamGroup()
                {
                }

                public ParamGroup(IEnumerable<Parameter> parameters, Options? options) : base(parameters, options)
                {
                }

                public ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                    : base(parameters, new Options
                    {
                        LearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize,
                    })
                {
                }

                public (double, double) Betas
                {
                    get => (Value(Options.beta1), Value(Options.beta2));
                    set => (Options.beta1, Options.beta2) = value;
                }
            }
        }
    }
}
