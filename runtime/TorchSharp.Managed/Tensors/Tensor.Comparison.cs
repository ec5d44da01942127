namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        public Tensor eq(Tensor target) => Elements.Compare<Equal>(nameof(eq), this, target);

        public Tensor eq(Scalar target) => Against<Equal>(nameof(eq), target);

        public Tensor ne(Tensor target) => Elements.Compare<NotEqual>(nameof(ne), this, target);

        public Tensor ne(Scalar target) => Against<NotEqual>(nameof(ne), target);

        public Tensor lt(Tensor target) => Elements.Compare<Less>(nameof(lt), this, target);

        public Tensor lt(Scalar target) => Against<Less>(nameof(lt), target);

        public Tensor le(Tensor target) => Elements.Compare<LessOrEqual>(nameof(le), this, target);

        public Tensor le(Scalar target) => Against<LessOrEqual>(nameof(le), target);

        public Tensor gt(Tensor target) => Elements.Compare<Greater>(nameof(gt), this, target);

        public Tensor gt(Scalar target) => Against<Greater>(nameof(gt), target);

        public Tensor ge(Tensor target) => Elements.Compare<GreaterOrEqual>(nameof(ge), this, target);

        public Tensor ge(Scalar target) => Against<GreaterOrEqual>(nameof(ge), target);

        public Tensor logical_and(Tensor other) => Elements.Compare<Both>(nameof(logical_and), this, other);

        public Tensor logical_or(Tensor other) => Elements.Compare<Either>(nameof(logical_or), this, other);

        public Tensor logical_xor(Tensor other) => Elements.Compare<ExactlyOne>(nameof(logical_xor), this, other);

        public Tensor logical_not() => Against<Equal>(nameof(logical_not), 0);

        public Tensor bitwise_and(Tensor other) => kind == ScalarType.Bool ? logical_and(other) : throw Errors.Type(nameof(bitwise_and), kind);

        public Tensor bitwise_or(Tensor other) => kind == ScalarType.Bool ? logical_or(other) : throw Errors.Type(nameof(bitwise_or), kind);

        public Tensor bitwise_xor(Tensor other) => kind == ScalarType.Bool ? logical_xor(other) : throw Errors.Type(nameof(bitwise_xor), kind);

        public Tensor bitwise_not() => kind == ScalarType.Bool ? logical_not() : throw Errors.Type(nameof(bitwise_not), kind);

        public Tensor isnan() => Elements.Compare<NotEqual>(nameof(isnan), this, this);

        public Tensor isinf()
        {
            using var bare = Keep();
            using var magnitude = bare.abs();
            return magnitude.eq(double.PositiveInfinity);
        }

        public Tensor isfinite()
        {
            using var bare = Keep();
            using var magnitude = bare.abs();
            return magnitude.lt(double.PositiveInfinity);
        }

        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false)
        {
            using var x = Typed(ScalarType.Float64);
            using var y = target.Typed(ScalarType.Float64);
            var both = Shapes.Broadcast(nameof(allclose), sizes, target.Sizes);
            using var spreadX = x.expand(both);
            using var spreadY = y.expand(both);
            using var packedX = spreadX.Packed();
            using var packedY = spreadY.Packed();
            double* a = packedX.Data<double>(), b = packedY.Data<double>();
            var n = packedX.numel();
            for (long i = 0; i < n; i++)
            {
                if (equal_nan && double.IsNaN(a[i]) && double.IsNaN(b[i]) || a[i].Equals(b[i])) continue;
                if (!(Math.Abs(a[i] - b[i]) <= atol + rtol * Math.Abs(b[i]))) return false;
            }
            return true;
        }

        public Tensor where(Tensor condition, Tensor y)
        {
            if (condition.kind != ScalarType.Bool) throw Errors.Argument(nameof(where), $"The condition must be Bool, but is {condition.kind}", condition.sizes, sizes);
            var (a, b) = Promoted(y);
            using (a)
            using (b)
            {
                return Traced(Elements.Select(nameof(where), condition, a, b), nameof(where), a, b, [condition], (g, s) =>
                {
                    using var zero = FromScalar(0, g.dtype);
                    Tensor? ga = null, gb = null;
                    if (s.Needs(0))
                    {
                        using var part = Elements.Select(nameof(where), s[0], g, zero);
                        ga = part.SumTo(a.Sizes);
                    }
                    if (s.Needs(1))
                    {
                        using var part = Elements.Select(nameof(where), s[0], zero, g);
                        gb = part.SumTo(b.Sizes);
                    }
                    return [ga, gb];
                });
            }
        }

        public Tensor masked_fill(Tensor mask, Scalar value)
        {
            using var filler = FromScalar(value, kind);
            return Traced(Elements.Select(nameof(masked_fill), mask, filler, this), nameof(masked_fill), this, [mask], (g, s) =>
            {
                using var zero = FromScalar(0, g.dtype);
                using var part = Elements.Select(nameof(masked_fill), s[0], zero, g);
                return [part.SumTo(sizes)];
            });
        }

        public Tensor masked_fill_(Tensor mask, Scalar value) => InPlace(nameof(masked_fill_), t => t.masked_fill(mask, value));

        private Tensor Against<TOp>(string operation, Scalar scalar) where TOp : IPredicate
        {
            using var operand = FromScalar(scalar, Types.Promote(kind, scalar));
            return Elements.Compare<TOp>(operation, this, operand);
        }
    }
}
