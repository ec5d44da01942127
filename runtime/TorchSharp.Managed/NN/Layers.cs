namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        using static torch;

        public sealed class Linear : nn.Module<Tensor, Tensor>
        {
            internal Linear(Parameter weight, Parameter? bias = null) : base(nameof(Linear))
            {
                in_features = weight.shape[1];
                out_features = weight.shape[0];
                this.weight = weight;
                this.bias = bias;
            }

            internal Linear(long inputSize, long outputSize, bool hasBias, ScalarType? dtype) : base(nameof(Linear))
            {
                in_features = inputSize;
                out_features = outputSize;
                weight = empty(outputSize, inputSize, dtype).AsParameter();
                nn.init.kaiming_uniform_(weight, Math.Sqrt(5));
                if (!hasBias) return;
                var bound = inputSize > 0 ? 1 / Math.Sqrt(inputSize) : 0;
                bias = nn.init.uniform_(empty(outputSize, dtype), -bound, bound).AsParameter();
            }

            public Parameter? bias
            {
                get => _internal_params.TryGetValue(nameof(bias), out var value) ? value : null;
                set => ConditionallyRegisterParameter(nameof(bias), value?.DetachFromDisposeScope() as Parameter);
            }

            public Parameter weight
            {
                get => _internal_params[nameof(weight)];
                set => ConditionallyRegisterParameter(nameof(weight), value?.DetachFromDisposeScope() as Parameter);
            }

            public long in_features { get; set; }

            public long out_features { get; set; }

            public override Tensor forward(Tensor tensor) => nn.functional.linear(tensor, weight, bias);
        }

        public sealed class Embedding : nn.Module<Tensor, Tensor>
        {
            private readonly long? padding;

            internal Embedding(Tensor weight, long? padding, bool trains) : base(nameof(Embedding))
            {
                this.padding = padding;
                this.weight = new Parameter(weight, trains);
            }

            public Parameter? weight
            {
                get => _internal_params[nameof(weight)];
                set => ConditionallyRegisterParameter(nameof(weight), value?.DetachFromDisposeScope() as Parameter);
            }

            public override Tensor forward(Tensor input) => nn.functional.embedding(input, _internal_params[nameof(weight)], padding);
        }

        public sealed class LayerNorm : nn.Module<Tensor, Tensor>
        {
            internal LayerNorm(long[] normalized_shape, double eps, bool elementwise_affine, bool bias, ScalarType? dtype) : base(nameof(LayerNorm))
            {
                this.normalized_shape = normalized_shape;
                this.eps = eps;
                this.elementwise_affine = elementwise_affine;
                if (!elementwise_affine) return;
                weight = ones(normalized_shape, dtype).AsParameter();
                if (bias) this.bias = zeros(normalized_shape, dtype).AsParameter();
            }

            public Parameter? bias
            {
                get => _internal_params.TryGetValue(nameof(bias), out var value) ? value : null;
                set => ConditionallyRegisterParameter(nameof(bias), value?.DetachFromDisposeScope() as Parameter);
            }

            public Parameter weight
            {
                get => _internal_params.TryGetValue(nameof(weight), out var value) ? value : throw new InvalidOperationException("LayerNorm without elementwise_affine has no weight");
                set => ConditionallyRegisterParameter(nameof(weight), value?.DetachFromDisposeScope() as Parameter);
            }

            public long[] normalized_shape { get; set; }

            public double eps { get; set; }

            public bool elementwise_affine { get; set; }

            public void reset_parameters()
            {
                if (!elementwise_affine) return;
                nn.init.ones_(weight);
                if (bias is { } shift) nn.init.zeros_(shift);
            }

            public override Tensor forward(Tensor tensor) =>
                nn.functional.layer_norm(tensor, normalized_shape, elementwise_affine ? weight : null, bias, eps);
        }

        public interface IParameterLessModule;

        public abstract class ParameterLessModule<T1, TResult> : nn.Module<T1, TResult>, IParameterLessModule
        {
            protected ParameterLessModule(string name) : base(name)
            {
            }
        }

        public sealed class Dropout : ParameterLessModule<Tensor, Tensor>
        {
            internal Dropout(double p, bool inplace) : base(nameof(Dropout))
            {
                this.p = p;
                this.inplace = inplace;
            }

            public bool inplace { get; set; }

            public double p { get; set; }

            public override Tensor forward(Tensor tensor) => nn.functional.dropout(tensor, p, training, inplace);
        }

        public sealed class SiLU : ParameterLessModule<Tensor, Tensor>
        {
            internal SiLU(bool inplace) : base(nameof(SiLU)) => this.inplace = inplace;

            public bool inplace { get; set; }

            public override Tensor forward(Tensor tensor) => nn.functional.silu(tensor, inplace);
        }

        public sealed class ReLU : ParameterLessModule<Tensor, Tensor>
        {
            internal ReLU(bool inplace) : base(nameof(ReLU)) => this.inplace = inplace;

            public bool inplace { get; set; }

            public override Tensor forward(Tensor tensor) => nn.functional.relu(tensor, inplace);
        }

        public sealed class GELU : ParameterLessModule<Tensor, Tensor>
        {
            public enum Approximate
            {
                none,
                tanh,
            }

            internal GELU(bool inplace, Approximate approximate) : base(nameof(GELU))
            {
                this.inplace = inplace;
                this.approximate = approximate;
            }

            public bool inplace { get; set; }

            public Approximate approximate { get; set; }

            public override Tensor forward(Tensor tensor) => nn.functional.gelu(tensor, approximate, inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Linear Linear(long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null) =>
                new(inputSize, outputSize, hasBias, dtype);

            public static Linear Linear(Parameter weight, Parameter? bias = null) => new(weight, bias);

            public static Embedding Embedding(
                long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null, double norm_type = 2.0,
                bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
            {
                if (max_norm is not null || scale_grad_by_freq || sparse)
                    throw new NotSupportedException("Embedding: max_norm, scale_grad_by_freq and sparse are not supported by the managed engine");
                var weight = randn(num_embeddings, embedding_dims, dtype);
                if (padding_idx is { } padding)
                {
                    using var row = weight.select(0, padding);
                    row.zero_();
                }
                return new Embedding(weight, padding_idx, trains: true);
            }

            public static Embedding Embedding_from_pretrained(
                Tensor embeddings, bool freeze = true, long? padding_idx = null, double? max_norm = null, double norm_type = 2.0,
                bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null) =>
                new(embeddings.to_type(dtype ?? embeddings.dtype, copy: true), padding_idx, !freeze);

            public static LayerNorm LayerNorm(
                long[] normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(normalized_shape, eps, elementwise_affine, bias, dtype);

            public static LayerNorm LayerNorm(
                long normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new([normalized_shape], eps, elementwise_affine, bias, dtype);

            public static Dropout Dropout(double p = 0.5, bool inplace = false) => new(p, inplace);

            public static SiLU SiLU() => new(false);

            public static SiLU SiLU(bool inplace) => new(inplace);

            public static ReLU ReLU(bool inplace = false) => new(inplace);

            public static GELU GELU() => new(false, Modules.GELU.Approximate.none);

            public static GELU GELU(bool inplace) => new(inplace, Modules.GELU.Approximate.none);

            public static GELU GELU(GELU.Approximate approximate, bool inplace = false) => new(inplace, approximate);
        }
    }
}
