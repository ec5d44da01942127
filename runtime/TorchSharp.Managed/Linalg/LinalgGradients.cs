namespace TorchSharp;

using static torch;

/// <summary>
/// Gradients of factorisations, by output: each is linear in the outputs' gradients, so the outputs are separate nodes whose
/// contributions add up. Singular values must differ from each other (Townsend, "Differentiating the singular value decomposition", 2016).
/// </summary>
internal static class LinalgGradients
{
    /// <summary>∂A = U · diag(∂S) · Vᵀ.</summary>
    internal static Tensor SingularValues(Tensor g, Tensor u, Tensor vh)
    {
        using var scope = NewDisposeScope();
        return Kept(scope, u.mul(g.unsqueeze(-2)).matmul(vh));
    }

    /// <summary>∂A = [U (F ∘ (Uᵀ∂U − ∂Uᵀ U)) S + (I − UUᵀ) ∂U S⁻¹] Vᵀ.</summary>
    internal static Tensor LeftVectors(Tensor g, Tensor u, Tensor s, Tensor vh)
    {
        using var scope = NewDisposeScope();
        var along = u.mT.matmul(g);
        var inner = Gaps(s).mul(along.sub(along.mT)).mul(s.unsqueeze(-2));
        var outside = g.sub(u.matmul(along)).div(s.unsqueeze(-2));
        return Kept(scope, u.matmul(inner).add(outside).matmul(vh));
    }

    /// <summary>∂A = U [S (F ∘ (Vᵀ∂V − ∂Vᵀ V)) Vᵀ + S⁻¹ ∂Vᵀ (I − VVᵀ)], with ∂Vᵀ given.</summary>
    internal static Tensor RightVectors(Tensor g, Tensor u, Tensor s, Tensor vh)
    {
        using var scope = NewDisposeScope();
        var along = vh.matmul(g.mT);
        var inner = Gaps(s).mul(along.sub(along.mT)).mul(s.unsqueeze(-1));
        var outside = g.sub(along.mT.matmul(vh)).div(s.unsqueeze(-1));
        return Kept(scope, u.matmul(inner.matmul(vh).add(outside)));
    }

    // F_ij = 1 / (s_j² − s_i²), 0 on the diagonal.
    private static Tensor Gaps(Tensor s)
    {
        var squares = s.square();
        var unit = eye(s.Sizes[^1], dtype: s.dtype);
        return squares.unsqueeze(-2).sub(squares.unsqueeze(-1)).add(unit).reciprocal().sub(unit);
    }

    /// <summary>
    /// A = QR with a square R: ∂A = (∂Q + Q · sym(M)) R⁻ᵀ, M = R ∂Rᵀ − ∂Qᵀ Q, sym(M) the symmetric matrix with M's lower triangle
    /// (Walter and Lehmann, 2010). For a wide A = [X Y], R = [U W] this holds for X = QU, to whose ∂Q Y ∂Wᵀ is added, and ∂Y = Q ∂W.
    /// </summary>
    internal static Tensor Triangular(Tensor? dq, Tensor? dr, Tensor a, Tensor q, Tensor r)
    {
        using var scope = NewDisposeScope();
        long k = q.Sizes[^1], rest = a.Sizes[^1] - k;
        if (rest == 0) return Kept(scope, Square(dq, dr, q, r));
        var y = a.narrow(-1, k, rest);
        var w = dr?.narrow(-1, k, rest);
        var left = Square(w is null ? dq : y.matmul(w.mT), dr?.narrow(-1, 0, k), q, r.narrow(-1, 0, k));
        return Kept(scope, cat([left, w is null ? y.zeros_like() : q.matmul(w)], -1));
    }

    private static Tensor Square(Tensor? dq, Tensor? dr, Tensor q, Tensor r)
    {
        var m = dr is null ? r.zeros_like() : r.matmul(dr.mT);
        if (dq is not null) m = m.sub(dq.mT.matmul(q));
        var symmetric = m.tril().add(m.tril(-1).mT);
        var spread = q.matmul(symmetric);
        if (dq is not null) spread = spread.add(dq);
        return linalg.solve(r, spread.mT).mT;
    }

    /// <summary>With P = A⁺: ∂A = −Pᵀ ∂P Pᵀ + (I − AP) ∂Pᵀ PPᵀ + PᵀP ∂Pᵀ (I − PA), at constant rank (Golub and Pereyra, 1973).</summary>
    internal static Tensor PseudoInverse(Tensor g, Tensor a, Tensor p)
    {
        using var scope = NewDisposeScope();
        Tensor pt = p.mT, gt = g.mT;
        var inside = pt.matmul(g).matmul(pt);
        var left = gt.sub(a.matmul(p.matmul(gt))).matmul(p).matmul(pt);
        var right = pt.matmul(p.matmul(gt.sub(gt.matmul(p).matmul(a))));
        return Kept(scope, left.add(right).sub(inside));
    }

    private static Tensor Kept(DisposeScope scope, Tensor result) => scope.Detach(result.contiguous());
}
