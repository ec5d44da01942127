using System.Numerics;

namespace TorchSharp;

/// <summary>Optimizer updates, one pass over each parameter.</summary>
internal static unsafe class UpdateRows
{
    /// <summary>
    /// m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  w ← w·decay − step · m / (√v / root + ε)  (Loshchilov and Hutter, 2019).
    /// With <paramref name="largest"/>, √v is the largest so far; <paramref name="l2"/> adds l2·w to the gradient first (Adam's form).
    /// </summary>
    internal static void Adam<T>(T* w, T* g, T* m, T* v, T* largest, long n, AdamConstants constants) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Workers.Run(new AdamJob<T> { W = w, G = g, M = m, V = v, Largest = largest, C = constants }, n, Elementwise.Grain, Elementwise.Block);

    internal readonly record struct AdamConstants(
        double Beta1, double Beta2, double Decay, double L2, double Step, double Root, double Epsilon, double Sign);

    private struct AdamJob<T> : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        internal T* W;
        internal T* G;
        internal T* M;
        internal T* V;
        internal T* Largest;
        internal AdamConstants C;

        public readonly void Run(long start, long end)
        {
            T b1 = Of(C.Beta1), a1 = Of(1 - C.Beta1), b2 = Of(C.Beta2), a2 = Of(1 - C.Beta2);
            T decay = Of(C.Decay), l2 = Of(C.L2), step = Of(C.Step), root = Of(1 / C.Root), epsilon = Of(C.Epsilon), sign = Of(C.Sign);
            Vector<T> vb1 = new(b1), va1 = new(a1), vb2 = new(b2), va2 = new(a2);
            Vector<T> vdecay = new(decay), vl2 = new(l2), vstep = new(step), vroot = new(root), vepsilon = new(epsilon), vsign = new(sign);
            var i = start;
            for (; i + Vector<T>.Count <= end; i += Vector<T>.Count)
            {
                var w = Vector.Load(W + i);
                var g = Vector.Load(G + i) * vsign + w * vl2;
                var m = Vector.Load(M + i) * vb1 + g * va1;
                var v = Vector.Load(V + i) * vb2 + g * g * va2;
                m.Store(M + i);
                v.Store(V + i);
                if (Largest != null)
                {
                    v = Vector.Max(v, Vector.Load(Largest + i));
                    v.Store(Largest + i);
                }
                (w * vdecay - vstep * m / (Vector.SquareRoot(v) * vroot + vepsilon)).Store(W + i);
            }
            for (; i < end; i++)
            {
                var g = G[i] * sign + W[i] * l2;
                M[i] = M[i] * b1 + g * a1;
                V[i] = V[i] * b2 + g * g * a2;
                var v = V[i];
                if (Largest != null) v = Largest[i] = T.Max(v, Largest[i]);
                W[i] = W[i] * decay - step * M[i] / (T.Sqrt(v) * root + epsilon);
            }
        }

        private static T Of(double value) => T.CreateTruncating(value);
    }
}
