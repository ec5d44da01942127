namespace TorchSharp.Modules;

using static torch;

/// <summary>What an optimizer keeps of one parameter between steps.</summary>
public abstract class OptimizerState
{
    protected Parameter _parameter;

    protected OptimizerState(Parameter parameter) => _parameter = parameter;

    public abstract void SaveStateDict(BinaryWriter writer);

    public abstract void LoadStateDict(BinaryReader reader);

    public abstract void LoadStateDict(OptimizerState source);

    public abstract void Initialize(OptimizerOptions options);

    public virtual bool ApproximatelyEquals(OptimizerState other) => false;

    public virtual void to(Device device)
    {
    }

    protected static void SaveConditionalStateTensor(BinaryWriter writer, Tensor? tensor)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(tensor is not null);
        tensor?.Save(writer);
    }

    protected static void LoadConditionalStateTensor(BinaryReader reader, ref Tensor? result, Device device)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (reader.ReadBoolean()) TensorExtensionMethods.Load(ref result, reader);
        else
        {
            result?.Dispose();
            result = null;
        }
    }

    /// <summary>A copy of another state's tensor in the place of one's own.</summary>
    internal static void Copy(ref Tensor? own, Tensor? source)
    {
        own?.Dispose();
        own = source?.clone().DetachFromDisposeScope();
    }

    private protected TState Same<TState>(OptimizerState source) where TState : OptimizerState =>
        source as TState ?? throw new ArgumentException($"load_state_dict: the state is {source?.GetType()}, not {GetType()}", nameof(source));
}
