namespace TorchSharp;

public static partial class torch
{
    public static Tensor randint(
        long low, long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null)
    {
        if (high <= low) throw Errors.Torch($"randint: expects 'from' to be less than 'to', but got from={low} >= to={high}");
        var values = new long[Shapes.Count(size)];
        (generator ?? Generator.Default).Draw(g =>
        {
            for (var i = 0; i < values.Length; i++) values[i] = low + g.Below(high - low);
        });
        return FromArray<long>(values, [.. size], dtype ?? ScalarType.Int64, requires_grad);
    }

    public static Tensor randint(
        long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator, names);

    public static Tensor randint(
        int low, int high, int[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        randint((long)low, high, [.. size.Select(static s => (long)s)], dtype, device, requires_grad, generator, names);

    public static Tensor randint(
        int high, int[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator, names);

    public static Tensor randperm(long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null)
    {
        var order = new long[n];
        for (long i = 0; i < n; i++) order[i] = i;
        (generator ?? Generator.Default).Draw(g =>
        {
            for (var i = n - 1; i > 0; i--)
            {
                var j = g.Below(i + 1);
                (order[i], order[j]) = (order[j], order[i]);
            }
        });
        return FromArray<long>(order, [n], dtype ?? ScalarType.Int64, requires_grad);
    }

    public static Tensor multinomial(Tensor input, long num_samples, bool replacement = false, Generator? generator = null) =>
        input.multinomial(num_samples, replacement, generator);

    public static Tensor bernoulli(Tensor input, Generator? generator = null) => input.bernoulli(generator);

    public static Tensor rand_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        input.rand_like(dtype, device, requires_grad);

    public static Tensor normal(
        double mean, double std, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Tensor.Make(dtype ?? defaultType, size.ToArray()).normal_(mean, std, generator).with_requires_grad(requires_grad);

    private static Tensor Uniform(long[] size, ScalarType? dtype, bool requires_grad, Generator? generator) =>
        Tensor.Make(RealType(nameof(rand), dtype, size), size).uniform_(0, 1, generator).with_requires_grad(requires_grad);

    private static Tensor Normal(long[] size, ScalarType? dtype, bool requires_grad, Generator? generator) =>
        Tensor.Make(RealType(nameof(randn), dtype, size), size).normal_(0, 1, generator).with_requires_grad(requires_grad);

    private static ScalarType RealType(string operation, ScalarType? dtype, long[] size) => dtype is null ? defaultType : is_floating_point(dtype.Value)
        ? dtype.Value
        : throw new ArgumentException($"{operation}: the dtype must be floating point, but is {dtype} for {Shapes.Text(size)}", nameof(dtype));

    public unsafe partial class Tensor
    {
        public Tensor normal_(double mean = 0.0, double std = 1.0, Generator? generator = null) =>
            Drawn(nameof(normal_), generator, g => mean + std * g.Gaussian());

        public Tensor uniform_(double from, double to, Generator? generator = null) =>
            Drawn(nameof(uniform_), generator, g => from + (to - from) * g.Unit());

        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) =>
            Drawn(nameof(bernoulli_), generator, g => g.Unit() < p ? 1 : 0);

        public Tensor rand_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Make(dtype ?? kind, shape).uniform_(0, 1).with_requires_grad(requires_grad);

        public Tensor randn_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Make(dtype ?? kind, shape).normal_(0, 1).with_requires_grad(requires_grad);

        public Tensor bernoulli(Generator? generator = null)
        {
            using var chances = Typed(ScalarType.Float64);
            using var packed = chances.Packed();
            using var hits = Make(ScalarType.Float64, sizes, register: false);
            double* p = packed.Data<double>(), h = hits.Data<double>();
            var n = numel();
            (generator ?? Generator.Default).Draw(g =>
            {
                for (long i = 0; i < n; i++) h[i] = g.Unit() < p[i] ? 1 : 0;
            });
            return hits.Converted(kind);
        }

        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null)
        {
            if (Rank is not (1 or 2)) throw Errors.Torch($"multinomial: prob_dist must be 1 or 2 dim, got {Shapes.Text(sizes)}");
            var columns = sizes[^1];
            if (!replacement && num_samples > columns)
                throw Errors.Torch($"multinomial: cannot sample n_sample = {num_samples} > prob_dist.size(-1) = {columns} samples without replacement");
            using var wide = Typed(ScalarType.Float64);
            using var weights = wide.ContiguousCopy();
            var rows = Rank == 1 ? 1 : sizes[0];
            var output = Make(ScalarType.Int64, Rank == 1 ? [num_samples] : [rows, num_samples]);
            var w = weights.Data<double>();
            var y = output.Data<long>();
            for (long i = 0; i < rows * columns; i++)
                if (!(w[i] >= 0) || double.IsInfinity(w[i])) throw Errors.Torch("multinomial: probability tensor contains either `inf`, `nan` or element < 0");
            (generator ?? Generator.Default).Draw(g =>
            {
                for (long r = 0; r < rows; r++)
                {
                    var line = w + r * columns;
                    for (long s = 0; s < num_samples; s++)
                    {
                        var picked = Pick(line, columns, g.Unit());
                        y[r * num_samples + s] = picked;
                        if (!replacement) line[picked] = 0;
                    }
                }
            });
            return output;
        }

        private static long Pick(double* weights, long n, double unit)
        {
            double total = 0;
            for (long i = 0; i < n; i++) total += weights[i];
            if (total <= 0) throw Errors.Torch("multinomial: invalid multinomial distribution (sum of probabilities <= 0)");
            var target = unit * total;
            long last = 0;
            for (long i = 0; i < n; i++)
            {
                if (weights[i] == 0) continue;
                last = i;
                if (target < weights[i]) return i;
                target -= weights[i];
            }
            return last;
        }

        private Tensor Drawn(string operation, Generator? generator, Func<Generator, double> draw)
        {
            CheckInPlace(operation, Graph.Tracks(this));
            using var wide = Make(ScalarType.Float64, sizes, register: false);
            var values = wide.Data<double>();
            var n = numel();
            (generator ?? Generator.Default).Draw(g =>
            {
                for (long i = 0; i < n; i++) values[i] = draw(g);
            });
            using var same = wide.Typed(kind);
            WriteFrom(same);
            return this;
        }
    }
}
