namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor add_(Tensor target) => Update<Add>(nameof(add_), target, static (x, y) => x.add(y));

        public Tensor add_(Tensor target, Scalar alpha)
        {
            RefuseOverlap(nameof(add_), target);
            using var pause = DisposeScope.Suspend();
            using var scaled = target.mul(alpha);
            return add_(scaled);
        }

        public Tensor add_(Scalar scalar) => Update<Add>(nameof(add_), scalar, static (x, y) => x.add(y));

        public Tensor add_(Scalar scalar, Scalar alpha) => add_(scalar.AsDouble() * alpha.AsDouble());

        public Tensor sub_(Tensor target) => Update<Subtract>(nameof(sub_), target, static (x, y) => x.sub(y));

        public Tensor sub_(Scalar target) => Update<Subtract>(nameof(sub_), target, static (x, y) => x.sub(y));

        public Tensor mul_(Tensor target) => Update<Multiply>(nameof(mul_), target, static (x, y) => x.mul(y));

        public Tensor mul_(Scalar target) => Update<Multiply>(nameof(mul_), target, static (x, y) => x.mul(y));

        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => rounding_mode == RoundingMode.None && is_floating_point()
            ? Update<Divide>(nameof(div_), target, static (x, y) => x.div(y))
            : Replace(nameof(div_), t => t.div(target, rounding_mode), target);

        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => rounding_mode == RoundingMode.None && is_floating_point()
            ? Update<Divide>(nameof(div_), target, static (x, y) => x.div(y))
            : InPlace(nameof(div_), t => t.div(target, rounding_mode));

        public Tensor pow_(Scalar exponent) => InPlace(nameof(pow_), t => t.pow(exponent));

        public Tensor pow_(Tensor exponent) => Replace(nameof(pow_), t => t.pow(exponent), exponent);

        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value)
        {
            using var pause = DisposeScope.Suspend();
            using var product = tensor1.mul(tensor2);
            return Released(pause, add(product, value));
        }

        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value)
        {
            RefuseOverlap(nameof(addcmul_), tensor1);
            RefuseOverlap(nameof(addcmul_), tensor2);
            using var pause = DisposeScope.Suspend();
            using var product = tensor1.mul(tensor2);
            return add_(product, value);
        }

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value)
        {
            using var pause = DisposeScope.Suspend();
            using var ratio = tensor1.div(tensor2);
            return Released(pause, add(ratio, value));
        }

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value)
        {
            RefuseOverlap(nameof(addcdiv_), tensor1);
            RefuseOverlap(nameof(addcdiv_), tensor2);
            using var pause = DisposeScope.Suspend();
            using var ratio = tensor1.div(tensor2);
            return add_(ratio, value);
        }

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => addcdiv(tensor1, tensor2, 1);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => addcdiv_(tensor1, tensor2, 1);

        public Tensor lerp_(Tensor end, Tensor weight) => Replace(nameof(lerp_), t => t.lerp(end, weight), end, weight);

        public Tensor lerp(Tensor end, Tensor weight)
        {
            using var pause = DisposeScope.Suspend();
            using var difference = end.sub(this);
            using var step = difference.mul(weight);
            return Released(pause, add(step));
        }

        public Tensor clamp(Scalar? min = null, Scalar? max = null)
        {
            if (min is null && max is null) throw Errors.Torch("clamp: At least one of 'min' or 'max' must not be None");
            using var low = min is null ? null : FromScalar(min, kind);
            using var high = max is null ? null : FromScalar(max, kind);
            return Clamped(low, high);
        }

        public Tensor clamp(Tensor? min = null, Tensor? max = null)
        {
            // The gradient goes to the bound where it replaces the value, and to the value where both are equal.
            using var pause = DisposeScope.Suspend();
            using var below = min is null ? null : lt(min);
            using var raised = below is null || min is null ? alias() : min.where(below, this);
            using var above = max is null ? null : raised.gt(max);
            return Released(pause, above is null || max is null ? raised.alias() : max.where(above, raised));
        }

        public Tensor clip(Scalar? min = null, Scalar? max = null) => clamp(min, max);

        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => InPlace(nameof(clamp_), t => t.clamp(min, max));

        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => Replace(nameof(clamp_), t => t.clamp(min, max), min, max);

        public Tensor clamp_min(Scalar min) => clamp(min, null);

        public Tensor clamp_max(Scalar max) => clamp(null, max);

        public Tensor clamp_min_(Scalar min) => clamp_(min, null);

        public Tensor clamp_max_(Scalar max) => clamp_(null, max);

        private Tensor Clamped(Tensor? low, Tensor? high)
        {
            Tensor output;
            using (DisposeScope.Suspend())
            {
                using var raised = low is null ? Keep() : Elements.Binary<Larger>(nameof(clamp), this, low);
                output = high is null ? raised.alias() : Elements.Binary<Smaller>(nameof(clamp), raised, high);
            }
            DisposeScope.Current?.Add(output);
            return Traced(output, nameof(clamp), this, [this, output], static (g, s) =>
            {
                using var inside = Elements.Compare<Equal>("eq", s[0], s[1]);
                using var mask = inside.Typed(g.dtype);
                return [g.mul(mask)];
            });
        }

        private Tensor Update<TOp>(string operation, Scalar scalar, Func<Tensor, Scalar, Tensor> general) where TOp : IBinary
        {
            if (Types.Promote(kind, scalar) != kind)
                throw Errors.Torch($"{operation}: result kind {Types.Promote(kind, scalar)} can't be cast to the desired output kind {kind}");
            if (Graph.Tracks(this) || !is_contiguous()) return InPlace(operation, t => general(t, scalar));
            using var operand = FromScalar(scalar, kind);
            return Update<TOp>(operation, operand, static (x, y) => x);
        }

        private Tensor Update<TOp>(string operation, Tensor other, Func<Tensor, Tensor, Tensor> general) where TOp : IBinary
        {
            if (!Shapes.Broadcast(operation, sizes, other.Sizes).AsSpan().SequenceEqual(sizes))
                throw Errors.Shapes2(operation, sizes, other.Sizes, "the result does not have the target's shape");
            RefuseOverlap(operation, other);
            // An operand with gaps in the target's memory would be read after it has been written.
            var isEntangled = ReferenceEquals(Storage, other.Storage) && !other.IsDense();
            if (Graph.Tracks(this, other) || !is_contiguous() || other.kind != kind || isEntangled)
                return InPlace(operation, t => general(t, other));
            Elements.BinaryInto<TOp>(operation, this, other, this);
            Storage.Version++;
            return this;
        }

        private Tensor Replace(string operation, Func<Tensor, Tensor> function, params ReadOnlySpan<Tensor?> operands)
        {
            foreach (var operand in operands) RefuseOverlap(operation, operand);
            return InPlace(operation, function);
        }

        /// <summary>
        /// As libtorch: an operand without gaps must be the target's very elements in the target's layout, or none of them.
        /// Operands with gaps are not looked into.
        /// </summary>
        private void RefuseOverlap(string operation, Tensor? operand)
        {
            if (operand is null || ReferenceEquals(this, operand) || !ReferenceEquals(Storage, operand.Storage)) return;
            long count = numel(), others = operand.numel();
            if (count == 0 || others == 0 || !IsDense() || !operand.IsDense()) return;
            if (offset >= operand.offset + others || operand.offset >= offset + count) return;
            if (offset == operand.offset && count == others && strides.AsSpan().SequenceEqual(operand.strides)) return;
            throw Errors.Shapes2(operation, sizes, operand.sizes,
                "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory location; clone() the input first");
        }

        /// <summary>Whether the elements fill one range of memory, each place once, in whatever order of dimensions.</summary>
        private bool IsDense()
        {
            if (is_contiguous()) return true;
            var next = 1L;
            foreach (var d in Enumerable.Range(0, Rank).Where(d => sizes[d] != 1).OrderBy(d => strides[d]))
            {
                if (strides[d] != next) return false;
                next *= sizes[d];
            }
            return true;
        }
    }
}
