namespace TorchSharp;

/// <summary>Records operations while gradients are enabled, and runs them backwards.</summary>
internal static class Graph
{
    [ThreadStatic]
    private static bool disabled;

    internal static bool Enabled
    {
        get => !disabled;
        set => disabled = !value;
    }

    internal static bool Tracks(torch.Tensor? a) => !disabled && a?.Variable is { RequiresGrad: true };

    internal static bool Tracks(torch.Tensor? a, torch.Tensor? b) => !disabled && (a?.Variable is { RequiresGrad: true } || b?.Variable is { RequiresGrad: true });

    internal static bool Tracks(torch.Tensor? a, torch.Tensor? b, torch.Tensor? c) => Tracks(a, b) || Tracks(c);

    internal static bool Tracks(ReadOnlySpan<torch.Tensor> tensors)
    {
        foreach (var tensor in tensors)
            if (Tracks(tensor)) return true;
        return false;
    }

    /// <summary>Makes <paramref name="output"/> the result of a recorded operation.</summary>
    internal static torch.Tensor Record(
        torch.Tensor output, string operation, ReadOnlySpan<torch.Tensor?> inputs, ReadOnlySpan<torch.Tensor> saved, Backward backward, bool view = false)
    {
        var nodes = new Node?[inputs.Length];
        for (var i = 0; i < nodes.Length; i++) nodes[i] = Node.Of(inputs[i]);
        var node = new Node(operation, nodes, output.SizeArray, new Saved(operation, inputs, saved), backward);
        return Attach(output, node, view);
    }

    /// <summary>Makes <paramref name="part"/> a recorded view of some of the input's elements.</summary>
    internal static torch.Tensor RecordPart(torch.Tensor part, string operation, torch.Tensor input, Func<torch.Tensor, torch.Tensor> region) =>
        Attach(part, new Node(operation, Node.Of(input), part.SizeArray, region), view: true);

    private static torch.Tensor Attach(torch.Tensor output, Node node, bool view)
    {
        if (output.Variable is { } variable)
        {
            variable.Source = node;
            variable.RequiresGrad = true;
        }
        else output.Variable = new Variable { Source = node, RequiresGrad = true, IsView = view };
        return output;
    }

    /// <summary>
    /// Runs the graphs of the roots backwards, from the given gradients of the roots or from 1. The gradients are added to those of
    /// every reachable leaf or, given <paramref name="wanted"/>, stored there for its nodes alone.
    /// </summary>
    internal static void Backward(
        ReadOnlySpan<torch.Tensor> roots, IList<torch.Tensor>? gradients, bool retain, Dictionary<Node, torch.Tensor?>? wanted = null)
    {
        if (gradients is { Count: 0 }) gradients = null;
        if (gradients is not null && gradients.Count != roots.Length)
            throw Errors.Torch($"backward: got {roots.Length} tensors and {gradients.Count} gradients");
        var starts = new Node[roots.Length];
        for (var i = 0; i < starts.Length; i++)
            starts[i] = Node.Of(roots[i]) ?? throw Errors.Torch($"backward: element {i} of tensors does not require grad and does not have a grad_fn");
        var enabled = Enabled;
        Enabled = false;
        using var pause = DisposeScope.Suspend();
        var order = Reachable(starts);
        try
        {
            for (var i = 0; i < starts.Length; i++) Collect(starts[i], roots[i].Seed(gradients?[i]));
            foreach (var node in order)
            {
                if (node.Pending is not { } gradient) continue;
                node.Pending = null;
                if (wanted is null) node.Retained?.Accumulate(gradient.Keep());
                else if (wanted.ContainsKey(node)) wanted[node] = gradient.ContiguousCopy();
                if (wanted is null && node.Leaf is { } leaf) leaf.Accumulate(gradient);
                else
                {
                    using (gradient) Step(node, gradient);
                    if (!retain) node.Saved?.Free();
                }
            }
        }
        finally
        {
            foreach (var node in order)
            {
                node.Visited = false;
                node.Pending?.Dispose();
                node.Pending = null;
            }
            Enabled = enabled;
        }
    }

    private static void Step(Node node, torch.Tensor gradient)
    {
        if (node is { Region: { } region, Inputs: [{ } viewed] }) CollectPart(viewed, gradient, region);
        if (node.Backward is not { } backward || node.Saved is not { } saved) return;
        saved.Check();
        var results = backward(gradient, saved);
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i] is not { } result) continue;
            if (node.Inputs[i] is not { } input)
            {
                result.Dispose();
                continue;
            }
            if (!result.Sizes.SequenceEqual(input.Shape))
                throw Errors.Shapes2(node.Operation + " backward", result.Sizes, input.Shape, "the gradient and its input differ in shape");
            Collect(input, result);
        }
    }

    private static void Collect(Node input, torch.Tensor result)
    {
        if (input.Pending is not { } pending)
        {
            input.Pending = result;
            return;
        }
        if (pending.IsSoleOwner) pending.AddInPlace(result);
        else
        {
            input.Pending = pending.Plus(result);
            pending.Dispose();
        }
        result.Dispose();
    }

    // The parts of one tensor meet in one gradient: only the first of them fills it with zeros.
    private static void CollectPart(Node input, torch.Tensor gradient, Func<torch.Tensor, torch.Tensor> region)
    {
        if (input.Pending is { IsSoleOwner: true } pending)
        {
            using var part = region(pending);
            part.AddFrom(gradient);
            return;
        }
        var whole = torch.Tensor.Zeros(gradient.dtype, input.Shape);
        using (var part = region(whole)) part.WriteFrom(gradient);
        Collect(input, whole);
    }

    // Operations are numbered as they are recorded, so descending order visits every user of a value before its maker.
    private static List<Node> Reachable(Node[] starts)
    {
        var found = new List<Node>();
        var stack = new Stack<Node>();
        foreach (var start in starts)
        {
            if (start.Visited) continue;
            start.Visited = true;
            stack.Push(start);
        }
        while (stack.TryPop(out var node))
        {
            found.Add(node);
            foreach (var input in node.Inputs)
            {
                if (input is null || input.Visited) continue;
                input.Visited = true;
                stack.Push(input);
            }
        }
        found.Sort(static (x, y) => y.Order.CompareTo(x.Order));
        return found;
    }
}
