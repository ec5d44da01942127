namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            /// <summary>Scales all gradients so that their joint norm is at most <paramref name="max_norm"/>; returns the norm before.</summary>
            public static double clip_grad_norm_(IEnumerable<Modules.Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                using var pause = DisposeScope.Suspend();
                using var quiet = no_grad();
                var gradients = tensors.Select(static p => p.Variable?.Gradient).OfType<Tensor>().ToList();
                double total = 0;
                foreach (var gradient in gradients)
                {
                    using var norm = gradient.Norm([], false, norm_type);
                    var value = norm.ToDouble();
                    total = double.IsPositiveInfinity(norm_type) ? Math.Max(total, value) : total + Math.Pow(value, norm_type);
                }
                if (!double.IsPositiveInfinity(norm_type)) total = Math.Pow(total, 1 / norm_type);
                var factor = max_norm / (total + 1e-6);
                if (factor < 1)
                    foreach (var gradient in gradients) gradient.mul_(factor);
                return total;
            }

            public static void clip_grad_value_(IEnumerable<Modules.Parameter> tensors, double clip_value)
            {
                using var pause = DisposeScope.Suspend();
                using var quiet = no_grad();
                foreach (var gradient in tensors.Select(static p => p.Variable?.Gradient).OfType<Tensor>()) gradient.clamp_(-clip_value, clip_value);
            }
        }
    }
}
