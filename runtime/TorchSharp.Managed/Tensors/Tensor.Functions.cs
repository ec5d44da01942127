namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor exp()
        {
            using var x = Real();
            var y = Elements.Float<Exp>(nameof(exp), x);
            return Traced(y, nameof(exp), this, [y], static (g, s) => [g.mul(s[0])]);
        }

        public Tensor exp_() => InPlace(nameof(exp_), static t => t.exp());

        public Tensor log()
        {
            using var x = Real();
            var y = Elements.Float<Log>(nameof(log), x);
            return Traced(y, nameof(log), this, [x], static (g, s) => [g.div(s[0])]);
        }

        public Tensor log_() => InPlace(nameof(log_), static t => t.log());

        public Tensor sqrt()
        {
            using var x = Real();
            var y = Elements.Float<Sqrt>(nameof(sqrt), x);
            return Traced(y, nameof(sqrt), this, [y], static (g, s) => [Chain(g, g.div(s[0]), static t => t.mul(0.5))]);
        }

        public Tensor sqrt_() => InPlace(nameof(sqrt_), static t => t.sqrt());

        public Tensor rsqrt()
        {
            using var x = Real();
            var y = Elements.Float<Rsqrt>(nameof(rsqrt), x);
            return Traced(y, nameof(rsqrt), this, [y], static (g, s) => [Chain(g, s[0].pow(3), t => t.mul(g), static t => t.mul(-0.5))]);
        }

        public Tensor rsqrt_() => InPlace(nameof(rsqrt_), static t => t.rsqrt());

        public Tensor sin()
        {
            using var x = Real();
            var y = Elements.Float<Sine>(nameof(sin), x);
            return Traced(y, nameof(sin), this, [x], static (g, s) => [Chain(g, s[0].cos(), t => t.mul(g))]);
        }

        public Tensor sin_() => InPlace(nameof(sin_), static t => t.sin());

        public Tensor cos()
        {
            using var x = Real();
            var y = Elements.Float<Cosine>(nameof(cos), x);
            return Traced(y, nameof(cos), this, [x], static (g, s) => [Chain(g, s[0].sin(), t => t.mul(g), static t => t.neg())]);
        }

        public Tensor cos_() => InPlace(nameof(cos_), static t => t.cos());

        public Tensor tanh()
        {
            using var x = Real();
            var y = Elements.Float<Tanh>(nameof(tanh), x);
            return Traced(y, nameof(tanh), this, [y], static (g, s) => [Elements.Binary<TanhGradient>("tanh backward", g, s[0])]);
        }

        public Tensor tanh_() => InPlace(nameof(tanh_), static t => t.tanh());

        public Tensor sigmoid()
        {
            using var x = Real();
            var y = Elements.Float<Sigmoid>(nameof(sigmoid), x);
            return Traced(y, nameof(sigmoid), this, [y], static (g, s) => [Elements.Binary<SigmoidGradient>("sigmoid backward", g, s[0])]);
        }

        public Tensor sigmoid_() => InPlace(nameof(sigmoid_), static t => t.sigmoid());

        public Tensor silu()
        {
            using var x = Real();
            var y = Elements.Float<Silu>(nameof(silu), x);
            return Traced(y, nameof(silu), this, [x], static (g, s) => [Elements.Binary<SiluGradient>("silu backward", g, s[0])]);
        }

        public Tensor silu_() => InPlace(nameof(silu_), static t => t.silu());

        public Tensor gelu()
        {
            using var x = Real();
            var y = Elements.Float<Gelu>(nameof(gelu), x);
            return Traced(y, nameof(gelu), this, [x], static (g, s) => [Elements.Binary<GeluGradient>("gelu backward", g, s[0])]);
        }

        public Tensor gelu_(Modules.GELU.Approximate approximate) => InPlace(nameof(gelu_), t => t.gelu(approximate));

        public Tensor gelu_() => InPlace(nameof(gelu_), static t => t.gelu());

        public Tensor relu()
        {
            using var x = Real();
            var y = Elements.Float<Relu>(nameof(relu), x);
            return Traced(y, nameof(relu), this, [y], static (g, s) => [Elements.Binary<PassWherePositive>("relu backward", g, s[0])]);
        }

        public Tensor relu_() => InPlace(nameof(relu_), static t => t.relu());

        public Tensor reciprocal()
        {
            using var x = Real();
            var y = Elements.Float<Reciprocal>(nameof(reciprocal), x);
            return Traced(y, nameof(reciprocal), this, [y], static (g, s) => [Chain(g, s[0].pow(2), t => t.mul(g), static t => t.neg())]);
        }

        public Tensor reciprocal_() => InPlace(nameof(reciprocal_), static t => t.reciprocal());

        public Tensor erf()
        {
            using var x = Real();
            var y = Elements.Float<Erf>(nameof(erf), x);
            return Traced(y, nameof(erf), this, [x], static (g, s) => [Chain(g, s[0].pow(2), static t => t.neg(), static t => t.exp(), t => t.mul(g), static t => t.mul(2 / Math.Sqrt(Math.PI)))]);
        }

        public Tensor erf_() => InPlace(nameof(erf_), static t => t.erf());

        public Tensor floor()
        {
            using var x = Real();
            var y = Elements.Float<Floor>(nameof(floor), x);
            return Traced(y, nameof(floor), this, [], static (g, _) => [g.mul(0)]);
        }

        public Tensor floor_() => InPlace(nameof(floor_), static t => t.floor());

        public Tensor ceil()
        {
            using var x = Real();
            var y = Elements.Float<Ceiling>(nameof(ceil), x);
            return Traced(y, nameof(ceil), this, [], static (g, _) => [g.mul(0)]);
        }

        public Tensor ceil_() => InPlace(nameof(ceil_), static t => t.ceil());

        public Tensor trunc()
        {
            using var x = Real();
            var y = Elements.Float<Truncate>(nameof(trunc), x);
            return Traced(y, nameof(trunc), this, [], static (g, _) => [g.mul(0)]);
        }

        public Tensor trunc_() => InPlace(nameof(trunc_), static t => t.trunc());

        public Tensor round(long decimals = 0L)
        {
            using var scaled = decimals == 0 ? Keep() : mul(Math.Pow(10, decimals));
            var y = Elements.Float<RoundToEven>(nameof(round), scaled);
            return decimals == 0 ? Traced(y, nameof(round), this, [], static (g, _) => [g.mul(0)]) : y.div(Math.Pow(10, decimals));
        }

        public Tensor neg()
        {
            if (!is_floating_point()) return mul(-1);
            return Traced(Elements.Float<Negate>(nameof(neg), this), nameof(neg), this, [], static (g, _) => [g.neg()]);
        }

        public Tensor negative() => neg();

        public Tensor neg_() => InPlace(nameof(neg_), static t => t.neg());

        public Tensor abs()
        {
            if (!is_floating_point())
            {
                using var opposite = mul(-1);
                return maximum(opposite);
            }
            return Traced(Elements.Float<Absolute>(nameof(abs), this), nameof(abs), this, [this],
                static (g, s) => [Chain(g, s[0].sign(), t => t.mul(g))]);
        }

        public Tensor abs_() => InPlace(nameof(abs_), static t => t.abs());

        public Tensor absolute() => abs();

        public Tensor sign()
        {
            using var x = Real();
            using var y = Elements.Float<Sign>(nameof(sign), x);
            return Traced(y.to_type(kind), nameof(sign), this, [], static (g, _) => [g.mul(0)]);
        }

        public Tensor gelu(Modules.GELU.Approximate approximate)
        {
            if (approximate == Modules.GELU.Approximate.none) return gelu();
            return Traced(Elements.Float<GeluTanh>(nameof(gelu), this), nameof(gelu), this, [this],
                static (g, s) => [Elements.Binary<GeluTanhGradient>("gelu backward", g, s[0])]);
        }

        public Tensor log1p()
        {
            using var x = Real();
            return Traced(Elements.Float<LogOnePlus>(nameof(log1p), x), nameof(log1p), this, [x],
                static (g, s) => [Chain(g, s[0].add(1), t => g.div(t))]);
        }

        public Tensor expm1()
        {
            using var x = Real();
            var y = Elements.Float<ExpMinusOne>(nameof(expm1), x);
            return Traced(y, nameof(expm1), this, [y], static (g, s) => [Chain(g, s[0].add(1), t => t.mul(g))]);
        }

        public Tensor log2() => Through(static t => t.log(), static t => t.div(Math.Log(2)));

        public Tensor log10() => Through(static t => t.log(), static t => t.div(Math.Log(10)));

        public Tensor exp2() => Through(static t => t.mul(Math.Log(2)), static t => t.exp());

        public Tensor tan()
        {
            using var pause = DisposeScope.Suspend();
            using var sine = sin();
            using var cosine = cos();
            return Released(pause, sine.div(cosine));
        }

        /// <summary>This tensor as floating point, since functions of integers are real.</summary>
        private Tensor Real() => is_floating_point() ? Keep() : Typed(get_default_dtype());

        // The steps of a gradient formula; every intermediate result is given back.
        private static Tensor Chain(Tensor gradient, Tensor first, params ReadOnlySpan<Func<Tensor, Tensor>> steps)
        {
            var current = first;
            foreach (var step in steps)
            {
                var next = step(current);
                current.Dispose();
                current = next;
            }
            GC.KeepAlive(gradient);
            return current;
        }

        private Tensor Through(Func<Tensor, Tensor> first, Func<Tensor, Tensor> second)
        {
            using var pause = DisposeScope.Suspend();
            using var middle = first(this);
            return Released(pause, second(middle));
        }

        private Tensor InPlace(string operation, Func<Tensor, Tensor> function)
        {
            CheckInPlace(operation, Graph.Tracks(this));
            using var pause = DisposeScope.Suspend();
            // Gradients may need the values from before, which are about to be written over.
            using var before = Graph.Enabled ? ContiguousCopy() : Keep();
            before.Variable = Variable;
            using var result = function(before);
            return Assign(result);
        }
    }
}
