namespace TorchSharp;

public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
    MPS = 13,
    META = 14,
}

public static partial class torch
{
    public static readonly Device CPU = new(DeviceType.CPU);

    public static Device CUDA => new(DeviceType.CUDA);

    public static Device device(string description) => new(description);

    public static Device device(string deviceType, int index = -1) => new(deviceType, index);

    public static Device device(int index) => new(index);

    public static Device device(DeviceType deviceType, int index = -1) => new(deviceType, index);

    public static Device get_default_device() => CPU;

    public static bool cuda_is_available() => false;

    public static int get_num_threads() => Workers.Count;

    public static void set_num_threads(int num) => Workers.Count = num;

    public static partial class cuda
    {
        public static bool is_available() => false;

        public static int device_count() => 0;
    }

    /// <summary>Where tensors live: always the CPU in this engine.</summary>
    public class Device
    {
        public Device(string description)
        {
            ArgumentNullException.ThrowIfNull(description);
            var parts = description.Split(':');
            type = parts[0] switch
            {
                "cpu" => DeviceType.CPU,
                "cuda" => DeviceType.CUDA,
                "mps" => DeviceType.MPS,
                "meta" => DeviceType.META,
                _ => throw new ArgumentException($"'{description}' is not a device", nameof(description)),
            };
            if (parts.Length > 1) index = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        }

        public Device(string deviceType, int index = -1) : this(deviceType) => this.index = index;

        public Device(int index) : this(DeviceType.CUDA, index)
        {
        }

        public Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = index;
        }

        public DeviceType type { get; private set; } = DeviceType.CPU;

        public int index { get; private set; } = -1;

        public override string ToString() => type.ToString().ToLowerInvariant() + (index < 0 ? "" : ":" + index);

        public static implicit operator Device(string description) => new(description);
    }
}
