namespace TorchSharp;

public static partial class torch
{
    public enum RoundingMode
    {
        None,
        trunc,
        floor,
    }

    public partial class Tensor
    {
        public Tensor add(Tensor target) => Plus(nameof(add), target);

        public Tensor add(Tensor target, Scalar alpha)
        {
            if (alpha.AsDouble() == 1) return Plus(nameof(add), target);
            using var pause = DisposeScope.Suspend();
            using var scaled = target.mul(alpha);
            return Released(pause, Plus(nameof(add), scaled));
        }

        public Tensor add(Scalar scalar) => WithScalar<Add>(nameof(add), scalar, static (g, _) => [g.Keep()]);

        public Tensor add(Scalar scalar, Scalar alpha) => add(scalar.AsDouble() * alpha.AsDouble());

        public Tensor sub(Tensor target)
        {
            var (a, b) = Promoted(target);
            using (a)
            using (b)
            {
                return Traced(Elements.Binary<Subtract>(nameof(sub), a, b), nameof(sub), a, b, [], (g, s) =>
                [
                    s.Needs(0) ? g.SumTo(a.Sizes) : null,
                    s.Needs(1) ? Negated(g, b.Sizes) : null,
                ]);
            }
        }

        public Tensor sub(Scalar target) => WithScalar<Subtract>(nameof(sub), target, static (g, _) => [g.Keep()]);

        public Tensor mul(Tensor target)
        {
            var (a, b) = Promoted(target);
            using (a)
            using (b)
            {
                return Traced(Elements.Binary<Multiply>(nameof(mul), a, b), nameof(mul), a, b, [a, b], static (g, s) =>
                [
                    s.Needs(0) ? ProductSumTo(g, s[1], s[0].Sizes) : null,
                    s.Needs(1) ? ProductSumTo(g, s[0], s[1].Sizes) : null,
                ]);
            }
        }

        public Tensor mul(Scalar target) => WithScalar<Multiply>(nameof(mul), target, (g, _) => [g.mul(target)]);

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None)
        {
            var (a, b) = Promoted(target, floating: rounding_mode == RoundingMode.None);
            using (a)
            using (b)
            {
                if (rounding_mode == RoundingMode.floor) return Elements.Binary<FloorDivide>(nameof(div), a, b);
                var quotient = Elements.Binary<Divide>(nameof(div), a, b);
                if (rounding_mode == RoundingMode.trunc) return quotient.RoundInPlace(rounding_mode);
                return Traced(quotient, nameof(div), a, b, [a, b], static (g, s) =>
                {
                    using var ga = g.div(s[1]);
                    if (!s.Needs(1)) return [ga.SumTo(s[0].Sizes), null];
                    using var ratio = s[0].div(s[1]);
                    using var product = ga.mul(ratio);
                    using var gb = product.SumTo(s[1].Sizes);
                    return [s.Needs(0) ? ga.SumTo(s[0].Sizes) : null, gb.neg()];
                });
            }
        }

        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None)
        {
            if (rounding_mode != RoundingMode.None)
            {
                var promoted = Types.Promote(kind, target);
                if (!torch.is_floating_point(promoted))
                {
                    using var divisor = FromScalar(target, promoted);
                    return div(divisor, rounding_mode);
                }
                return WithScalar<Divide>(nameof(div), target, null).RoundInPlace(rounding_mode);
            }
            if (!is_floating_point())
            {
                using var real = Typed(get_default_dtype());
                return real.div(target);
            }
            return WithScalar<Divide>(nameof(div), target, (g, _) => [g.div(target)]);
        }

        public Tensor floor_divide(Tensor other) => div(other, RoundingMode.floor);

        public Tensor floor_divide(Scalar other) => div(other, RoundingMode.floor);

        public Tensor true_divide(Tensor other) => div(other);

        public Tensor true_divide(Scalar other) => div(other);

        public Tensor remainder(Tensor target)
        {
            var (a, b) = Promoted(target);
            using (a)
            using (b)
            {
                // a mod b = a − b·⌊a/b⌋, and the floor is constant where it has a derivative.
                return Traced(Elements.Binary<Remainder>(nameof(remainder), a, b), nameof(remainder), a, b, [a, b], static (g, s) =>
                {
                    if (!s.Needs(1)) return [g.SumTo(s[0].Sizes), null];
                    using var floor = Elements.Binary<FloorDivide>("div", s[0], s[1]);
                    using var slope = floor.neg();
                    return [s.Needs(0) ? g.SumTo(s[0].Sizes) : null, ProductSumTo(g, slope, s[1].Sizes)];
                });
            }
        }

        public Tensor remainder(Scalar scalar) => WithScalar<Remainder>(nameof(remainder), scalar, static (g, _) => [g.Keep()]);

        public Tensor maximum(Tensor other) => Extremum<Larger>(nameof(maximum), other);

        public Tensor minimum(Tensor other) => Extremum<Smaller>(nameof(minimum), other);

        public Tensor max(Tensor other) => maximum(other);

        public Tensor min(Tensor other) => minimum(other);

        public Tensor pow(Scalar exponent)
        {
            if (!is_floating_point() && exponent.IsFloat)
            {
                using var real = Typed(get_default_dtype());
                return real.pow(exponent);
            }
            var p = exponent.AsDouble();
            if (!is_floating_point()) return WithScalar<Power>(nameof(pow), exponent, null);
            var result = p switch
            {
                1 => ContiguousCopy(register: true),
                2 => Elements.Float<Square>(nameof(pow), this),
                0.5 => Elements.Float<Sqrt>(nameof(pow), this),
                -0.5 => Elements.Float<Rsqrt>(nameof(pow), this),
                -1 => Elements.Float<Reciprocal>(nameof(pow), this),
                _ => WithScalar<Power>(nameof(pow), exponent, null),
            };
            return Traced(result, nameof(pow), this, [this], (g, s) =>
            {
                if (p == 0) return [g.mul(0)];
                using var slope = p == 2 ? s[0].mul(2) : PowerSlope(s[0], p);
                return [g.mul(slope)];
            });
        }

        public Tensor pow(Tensor exponent)
        {
            var (a, b) = Promoted(exponent);
            using (a)
            using (b)
            {
                var result = Elements.Binary<Power>(nameof(pow), a, b);
                return Traced(result, nameof(pow), a, b, [a, b, result], static (g, s) =>
                {
                    // ∂/∂a = b·a^(b−1), which is 0 where b = 0; ∂/∂b = a^b·ln a, whose limit at a = 0 is 0 where b ≥ 0.
                    Tensor? ga = null, gb = null;
                    if (s.Needs(0))
                    {
                        using var less = s[1].sub(1);
                        using var power = s[0].pow(less);
                        using var slope = power.mul(s[1]);
                        using var constant = s[1].eq(0);
                        ga = MaskedProductSumTo(g, slope, constant, s[0].Sizes);
                    }
                    if (s.Needs(1))
                    {
                        using var log = s[0].log();
                        using var slope = s[2].mul(log);
                        using var isZero = s[0].eq(0);
                        using var isPower = s[1].ge(0);
                        using var constant = isZero.logical_and(isPower);
                        gb = MaskedProductSumTo(g, slope, constant, s[1].Sizes);
                    }
                    return [ga, gb];
                });
            }
        }

        public Tensor square() => pow(2);

        /// <summary>One element of a type, outside scopes.</summary>
        internal static Tensor FromScalar(Scalar value, ScalarType type)
        {
            var tensor = Make(type, [], register: false);
            tensor.Fill(value);
            return tensor;
        }

        private Tensor Plus(string operation, Tensor target)
        {
            var (a, b) = Promoted(target);
            using (a)
            using (b)
            {
                // Truth values add up to truth values.
                if (a.kind == ScalarType.Bool) return a.logical_or(b);
                return Traced(Elements.Binary<Add>(operation, a, b), operation, a, b, [], (g, s) =>
                [
                    s.Needs(0) ? g.SumTo(a.Sizes) : null,
                    s.Needs(1) ? g.SumTo(b.Sizes) : null,
                ]);
            }
        }

        private Tensor WithScalar<TOp>(string operation, Scalar scalar, Backward? backward) where TOp : IBinary
        {
            var result = Types.Promote(kind, scalar);
            using var a = Typed(result);
            using var b = FromScalar(scalar, result);
            var output = Elements.Binary<TOp>(operation, a, b);
            return backward is null ? output : Traced(output, operation, this, [], backward);
        }

        private Tensor Extremum<TOp>(string operation, Tensor other) where TOp : IBinary
        {
            var (a, b) = Promoted(other);
            using (a)
            using (b)
            {
                var output = Elements.Binary<TOp>(operation, a, b);
                return Traced(output, operation, a, b, [a, b, output], static (g, s) =>
                {
                    // Equal operands share the gradient.
                    using var isFirst = Elements.Compare<Equal>("eq", s[0], s[2]);
                    using var isSecond = Elements.Compare<Equal>("eq", s[1], s[2]);
                    using var first = isFirst.Typed(g.dtype);
                    using var second = isSecond.Typed(g.dtype);
                    using var total = first.add(second);
                    using var share = g.div(total);
                    return [s.Needs(0) ? ProductSumTo(share, first, s[0].Sizes) : null, s.Needs(1) ? ProductSumTo(share, second, s[1].Sizes) : null];
                });
            }
        }

        /// <summary>Both operands in their common type, as handles of their own that keep their history.</summary>
        private (Tensor A, Tensor B) Promoted(Tensor other, bool floating = false)
        {
            var common = Types.Promote(this, other);
            if (floating && !torch.is_floating_point(common)) common = get_default_dtype();
            using var pause = DisposeScope.Suspend();
            return (to_type(common), other.to_type(common));
        }

        private Tensor RoundInPlace(RoundingMode mode)
        {
            if (is_floating_point())
            {
                if (mode == RoundingMode.floor) Elements.FloatInto<Floor>("div", this, this);
                else Elements.FloatInto<Truncate>("div", this, this);
            }
            return this;
        }

        private static Tensor Negated(Tensor g, ReadOnlySpan<long> sizes)
        {
            using var sum = g.SumTo(sizes);
            return sum.neg();
        }

        private static Tensor PowerSlope(Tensor x, double p)
        {
            using var power = x.pow(p - 1);
            return power.mul(p);
        }

        internal static Tensor ProductSumTo(Tensor g, Tensor factor, ReadOnlySpan<long> sizes)
        {
            if (Reduce.ProductOfRows(g, factor, sizes) is { } fused) return fused;
            using var product = g.mul(factor);
            return product.SumTo(sizes);
        }

        /// <summary>The sum of the products to a smaller shape, without those that the mask takes out.</summary>
        private static Tensor MaskedProductSumTo(Tensor g, Tensor factor, Tensor mask, ReadOnlySpan<long> sizes)
        {
            using var product = g.mul(factor);
            using var kept = product.masked_fill(mask, 0);
            return kept.SumTo(sizes);
        }

        /// <summary>Ends a pause and gives the result to the scope that was paused.</summary>
        private static Tensor Released(DisposeScope.Pause pause, Tensor result)
        {
            pause.Dispose();
            DisposeScope.Current?.Add(result);
            return result;
        }
    }
}
