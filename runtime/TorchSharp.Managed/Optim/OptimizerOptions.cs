namespace TorchSharp.Modules;

/// <summary>A group's settings; those not set take the optimizer's.</summary>
public class OptimizerOptions
{
    public double? LearningRate { get; set; }

    public double InitialLearningRate { get; set; }

    /// <summary>The settings of the algorithm, each a number or a switch, in the order of TorchSharp's file.</summary>
    internal virtual object?[] Settings
    {
        get => [];
        set { }
    }

    public virtual void SaveStateDict(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(InitialLearningRate);
        writer.Write(Set(LearningRate));
        foreach (var setting in Settings)
        {
            if (setting is bool on) writer.Write(on);
            else writer.Write(Set((double?)setting));
        }
    }

    public virtual void LoadStateDict(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        InitialLearningRate = reader.ReadDouble();
        LearningRate = reader.ReadDouble();
        Settings = [.. Settings.Select(setting => setting is bool ? (object)reader.ReadBoolean() : reader.ReadDouble())];
    }

    public virtual void LoadStateDict(OptimizerOptions source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.GetType() != GetType()) throw new ArgumentException($"load_state_dict: the options are {source.GetType()}, not {GetType()}", nameof(source));
        InitialLearningRate = source.InitialLearningRate;
        LearningRate = source.LearningRate;
        Settings = source.Settings;
    }

    /// <summary>What is not set becomes what <paramref name="defaults"/> say; the rate is then the initial one.</summary>
    internal void TakeMissing(OptimizerOptions defaults)
    {
        LearningRate ??= defaults.LearningRate;
        InitialLearningRate = Set(LearningRate);
        Settings = [.. Settings.Zip(defaults.Settings, static (own, other) => own ?? other)];
    }

    internal static double Set(double? option) =>
        option ?? throw new InvalidOperationException("an option of the parameter group is not set until the group belongs to an optimizer");
}
