using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Rasp.Format;

/// <summary>A graph of ONNX operators as it is built; field numbers are those of ONNX's <c>onnx.proto</c>.</summary>
internal sealed class OnnxGraph
{
    private const int Float = 1;
    private const int Int64 = 7;

    private readonly List<ProtobufMessage> nodes = [];
    private readonly List<ProtobufMessage> initializers = [];
    private readonly HashSet<string> constants = new(StringComparer.Ordinal);

    /// <summary>Applies an operator of one output, which gives the node its name, and returns that name.</summary>
    public string Apply(string op, string output, ImmutableArray<string> inputs, params ReadOnlySpan<(string Name, ImmutableArray<long> Value)> attributes)
    {
        ProtobufMessage node = new();
        foreach (string input in inputs) node.Add(1, input);
        node.Add(2, output).Add(3, output).Add(4, op);
        foreach ((string name, ImmutableArray<long> value) in attributes) node.Add(5, Attribute(name, value));
        nodes.Add(node);
        return output;
    }

    /// <summary>The tensor as float32, which is what everything is computed in; its shape may be another of as many elements.</summary>
    public string Weight(SafetensorsTensor tensor, params ReadOnlySpan<long> shape)
    {
        using MemoryStream data = new(checked((int)tensor.ByteLength));
        tensor.WriteTo(data);
        int type = tensor.Dtype switch { SafetensorsDtype.F32 => Float, SafetensorsDtype.F16 => 10, _ => 16 };
        initializers.Add(Tensor(tensor.Name, type, shape, data.ToArray()));
        return type == Float ? tensor.Name : Apply("Cast", tensor.Name + ".float", [tensor.Name], ("to", [Float]));
    }

    /// <summary>A constant list of integers, or a constant number where it is not a list.</summary>
    public string Integers(string name, ImmutableArray<long> values, bool isList = true)
    {
        if (!constants.Add(name)) return name;
        byte[] data = new byte[values.Length * sizeof(long)];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(i * sizeof(long)), values[i]);
        initializers.Add(Tensor(name, Int64, isList ? [values.Length] : [], data));
        return name;
    }

    public string Number(string name, float value)
    {
        if (!constants.Add(name)) return name;
        byte[] data = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(data, value);
        initializers.Add(Tensor(name, Float, [], data));
        return name;
    }

    /// <summary>The finished graph, from int64 <paramref name="input"/> [batch, positions] to float32 <paramref name="output"/> [batch, positions, width].</summary>
    public ProtobufMessage ToMessage(string name, string input, string output, long width)
    {
        ProtobufMessage graph = new();
        foreach (ProtobufMessage node in nodes) graph.Add(1, node);
        graph.Add(2, name);
        foreach (ProtobufMessage initializer in initializers) graph.Add(5, initializer);
        ProtobufMessage inputShape = Positions();
        ProtobufMessage outputShape = Positions().Add(1, new ProtobufMessage().Add(1, width));
        return graph.Add(11, Value(input, Int64, inputShape)).Add(12, Value(output, Float, outputShape));

        static ProtobufMessage Positions() => new ProtobufMessage().Add(1, new ProtobufMessage().Add(2, "batch")).Add(1, new ProtobufMessage().Add(2, "positions"));
    }

    private static ProtobufMessage Attribute(string name, ImmutableArray<long> value)
    {
        ProtobufMessage attribute = new ProtobufMessage().Add(1, name);
        if (value is [long one]) return attribute.Add(3, one).Add(20, 2);
        foreach (long element in value) attribute.Add(8, element);
        return attribute.Add(20, 7);
    }

    private static ProtobufMessage Tensor(string name, int type, ReadOnlySpan<long> shape, byte[] data)
    {
        ProtobufMessage tensor = new();
        foreach (long size in shape) tensor.Add(1, size);
        return tensor.Add(2, type).Add(8, name).Add(9, data);
    }

    private static ProtobufMessage Value(string name, int type, ProtobufMessage shape) =>
        new ProtobufMessage().Add(1, name).Add(2, new ProtobufMessage().Add(1, new ProtobufMessage().Add(1, type).Add(2, shape)));
}
