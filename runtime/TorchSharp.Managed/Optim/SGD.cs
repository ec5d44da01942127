namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class optim
        {
            public static SGD SGD(
                IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0,
                bool nesterov = false, bool maximize = false) =>
                new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            public static SGD SGD(
                IEnumerable<(string name, Parameter parameter)> parameters,
                double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters.Select(static p => p.parameter), learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            public static SGD SGD(
                IEnumerable<SGD.ParamGroup> parameters, double learningRate, double momentum = 0.0, double dampening = 0, double weight_decay = 0,
                bool nesterov = false, bool maximize = false) =>
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
                IEnumerable<Parameter> parameters, double lr, double momentum = 0.0, double dampening = 0, double weight_decay = 0,
                bool nesterov = false, bool maximize = false)
                : this([new ParamGroup { Parameters = parameters }], lr, momentum, dampening, weight_decay, nesterov, maximize)
            {
            }

            public SGD(
                IEnumerable<ParamGroup> parameters, double lr, double momentum = 0.0, double dampening = 0, double weight_decay = 0,
                bool nesterov = false, bool maximize = false)
            {
                if (lr < 0.0) throw new ArgumentException($"Invalid learning rate: {lr}");
                if (momentum < 0.0) throw new ArgumentException($"Invalid momentum value: {momentum}");
                if (weight_decay < 0.0) throw new ArgumentException($"Invalid weight_decay value: {weight_decay}");
                if (nesterov && (momentum <= 0 || dampening != 0)) throw new ArgumentException("Nesterov momentum requires a momentum and zero dampening");
                _defaults = new Options
                {
                    LearningRate = lr, InitialLearningRate = lr,
                    momentum = momentum, dampening = dampening, weight_decay = weight_decay, nesterov = nesterov, maximize = maximize,
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

            public override void add_param_group(Modules.ParamGroup param_group) => Add<Options>(param_group, static p => new State(p));

            protected override void Dispose(bool disposing)
            {
                base.Dispose(disposing);
                if (disposing) DisposeStates();
            }

            private void Update(ParamGroup group)
            {
                var o = group.Options;
                double momentum = o.momentum ?? 0, decay = o.weight_decay ?? 0, rate = group.LearningRate;
                foreach (var (parameter, kept, state) in Trained<State>(nameof(SGD), group))
                {
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

                public override void SaveStateDict(BinaryWriter writer) => SaveConditionalStateTensor(writer, momentum_buffer);

                public override void LoadStateDict(BinaryReader reader) => LoadConditionalStateTensor(reader, ref momentum_buffer, _parameter.device);

                public override void LoadStateDict(OptimizerState source) => Copy(ref momentum_buffer, Same<State>(source).momentum_buffer);

                public override bool ApproximatelyEquals(OptimizerState other) =>
                    other is State same && (momentum_buffer is null || same.momentum_buffer is { } buffer && momentum_buffer.allclose(buffer));

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

                internal override object?[] Settings
                {
                    get => [momentum, dampening, weight_decay, nesterov, maximize];
                    set => (momentum, dampening, weight_decay, nesterov, maximize) =
                        ((double?)value[0], (double?)value[1], (double?)value[2], (bool?)value[3], (bool?)value[4]);
                }
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
                    IEnumerable<Parameter> parameters, double lr = 1e-3, double momentum = 0.0, double dampening = 0, double weight_decay = 0,
                    bool nesterov = false, bool maximize = false)
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
