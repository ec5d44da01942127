namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class optim
        {
            public static SGD SGD(
                IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            public static SGD SGD(
                IEnumerable<(string name, Parameter parameter)> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters.Select(static p => p.parameter), learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            public static SGD SGD(
                IEnumerable<SGD.ParamGroup> parameters, double learningRate, double momentum = 0.0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);
        }
    }

    namespace Modules
    {
        using static torch;
        using static torch.optim;

        /// <summary>Gradient descent with momentum.</summary>
        public class SGD : OptimizerHelper, IMomentum
        {
            public SGD(
                IEnumerable<Parameter> parameters, double lr, double momentum = 0.0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
                : this([new ParamGroup { Parameters = parameters }], lr, momentum, dampening, weight_decay, nesterov, maximize)
            {
            }

            public SGD(
                IEnumerable<ParamGroup> parameters, double lr, double momentum = 0.0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
            {
                if (lr < 0.0) throw new ArgumentException($"Invalid learning rate: {lr}");
                if (momentum < 0.0) throw new ArgumentException($"Invalid momentum value: {momentum}");
                if (weight_decay < 0.0) throw new ArgumentException($"Invalid weight_decay value: {weight_decay}");
                if (nesterov && (momentum <= 0 || dampening != 0)) throw new ArgumentException("Nesterov momentum requires a momentum and zero dampening");
                _defaults = new Options
                {
                    LearningRate = lr, momentum = momentum, dampening = dampening, weight_decay = weight_decay, nesterov = nesterov, maximize = maximize, InitialLearningRate = lr,
                };
                foreach (var group in parameters) add_param_group(group);
            }

            public double Momentum
            {
                get => ((Options)_defaults).momentum ?? 0;
                set
                {
                    foreach (var group in _parameter_groups.OfType<ParamGroup>()) group.Options.momentum = value;
                }
            }

            public override Tensor? step(Func<Tensor>? closure = null) => _step<ParamGroup>(Update, closure);

            public override void add_param_group(Modules.ParamGroup param_group)
            {
                var defaults = (Options)_defaults;
                if (param_group.Options is not Options o) param_group.Options = o = new Options();
                o.LearningRate ??= defaults.LearningRate;
                o.momentum ??= defaults.momentum;
                o.dampening ??= defaults.dampening;
                o.weight_decay ??= defaults.weight_decay;
                o.nesterov ??= defaults.nesterov;
                o.maximize ??= defaults.maximize;
                o.InitialLearningRate = o.LearningRate ?? 0;
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
                double momentum = o.momentum ?? 0, decay = o.weight_decay ?? 0, rate = o.LearningRate ?? 0;
                foreach (var parameter in group.Parameters)
                {
                    if (parameter.Variable?.Gradient is not { } kept || StateOf<State>(parameter) is not { } state) continue;
                    CheckGradient(nameof(SGD), parameter, kept);
                    var gradient = decay == 0 ? kept.alias() : kept.add(parameter, decay);
                    if (momentum != 0)
                    {
                        if (state.momentum_buffer is { } buffer) buffer.mul_(momentum).add_(gradient, 1 - (o.dampening ?? 0));
                        else state.momentum_buffer = buffer = gradient.clone().DetachFromDisposeScope();
                        gradient = o.nesterov == true ? gradient.add(buffer, momentum) : buffer;
                    }
                    parameter.add_(gradient, o.maximize == true ? rate : -rate);
                }
            }

            public sealed class State : OptimizerState, IDisposable
            {
                public Tensor? momentum_buffer;

                public State(Parameter parameter) : base(parameter)
                {
                }

                public override void Initialize(OptimizerOptions options)
                {
                    momentum_buffer?.Dispose();
                    momentum_buffer = null;
                }

                public void Dispose()
                {
                    momentum_buffer?.Dispose();
                    GC.SuppressFinalize(this);
                }
            }

            public class Options : OptimizerOptions
            {
                public double? momentum;
                public double? dampening;
                public double? weight_decay;
                public bool? nesterov;
                public bool? maximize;
            }

            public class ParamGroup : ParamGroup<Options>, IMomentum
            {
                public ParamGroup()
                {
                }

                public ParamGroup(IEnumerable<Parameter> parameters, Options? options) : base(parameters, options)
                {
                }

                public ParamGroup(
                    IEnumerable<Parameter> parameters, double lr = 1e-3, double momentum = 0.0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
                    : base(parameters, new Options
                    {
                        LearningRate = lr, momentum = momentum, dampening = dampening, weight_decay = weight_decay, nesterov = nesterov, maximize = maximize,
                    })
                {
                }

                public double Momentum
                {
                    get => Options.momentum ?? 0;
                    set => Options.momentum = value;
                }
            }
        }
    }
}
