namespace TorchSharp.Modules;

using static torch;
using static torch.optim;

/// <summary>What optimizers with parameter groups share.</summary>
public abstract class OptimizerHelper : Optimizer
{
    private readonly Dictionary<Parameter, OptimizerState> states = new(ReferenceEqualityComparer.Instance);

    protected OptimizerOptions _defaults = new();

    private protected OptimizerHelper()
    {
    }

    internal T? StateOf<T>(Parameter parameter) where T : OptimizerState => states.TryGetValue(parameter, out var state) ? (T)state : null;

    internal void Keep(Parameter parameter, OptimizerState state) => states[parameter] = state;

    internal IEnumerable<OptimizerState> States => states.Values;

    protected Tensor? _step<T>(Action<T> body, Func<Tensor>? loss_closure = null) where T : ParamGroup
    {
        Tensor? loss = null;
        if (loss_closure is not null)
        {
            using var tracked = enable_grad();
            loss = loss_closure();
        }
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        foreach (var group in _parameter_groups) body((T)group);
        return loss;
    }

    public override void add_param_group(ParamGroup param_group) => _parameter_groups.Add(param_group);

    internal static void CheckGradient(string operation, Parameter parameter, Tensor gradient)
    {
        if (!gradient.Sizes.SequenceEqual(parameter.Sizes))
            throw Errors.Shapes2(operation, parameter.Sizes, gradient.Sizes, "the parameter and its gradient differ in shape");
    }
}

public class OptimizerOptions
{
    public double? LearningRate { get; set; }

    public double InitialLearningRate { get; set; }
}

public abstract class OptimizerState
{
    protected Parameter _parameter;

    protected OptimizerState(Parameter parameter) => _parameter = parameter;

    public abstract void Initialize(OptimizerOptions options);
}

public class ParamGroup : ILearningRateController
{
    public IEnumerable<Parameter> Parameters { get; set; } = [];

    public OptimizerOptions Options { get; set; } = new();

    public double LearningRate
    {
        get => Options.LearningRate ?? throw new InvalidOperationException("the group has no learning rate until it belongs to an optimizer");
        set => Options.LearningRate = value;
    }

    public double InitialLearningRate
    {
        get => Options.InitialLearningRate;
        set => Options.InitialLearningRate = value;
    }
}

public class ParamGroup<TOptions> : ParamGroup where TOptions : OptimizerOptions
{
    public ParamGroup()
    {
    }

    public ParamGroup(IEnumerable<Parameter> parameters, TOptions? options = null)
    {
        Parameters = parameters;
        if (options is not null) base.Options = options;
    }

    public new TOptions Options
    {
        get => (TOptions)base.Options;
        set => base.Options = value;
    }
}
