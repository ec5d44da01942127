namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public bool requires_grad
        {
            get => Variable is { RequiresGrad: true };
            set
            {
                if (value && !is_floating_point())
                    throw Errors.Torch($"requires_grad: only Tensors of floating point dtype can require gradients, got {kind}");
                if (!value && Variable is { Source: not null })
                    throw Errors.Torch("requires_grad: you can only change requires_grad flags of leaf variables");
                if (!value && Variable is null) return;
                Variable ??= new Variable();
                Variable.RequiresGrad = value;
            }
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public bool is_leaf => Variable?.Source is null;

        public Tensor? grad
        {
            get => Variable?.Gradient?.alias();
            set
            {
                if (value is null)
                {
                    Variable?.SetGradient(null);
                    return;
                }
                if (!value.Sizes.SequenceEqual(sizes))
                    throw Errors.Shapes2(nameof(grad), value.Sizes, sizes, "assigned grad has data of a different size");
                if (value.kind != kind)
                    throw Errors.Shapes2(nameof(grad), value.Sizes, sizes, $"assigned grad has data of a different type, {value.kind} for a tensor of {kind}");
                (Variable ??= new Variable()).SetGradient(value.Packed());
            }
        }

        public void retain_grad()
        {
            if (Variable is not { RequiresGrad: true } variable) throw Errors.Torch("retain_grad: can't retain_grad on Tensor that has requires_grad=False");
            variable.RetainsGrad = true;
            if (variable.Source is { } node) node.Retained = variable;
        }

        public void backward() => Graph.Backward([this], null, retain: false);

        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            if (create_graph || inputs is not null)
                throw new NotSupportedException("backward: create_graph and inputs are not supported by the managed engine");
            Graph.Backward([this], grad_tensors is { Count: > 0 } ? [grad_tensors[0]] : null, retain_graph);
        }

        /// <summary>The gradient that backward starts from, outside scopes and graphs: the given one, or 1 for a scalar.</summary>
        internal Tensor Seed(Tensor? gradient)
        {
            if (gradient is not null)
            {
                if (!gradient.Sizes.SequenceEqual(sizes))
                    throw Errors.Shapes2("backward", gradient.Sizes, sizes, "Mismatch in shape of the gradient and the tensor");
                return gradient.Typed(kind);
            }
            if (numel() != 1) throw Errors.Torch($"backward: grad can be implicitly created only for scalar outputs, got {Shapes.Text(sizes)}");
            var one = Make(kind, sizes, register: false);
            one.Fill(1);
            return one;
        }

        /// <summary>Records an operation of one input, if its gradient is wanted.</summary>
        internal static Tensor Traced(Tensor output, string operation, Tensor input, ReadOnlySpan<Tensor> saved, Backward backward) =>
            Graph.Tracks(input) ? Graph.Record(output, operation, [input], saved, backward) : output;

        internal static Tensor Traced(Tensor output, string operation, Tensor a, Tensor? b, ReadOnlySpan<Tensor> saved, Backward backward) =>
            Graph.Tracks(a, b) ? Graph.Record(output, operation, [a, b], saved, backward) : output;

        internal static Tensor TracedView(Tensor output, string operation, Tensor input, Backward backward) =>
            Graph.Tracks(input) ? Graph.Record(output, operation, [input], [], backward, view: true) : output;

        /// <summary>Records a view of some of the input's elements; <paramref name="region"/> makes the same view of a tensor like the input.</summary>
        internal static Tensor TracedPart(Tensor part, string operation, Tensor input, Func<Tensor, Tensor> region) =>
            Graph.Tracks(input) ? Graph.RecordPart(part, operation, input, region) : part;

        /// <summary>Refuses in-place writes that the graph could not follow.</summary>
        internal void CheckInPlace(string operation, bool tracks)
        {
            if (!tracks) return;
            if (Graph.Enabled && Variable is { RequiresGrad: true, Source: null })
                throw Errors.Torch($"{operation}: a leaf Variable that requires grad is being used in an in-place operation.");
            if (Variable is { IsView: true } && Graph.Enabled)
                throw Errors.Torch($"{operation}: an in-place operation on a view whose gradient is recorded is not supported");
        }

        /// <summary>Makes this tensor hold the values, and the history, of a result of the same shape.</summary>
        internal Tensor Assign(Tensor result)
        {
            if (!result.Sizes.SequenceEqual(sizes))
                throw Errors.Shapes2("in-place operation", sizes, result.Sizes, "the result does not have the target's shape");
            if (!Types.CanCast(result.kind, kind))
                throw Errors.Shapes2("in-place operation", sizes, result.Sizes, $"result type {result.kind} can't be cast to the desired output type {kind}");
            CheckInPlace("in-place operation", Graph.Tracks(this, result));
            using var same = result.Typed(kind);
            WriteFrom(same);
            if (Graph.Tracks(result)) Variable = result.Variable;
            return this;
        }

        /// <summary>The sum of a gradient over the dimensions along which an input of this shape was broadcast.</summary>
        internal Tensor SumTo(ReadOnlySpan<long> target)
        {
            if (target.SequenceEqual(sizes)) return Keep();
            var lead = Rank - target.Length;
            var reduced = new bool[Rank];
            for (var d = 0; d < Rank; d++) reduced[d] = d < lead || target[d - lead] == 1 && sizes[d] != 1;
            using var sum = Reduce.Sum(this, reduced);
            return sum.View(target.ToArray(), Shapes.Strides(target), 0);
        }
    }

    public static partial class autograd
    {
        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            tensor.backward(grad_tensors, retain_graph ?? false, create_graph, inputs);

        /// <summary>Adds up the gradients of all in one pass.</summary>
        public static void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            if (create_graph || inputs is not null)
                throw new NotSupportedException("backward: create_graph and inputs are not supported by the managed engine");
            Graph.Backward([.. tensors], grad_tensors, retain_graph ?? false);
        }

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            tensor.backward([grad_tensor], retain_graph ?? false, create_graph, inputs);

        /// <summary>
        /// The gradients of the outputs' sum with respect to the inputs; no tensor's own gradient changes. With
        /// <paramref name="allow_unused"/> an input that no output depends on gets an invalid handle.
        /// </summary>
        public static IList<Tensor> grad(
            IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            if (create_graph) throw new NotSupportedException("grad: create_graph is not supported by the managed engine");
            var nodes = inputs.Select(static i => Node.Of(i) ?? throw Errors.Torch("grad: One of the differentiated Tensors does not require grad")).ToArray();
            var wanted = new Dictionary<Node, Tensor?>();
            foreach (var node in nodes) wanted[node] = null;
            try
            {
                Graph.Backward([.. outputs], grad_outputs, retain_graph, wanted);
                if (!allow_unused && wanted.ContainsValue(null))
                    throw Errors.Torch("grad: One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior.");
                return [.. nodes.Select((node, i) => wanted[node]?.alias() ?? Undefined(inputs[i].dtype))];
            }
            finally
            {
                foreach (var gradient in wanted.Values) gradient?.Dispose();
            }
        }

        private static Tensor Undefined(ScalarType type)
        {
            var none = Tensor.Make(type, [0], register: false);
            none.Dispose();
            return none;
        }
    }

    public static IDisposable no_grad() => new AutoGradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new AutoGradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new AutoGradMode(mode);

    public static IDisposable inference_mode(bool mode = true) => new AutoGradMode(!mode);
}

/// <summary>Sets whether this thread records operations, until it is disposed.</summary>
internal sealed class AutoGradMode : IDisposable
{
    private readonly bool previous = Graph.Enabled;

    internal AutoGradMode(bool enabled) => Graph.Enabled = enabled;

    public void Dispose() => Graph.Enabled = previous;
}
