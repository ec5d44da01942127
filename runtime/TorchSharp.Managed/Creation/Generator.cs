using System.Numerics;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of random numbers: xoshiro256** (Blackman and Vigna, 2018) seeded by splitmix64.</summary>
    public class Generator : IDisposable
    {
        private static readonly Generator Shared = new();

        private readonly Lock gate = new();
        private readonly ulong[] state = new ulong[4];
        private long firstSeed;
        private double spare;
        private bool hasSpare;

        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = device ?? CPU;
            manual_seed((long)seed);
        }

        public static Generator Default => Shared;

        public Device device { get; private set; }

        public Generator manual_seed(long seed)
        {
            lock (gate)
            {
                firstSeed = seed;
                hasSpare = false;
                var x = (ulong)seed;
                for (var i = 0; i < state.Length; i++)
                {
                    x += 0x9E3779B97F4A7C15;
                    var z = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
                    z = (z ^ z >> 27) * 0x94D049BB133111EB;
                    state[i] = z ^ z >> 31;
                }
            }
            return this;
        }

        public long seed()
        {
            var seed = Random.Shared.NextInt64();
            manual_seed(seed);
            return seed;
        }

        public long initial_seed() => firstSeed;

        public Tensor get_state()
        {
            lock (gate)
                return tensor([.. state.Select(static s => (long)s), BitConverter.DoubleToInt64Bits(spare), hasSpare ? 1 : 0]);
        }

        public void set_state(Tensor value)
        {
            var words = value.Longs();
            if (words.Length != 6) throw Errors.Torch($"set_state: the state has the wrong shape {Shapes.Text(value.Sizes)}");
            lock (gate)
            {
                for (var i = 0; i < state.Length; i++) state[i] = (ulong)words[i];
                spare = BitConverter.Int64BitsToDouble(words[4]);
                hasSpare = words[5] != 0;
            }
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            // Nothing is held; the pattern is TorchSharp's.
        }

        /// <summary>Runs draws that no other thread may interleave with.</summary>
        internal void Draw(Action<Generator> draws)
        {
            lock (gate) draws(this);
        }

        internal ulong Bits()
        {
            var result = BitOperations.RotateLeft(state[1] * 5, 7) * 9;
            var t = state[1] << 17;
            state[2] ^= state[0];
            state[3] ^= state[1];
            state[1] ^= state[2];
            state[0] ^= state[3];
            state[2] ^= t;
            state[3] = BitOperations.RotateLeft(state[3], 45);
            return result;
        }

        /// <summary>Uniform in [0, 1) with 53 random bits.</summary>
        internal double Unit() => (Bits() >> 11) * (1.0 / (1L << 53));

        /// <summary>Uniform in [0, bound), exactly (Lemire, 2019).</summary>
        internal long Below(long bound)
        {
            var n = (ulong)bound;
            var threshold = (0 - n) % n;
            for (;;)
            {
                var high = Math.BigMul(Bits(), n, out var low);
                if (low >= threshold) return (long)high;
            }
        }

        /// <summary>Standard normal, by Marsaglia's polar method.</summary>
        internal double Gaussian()
        {
            if (hasSpare)
            {
                hasSpare = false;
                return spare;
            }
            for (;;)
            {
                double u = 2 * Unit() - 1, v = 2 * Unit() - 1, s = u * u + v * v;
                if (s is >= 1 or 0) continue;
                var scale = Math.Sqrt(-2 * Math.Log(s) / s);
                spare = v * scale;
                hasSpare = true;
                return u * scale;
            }
        }
    }

    public static Generator manual_seed(long seed) => random.manual_seed(seed);

    public static long initial_seed() => random.initial_seed();

    public static Tensor get_rng_state() => random.get_rng_state();

    public static void set_rng_state(Tensor new_state) => random.set_rng_state(new_state);

    public static partial class random
    {
        public static Generator manual_seed(long seed) => Generator.Default.manual_seed(seed);

        public static long initial_seed() => Generator.Default.initial_seed();

        public static Tensor get_rng_state() => Generator.Default.get_state();

        public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);
    }
}
