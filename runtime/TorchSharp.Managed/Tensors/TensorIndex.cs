namespace TorchSharp;

public static partial class torch
{
    /// <summary>One index of an indexing expression.</summary>
    public struct TensorIndex
    {
        internal enum Kind
        {
            None,
            Single,
            Null,
            Ellipsis,
            Bool,
            Tensor,
            Slice,
        }

        internal long? First { get; init; }

        internal long? Last { get; init; }

        internal long? Step { get; init; }

        internal Kind Sort { get; init; }

        internal Tensor? Indices { get; init; }

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { First = start, Last = stop, Step = step, Sort = Kind.Slice };

        public static TensorIndex Slice((int? start, int? end) range) => Slice((long?)range.start, (long?)range.end);

        public static TensorIndex Slice(Range range)
        {
            long start = range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value;
            long? end = range.End.IsFromEnd ? range.End.Value == 0 ? null : -range.End.Value : range.End.Value;
            return Slice(start, end);
        }

        public static TensorIndex Bool(bool value) => new() { First = value ? 1 : 0, Sort = Kind.Bool };

        public static TensorIndex Single(long? index) => new() { First = index, Sort = Kind.Single };

        public static TensorIndex Tensor(Tensor tensor) => new() { Indices = tensor, Sort = Kind.Tensor };

        public static TensorIndex Ellipsis = new() { Sort = Kind.Ellipsis };

        public static TensorIndex None = new() { Sort = Kind.None };

        public static TensorIndex Null = new() { Sort = Kind.Null };

        public static TensorIndex Colon = Slice();

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);

        public static implicit operator TensorIndex(Range range) => Slice(range);

        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);
    }
}
