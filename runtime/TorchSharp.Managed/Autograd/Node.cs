namespace TorchSharp;

/// <summary>
/// The gradients of an operation's inputs (null where none is needed) from its output's gradient. Each result is a handle the
/// caller comes to own.
/// </summary>
internal delegate torch.Tensor?[] Backward(torch.Tensor gradient, Saved saved);

/// <summary>The tensors an operation keeps for its gradient, and which of its inputs want one.</summary>
internal sealed class Saved
{
    private readonly string operation;
    private readonly torch.Tensor[] tensors;
    private readonly int[] versions;
    private readonly bool[] needs;
    private bool freed;

    internal Saved(string operation, ReadOnlySpan<torch.Tensor?> inputs, ReadOnlySpan<torch.Tensor> tensors)
    {
        this.operation = operation;
        this.tensors = new torch.Tensor[tensors.Length];
        versions = new int[tensors.Length];
        for (var i = 0; i < tensors.Length; i++)
        {
            this.tensors[i] = tensors[i].Keep();
            versions[i] = tensors[i].Storage.Version;
        }
        needs = new bool[inputs.Length];
        for (var i = 0; i < inputs.Length; i++) needs[i] = inputs[i] is { requires_grad: true };
    }

    internal bool Needs(int input) => needs[input];

    internal torch.Tensor this[int index]
    {
        get
        {
            if (freed)
                throw Errors.Torch($"{operation}: Trying to backward through the graph a second time, but the saved tensors have already been freed");
            if (tensors[index].Storage.Version != versions[index])
                throw Errors.Torch($"{operation}: one of the variables needed for gradient computation has been modified by an inplace operation: {Shapes.Text(tensors[index].Sizes)}");
            return tensors[index];
        }
    }

    internal void Check()
    {
        if (freed)
            throw Errors.Torch($"{operation}: Trying to backward through the graph a second time, but the saved tensors have already been freed");
    }

    internal void Free()
    {
        if (freed) return;
        freed = true;
        foreach (var tensor in tensors) tensor.Dispose();
    }
}

/// <summary>An operation in the graph, or (without a backward) a leaf.</summary>
internal sealed class Node
{
    private static long made;

    internal readonly string Operation;
    internal readonly Node?[] Inputs;
    internal readonly long[] Shape;
    internal readonly Saved? Saved;
    internal readonly Backward? Backward;

    /// <summary>For a view of some of its input's elements: the same view of a tensor like the input.</summary>
    internal readonly Func<torch.Tensor, torch.Tensor>? Region;
    internal readonly Variable? Leaf;
    internal readonly long Order;

    /// <summary>The gradient collected so far in the running backward pass.</summary>
    internal torch.Tensor? Pending;
    internal bool Visited;

    /// <summary>The tensor whose gradient the user asked to retain.</summary>
    internal Variable? Retained;

    internal Node(string operation, Node?[] inputs, long[] shape, Saved saved, Backward backward)
    {
        Operation = operation;
        Inputs = inputs;
        Shape = shape;
        Saved = saved;
        Backward = backward;
        Order = Interlocked.Increment(ref made);
    }

    internal Node(string operation, Node? input, long[] shape, Func<torch.Tensor, torch.Tensor> region)
    {
        Operation = operation;
        Inputs = [input];
        Shape = shape;
        Region = region;
        Order = Interlocked.Increment(ref made);
    }

    internal Node(Variable leaf, long[] shape)
    {
        Operation = "leaf";
        Inputs = [];
        Shape = shape;
        Leaf = leaf;
    }

    internal static Node? Of(torch.Tensor? tensor)
    {
        if (tensor?.Variable is not { RequiresGrad: true } variable) return null;
        return variable.Source ?? (variable.Leaf ??= new Node(variable, tensor.SizeArray));
    }
}
