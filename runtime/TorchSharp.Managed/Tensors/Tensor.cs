namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// A view of stored elements (shape, strides and offset), with its place in the autograd graph. Views share their storage.
    /// </summary>
    public partial class Tensor : IDisposable
    {
        private Storage? storage;
        private readonly long[] sizes;
        private readonly long[] strides;
        private readonly long offset;
        private readonly ScalarType kind;

        private Variable? variable;

        internal Variable? Variable
        {
            get => variable;
            set
            {
                value?.AddHandle();
                variable?.ReleaseHandle();
                variable = value;
            }
        }

        /// <summary>Takes one ownership of the storage.</summary>
        internal Tensor(Storage storage, long[] sizes, long[] strides, long offset, ScalarType type, bool register = true)
        {
            this.storage = storage;
            this.sizes = sizes;
            this.strides = strides;
            this.offset = offset;
            kind = type;
            if (register) DisposeScope.Current?.Add(this);
        }

        /// <summary>Takes over another tensor's place; the other becomes invalid.</summary>
        internal Tensor(Tensor moved)
        {
            storage = moved.Storage;
            sizes = moved.sizes;
            strides = moved.strides;
            offset = moved.offset;
            kind = moved.kind;
            Variable = moved.Variable;
            moved.OwningDisposeScope?.Replace(moved, this);
            moved.storage = null;
            moved.Variable = null;
        }

        internal DisposeScope? OwningDisposeScope { get; set; }

        internal Storage Storage => storage ?? throw Invalid();

        internal ReadOnlySpan<long> Sizes => sizes;

        internal ReadOnlySpan<long> Strides => strides;

        internal long[] SizeArray => sizes;

        internal long[] StrideArray => strides;

        internal int Rank => sizes.Length;

        internal long Offset => offset;

        internal unsafe T* Data<T>() where T : unmanaged => (T*)Storage.Pointer + offset;

        public bool IsInvalid => storage is null;

        public string? name { get; set; }

        public ScalarType dtype => kind;

        public Device device => IsInvalid ? throw Invalid() : CPU;

        public DeviceType device_type => device.type;

        public long[] shape => (long[])sizes.Clone();

        public long[] size() => (long[])sizes.Clone();

        public long size(int dim) => sizes[Shapes.Dimension(nameof(size), dim, SizeArray)];

        public long ndim => sizes.Length;

        public long dim() => sizes.Length;

        public long Dimensions => sizes.Length;

        public long numel() => Shapes.Count(sizes);

        public long NumberOfElements => numel();

        public long element_size() => Types.Size(kind);

        public long ElementSize => Types.Size(kind);

        public long[] stride() => (long[])strides.Clone();

        public long stride(int dim) => strides[Shapes.Dimension(nameof(stride), dim, SizeArray)];

        public long storage_offset() => offset;

        public bool is_contiguous() => Shapes.AreContiguous(sizes, strides);

        public bool is_floating_point() => torch.is_floating_point(kind);

        public bool is_integral() => torch.is_integral(kind);

        public bool is_cpu() => device_type == DeviceType.CPU;

        public Tensor cpu() => alias();

        public override bool Equals(object? obj) => ReferenceEquals(this, obj);

        public override int GetHashCode() => base.GetHashCode();

        public override string ToString() => $"{Shapes.Text(sizes)}, type = {kind}, device = cpu";

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            var owned = storage;
            if (owned is null) return;
            storage = null;
            OwningDisposeScope?.MarkAsDisposed(this);
            Variable = null;
            owned.Release();
        }

        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (OwningDisposeScope is null) other?.Attach(this);
            else OwningDisposeScope.MoveToOther(other, this);
            return this;
        }

        public Tensor alias() => With(new Tensor(Shared(), sizes, strides, offset, kind));

        /// <summary>The same elements outside every scope and graph, for the engine's own keeping.</summary>
        internal Tensor Keep() => new(Shared(), sizes, strides, offset, kind, register: false);

        /// <summary>A view of this tensor's storage.</summary>
        internal Tensor View(long[] sizes, long[] strides, long offset) => new(Shared(), sizes, strides, offset, kind);

        private static InvalidOperationException Invalid() => new("Tensor invalid -- empty handle.");

        private Storage Shared()
        {
            Storage.AddOwner();
            return Storage;
        }

        private Tensor With(Tensor same)
        {
            same.Variable = Variable;
            return same;
        }

        internal static Tensor Make(ScalarType type, long[] sizes, bool register = true)
        {
            foreach (var size in sizes)
                if (size < 0) throw Errors.Torch($"empty: Trying to create tensor with negative dimension {size}: {Shapes.Text(sizes)}");
            var width = Types.Size(type);
            if (!Shapes.TryCount(sizes, out var n) || n > long.MaxValue / width || StoragePool.TryRent(n * width) is not { } memory)
                throw Errors.Torch($"empty: can't allocate memory for a tensor {Shapes.Text(sizes)} of {type}");
            return new(memory, sizes, Shapes.Strides(sizes), 0, type, register);
        }

        internal Tensor MakeLike() => Make(kind, sizes);
    }
}
