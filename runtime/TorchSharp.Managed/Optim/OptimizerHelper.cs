namespace TorchSharp.Modules;

using static torch;
using static torch.optim;

/// <summary>What optimizers with parameter groups share: the groups, a state for each parameter, and saving both.</summary>
public abstract class OptimizerHelper : Optimizer
{
    private readonly Dictionary<Parameter, OptimizerState> states = new(ReferenceEqualityComparer.Instance);

    protected OptimizerOptions _defaults = new();

    // TorchSharp's optimizers find their states by a tensor's native handle, so others cannot be derived from this class here.
    private protected OptimizerHelper()
    {
    }

    /// <summary>The file is TorchSharp's own: the optimizer's name, the groups' options and the parameters' states.</summary>
    public void save_state_dict(string location)
    {
        using var writer = new BinaryWriter(File.Create(location));
        save_state_dict(writer);
    }

    public void save_state_dict(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(GetType().Name);
        var saved = state_dict();
        writer.Write7BitEncodedInt64(saved.Options.Count);
        writer.Write7BitEncodedInt64(saved.State.Count);
        foreach (var options in saved.Options) options.SaveStateDict(writer);
        foreach (var state in saved.State) state.SaveStateDict(writer);
    }

    public void load_state_dict(string location)
    {
        using var reader = new BinaryReader(File.OpenRead(location));
        load_state_dict(reader);
    }

    public void load_state_dict(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var name = reader.ReadString();
        if (name != GetType().Name) throw new InvalidDataException($"load_state_dict: the state is that of {name}, not of {GetType().Name}");
        var own = state_dict();
        CheckCounts(own, reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
        foreach (var options in own.Options) options.LoadStateDict(reader);
        foreach (var state in own.State) state.LoadStateDict(reader);
    }

    public virtual void load_state_dict(StateDictionary state_dict)
    {
        ArgumentNullException.ThrowIfNull(state_dict);
        var own = this.state_dict();
        CheckCounts(own, state_dict.Options.Count, state_dict.State.Count);
        foreach (var (options, source) in own.Options.Zip(state_dict.Options))
            if (options != source) options.LoadStateDict(source);
        foreach (var (state, source) in own.State.Zip(state_dict.State))
            if (state != source) state.LoadStateDict(source);
    }

    /// <summary>The groups' options and the parameters' states themselves, not copies of them.</summary>
    public virtual StateDictionary state_dict()
    {
        var saved = new StateDictionary();
        foreach (var group in _parameter_groups)
        {
            saved.Options.Add(group.Options);
            var first = saved.State.Count;
            saved.State.AddRange(group.Parameters.Select(p => states[p]));
            saved.StateIndexRef.Add([.. Enumerable.Range(first, saved.State.Count - first)]);
        }
        return saved;
    }

    public void to(Device device)
    {
        foreach (var state in states.Values) state.to(device);
    }

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

    /// <summary>Adds a group whose unset options take the optimizer's defaults, with a fresh state for each parameter.</summary>
    private protected void Add<TOptions>(ParamGroup group, Func<Parameter, OptimizerState> state) where TOptions : OptimizerOptions, new()
    {
        if (group.Options is not TOptions options) group.Options = options = new TOptions();
        options.TakeMissing(_defaults);
        group.Parameters = [.. group.Parameters];
        _parameter_groups.Add(group);
        foreach (var parameter in group.Parameters)
        {
            var fresh = state(parameter);
            fresh.Initialize(options);
            states[parameter] = fresh;
        }
    }

    /// <summary>The parameters of a group that have a gradient, with it and their state.</summary>
    private protected IEnumerable<(Parameter Parameter, Tensor Gradient, TState State)> Trained<TState>(string operation, ParamGroup group)
        where TState : OptimizerState
    {
        foreach (var parameter in group.Parameters)
        {
            if (parameter.IsInvalid)
                throw new InvalidOperationException(
                    $"{operation}: a parameter of shape {Shapes.Text(parameter.Sizes)} has been disposed. A module that is converted to another " +
                    "type gets new parameters: make the optimizer from module.parameters() after the conversion.");
            if (parameter.Variable?.Gradient is not { } gradient) continue;
            if (!gradient.Sizes.SequenceEqual(parameter.Sizes))
                throw Errors.Shapes2(operation, parameter.Sizes, gradient.Sizes, "the parameter and its gradient differ in shape");
            yield return (parameter, gradient, (TState)states[parameter]);
        }
    }

    private protected void DisposeStates()
    {
        foreach (var state in states.Values) (state as IDisposable)?.Dispose();
    }

    private static void CheckCounts(StateDictionary own, long groups, long parameters)
    {
        if (groups != own.Options.Count)
            throw new ArgumentException($"load_state_dict: the state has {groups} parameter groups, the optimizer {own.Options.Count}");
        if (parameters != own.State.Count)
            throw new ArgumentException($"load_state_dict: the state has {parameters} parameters, the optimizer {own.State.Count}");
    }
}
