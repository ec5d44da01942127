"""The operations whose golden values golden.py writes, under the names that the tests' tables give them.

A row is (name, function of a list of tensors, shapes, low, high). The rows of DIFFERENTIABLE mirror OperationTable.cs; the
inputs are drawn. The rows of FIXED mirror GoldenTable.cs; their inputs are given, and a float input has a gradient where
the output depends on it.
"""

import math

import torch
import torch.nn.functional as F

ONE = [[[]], [[1]], [[0]], [[2, 3]], [[3, 1, 4]], [[2, 0, 3]], [[17, 3]]]
MATRICES = [[[2, 3]], [[1, 1]], [[3, 1, 4]], [[4, 17]]]
LINES = [[[2, 3]], [[1, 1]], [[3, 4, 2]], [[3, 37]]]
TWO = [[[], []], [[3], []], [[2, 3], [3]], [[2, 3], [2, 1]], [[2, 1, 3], [4, 1]], [[0, 3], [1, 3]], [[1], [5, 1]], [[3, 19], [3, 19]]]
PRODUCTS = [[[2, 3], [3, 4]], [[1, 1], [1, 1]], [[0, 3], [3, 2]], [[3, 0], [0, 2]], [[13, 5], [5, 17]], [[7, 40], [40, 33]]]
ATTENTION = [
    [[1, 1, 3, 2], [1, 1, 3, 2], [1, 1, 3, 2]],
    [[2, 2, 5, 4], [2, 2, 5, 4], [2, 2, 5, 3]],
    [[1, 27, 3], [1, 27, 3], [1, 27, 3]],
    [[1, 2, 18, 16], [1, 2, 18, 16], [1, 2, 18, 16]],
]
THREE = [[[2, 3], [2, 3], [2, 3]], [[2, 3], [3], [2, 1]], [[], [1], [4]], [[0, 3], [3], [1, 3]]]
PAIR = [[[2, 5], [2, 5]]]


def weighted_class_loss(x, weight, **options):
    return F.cross_entropy(x, torch.tensor([1, -100, 0, 4]), weight=weight, **options)


def attention(q, k, v, mask=None, causal=False):
    """softmax(q·kᵀ/√E + mask)·v from primitives: PyTorch 1.13 has no public fused form."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    return scores.softmax(-1) @ v


def put(x, value):
    y = x.clone()
    y[:, 0] = value
    return y * y


def copied(x):
    y = torch.zeros(2, 3, dtype=x.dtype)
    y.copy_(x)
    return y * y


def in_place(x, y):
    z = x * 2
    z.mul_(y).add_(1).sigmoid_()
    return z


def heads(x):
    return x.view(2, 5, 2, 3).transpose(1, 2)


def smooth_weights(x):
    return torch.arange(1, x.shape[1] + 1, dtype=x.dtype) / 4


DIFFERENTIABLE = [
    ("add", lambda x: x[0] + x[1], TWO),
    ("add alpha", lambda x: x[0].add(x[1], alpha=1.7), TWO),
    ("sub", lambda x: x[0] - x[1], TWO),
    ("mul", lambda x: x[0] * x[1], TWO),
    ("div", lambda x: x[0] / x[1], TWO, 0.5, 2),
    ("maximum", lambda x: x[0].maximum(x[1]), TWO),
    ("minimum", lambda x: x[0].minimum(x[1]), TWO),
    ("pow tensor", lambda x: x[0].pow(x[1]), TWO, 0.5, 2),
    ("where", lambda x: torch.where(x[0] > 0.1, x[0], x[1]), TWO),
    ("scalar ops", lambda x: 2 - (x[0] * 3 + 1) / 4 - 0.5, ONE),
    ("scalar over", lambda x: 2 / x[0], ONE, 0.5, 2),
    ("neg", lambda x: -x[0], ONE),
    ("abs", lambda x: x[0].abs(), ONE),
    ("exp", lambda x: x[0].exp(), ONE),
    ("log", lambda x: x[0].log(), ONE, 0.5, 2),
    ("log1p", lambda x: x[0].log1p(), ONE, -0.4, 2),
    ("expm1", lambda x: x[0].expm1(), ONE),
    ("log2", lambda x: x[0].log2(), ONE, 0.5, 2),
    ("sqrt", lambda x: x[0].sqrt(), ONE, 0.5, 2),
    ("rsqrt", lambda x: x[0].rsqrt(), ONE, 0.5, 2),
    ("sin", lambda x: x[0].sin(), ONE),
    ("cos", lambda x: x[0].cos(), ONE),
    ("tan", lambda x: x[0].tan(), ONE, -1, 1),
    ("tanh", lambda x: x[0].tanh(), ONE),
    ("sigmoid", lambda x: x[0].sigmoid(), ONE),
    ("relu", lambda x: x[0].relu(), ONE),
    ("silu", lambda x: F.silu(x[0]), ONE, -6, 6),
    ("gelu", lambda x: F.gelu(x[0]), ONE, -6, 6),
    ("gelu tanh", lambda x: F.gelu(x[0], approximate="tanh"), ONE, -6, 6),
    ("erf", lambda x: x[0].erf(), ONE),
    ("reciprocal", lambda x: x[0].reciprocal(), ONE, 0.5, 2),
    ("pow 2", lambda x: x[0].pow(2), ONE),
    ("pow 3", lambda x: x[0].pow(3), ONE),
    ("pow -1.5", lambda x: x[0].pow(-1.5), ONE, 0.5, 2),
    ("clamp", lambda x: x[0].clamp(-0.7, 0.8), ONE),
    ("masked_fill", lambda x: x[0].masked_fill(x[0] > 0.3, 2.0), ONE),
    ("sum", lambda x: x[0].sum(), ONE),
    ("sum dim", lambda x: x[0].sum(-1), LINES),
    ("sum first keep", lambda x: x[0].sum(0, True), LINES),
    ("mean", lambda x: x[0].mean(), [[[1]], [[5]], [[2, 3]]]),
    ("mean dims", lambda x: x[0].mean((0, -1), True), LINES),
    ("var", lambda x: x[0].var(-1), [[[2, 3]], [[4, 17]]]),
    ("std biased", lambda x: x[0].std(-1, unbiased=False), [[[2, 3]], [[4, 17]]]),
    ("norm", lambda x: x[0].norm(), LINES),
    ("norm dim", lambda x: x[0].norm(dim=1), LINES),
    ("norm 1", lambda x: x[0].norm(1), LINES),
    ("norm 3", lambda x: x[0].norm(3), LINES),
    ("logsumexp", lambda x: x[0].logsumexp(-1), LINES, -6, 6),
    ("amax", lambda x: x[0].amax(-1, True), LINES),
    ("max dim", lambda x: x[0].max(0).values, LINES),
    ("min", lambda x: x[0].min(), LINES),
    ("cumsum", lambda x: x[0].cumsum(0), LINES),
    ("sort", lambda x: x[0].sort(-1, True).values, LINES),
    ("topk", lambda x: x[0].topk(1, 0).values, LINES),
    ("reshape", lambda x: x[0].reshape(-1), ONE),
    ("transpose", lambda x: x[0].transpose(0, -1), MATRICES),
    ("permute", lambda x: x[0].permute(2, 0, 1), [[[3, 1, 4]], [[2, 0, 3]], [[2, 3, 4]]]),
    ("squeeze", lambda x: x[0].unsqueeze(-1).squeeze(), ONE),
    ("expand", lambda x: x[0].expand(4, -1, 3), [[[2, 1]], [[1, 3]], [[0, 1]]]),
    ("narrow", lambda x: x[0].narrow(-1, 1, 2), [[[3]], [[2, 4]], [[0, 3]]]),
    ("slice step", lambda x: x[0][:, ::2], MATRICES),
    ("select", lambda x: x[0].select(0, -1), MATRICES),
    ("diagonal", lambda x: x[0].diagonal(1), [[[3, 4]], [[2, 2]]]),
    ("index ellipsis", lambda x: x[0][..., 0, None], MATRICES),
    ("index tensors", lambda x: x[0][torch.tensor([0, 1, 0]), torch.tensor([1, 0, 1])], [[[2, 3]], [[2, 2, 3]]]),
    ("index mask", lambda x: x[0][x[0] > 0], [[[2, 3]], [[5]]]),
    ("index_put", lambda x: put(*x), [[[2, 3], [2]], [[4, 2], []]]),
    ("index_select", lambda x: x[0].index_select(0, torch.tensor([1, 0, 1])), [[[2]], [[2, 3]], [[3, 2, 2]], [[2, 0]]]),
    ("gather", lambda x: x[0].gather(1, torch.tensor([[0, 2], [1, 1]])), [[[2, 3]], [[3, 3]]]),
    ("scatter", lambda x: x[0].scatter(1, torch.tensor([[0, 2], [1, 0]]), x[1]), [[[2, 3], [2, 2]], [[3, 4], [2, 2]]]),
    ("scatter_add", lambda x: x[0].scatter_add(1, torch.tensor([[0, 2], [1, 1]]), x[1]), [[[2, 3], [2, 2]], [[3, 4], [2, 2]]]),
    ("index_add", lambda x: x[0].index_add(0, torch.tensor([1, 1]), x[1], alpha=0.5), [[[2, 3], [2, 3]]]),
    ("index_copy", lambda x: x[0].index_copy(0, torch.tensor([1, 0]), x[1]), [[[3, 2], [2, 2]]]),
    ("cat", lambda x: torch.cat([x[0], x[1], x[0]], -1), [[[2, 3], [2, 1]], [[0], [3]], [[2, 0], [2, 2]]]),
    ("stack", lambda x: torch.stack([x[0], x[1]], 1), [[[2, 3], [2, 3]], [[4], [4]], [[0], [0]]]),
    ("chunk", lambda x: x[0].chunk(2, -1)[0] * 2, [[[2, 4]], [[3]]]),
    ("split", lambda x: x[0].split([1, 2], -1)[1], [[[2, 3]], [[0, 3]]]),
    ("flip", lambda x: x[0].flip(0), MATRICES),
    ("roll", lambda x: x[0].roll(1, -1), MATRICES),
    ("repeat", lambda x: x[0].repeat(2, 1, 3), [[[2, 3]], [[1, 2, 1]]]),
    ("repeat_interleave", lambda x: x[0].repeat_interleave(3, 0), MATRICES),
    ("tril", lambda x: x[0].tril(), MATRICES),
    ("triu", lambda x: x[0].triu(1), MATRICES),
    ("copy_", lambda x: copied(x[0]), [[[2, 3]], [[3]], [[1]]]),
    ("in place", lambda x: in_place(*x), [[[2, 3], [3]], [[4], [4]]]),
    ("mm", lambda x: x[0].mm(x[1]), PRODUCTS),
    ("bmm", lambda x: x[0].bmm(x[1]), [[[2, 2, 3], [2, 3, 4]], [[1, 1, 1], [1, 1, 1]], [[2, 0, 3], [2, 3, 2]], [[3, 9, 20], [3, 20, 7]]]),
    ("matmul broadcast", lambda x: x[0].matmul(x[1]), [[[2, 1, 2, 3], [2, 3, 2]], [[4], [4, 2]], [[2, 3], [3]], [[2, 2, 3], [3, 2]], [[3], [3]]]),
    ("linear", lambda x: F.linear(x[0], x[1], x[2]), [[[2, 3], [4, 3], [4]], [[3], [2, 3], [2]], [[2, 2, 3], [1, 3], [1]], [[0, 3], [2, 3], [2]], [[9, 20], [35, 20], [35]]]),
    ("embedding", lambda x: F.embedding(torch.tensor([[0, 1], [1, 1]]), x[0]), [[[2, 3]], [[3, 1]], [[5, 24]]]),
    ("embedding padding", lambda x: F.embedding(torch.tensor([[0, 1], [1, 2]]), x[0], padding_idx=1), [[[3, 4]]]),
    ("softmax", lambda x: x[0].softmax(-1), LINES + [[[5]], [[0, 4]]], -6, 6),
    ("softmax first", lambda x: x[0].softmax(0), LINES, -6, 6),
    ("log_softmax", lambda x: x[0].log_softmax(1), LINES, -6, 6),
    ("layer_norm", lambda x: F.layer_norm(x[0], x[0].shape[-1:], x[1], x[2]), [[[2, 3], [3], [3]], [[2, 2, 9], [9], [9]], [[3, 40], [40], [40]]]),
    ("layer_norm last two", lambda x: F.layer_norm(x[0], x[0].shape[-2:]), [[[2, 3, 4]]]),
    ("rms norm", lambda x: x[0] * torch.rsqrt(x[0].pow(2).mean(-1, True) + 1e-5) * x[1], [[[2, 3], [3]], [[2, 2, 9], [9]], [[3, 40], [40]]]),
    ("cross_entropy", lambda x: F.cross_entropy(x[0], torch.tensor([1, -100, 0])), [[[3, 2]], [[3, 11]], [[3, 40]]], -6, 6),
    ("cross_entropy sum", lambda x: F.cross_entropy(x[0], torch.tensor([1, 3, 0]), reduction="sum", ignore_index=3), [[[3, 4]]], -6, 6),
    ("cross_entropy none", lambda x: F.cross_entropy(x[0], torch.tensor([1, 0]), reduction="none"), [[[2, 5]]]),
    ("cross_entropy places", lambda x: F.cross_entropy(x[0], torch.tensor([[0, 3, 2], [1, -100, 3]]), reduction="none"), [[[2, 4, 3]]]),
    ("cross_entropy smooth", lambda x: F.cross_entropy(x[0], torch.tensor([1, 0]), label_smoothing=0.2), PAIR[:1]),
    ("cross_entropy weights", lambda x: weighted_class_loss(x[0], smooth_weights(x[0])), [[[4, 5]]]),
    ("cross_entropy weights smooth", lambda x: weighted_class_loss(x[0], smooth_weights(x[0]), label_smoothing=0.1), [[[4, 5]]]),
    ("cross_entropy weights none", lambda x: weighted_class_loss(x[0], smooth_weights(x[0]), reduction="none"), [[[4, 5]]]),
    ("cross_entropy soft", lambda x: F.cross_entropy(x[0], x[1].softmax(-1)), PAIR),
    ("nll_loss", lambda x: F.nll_loss(x[0].log_softmax(-1), torch.tensor([1, 0])), PAIR[:1]),
    ("kl_div", lambda x: F.kl_div(x[0].log_softmax(-1), x[1].log_softmax(-1), reduction="sum", log_target=True), PAIR),
    ("kl_div plain", lambda x: F.kl_div(x[0].log_softmax(-1), x[1].softmax(-1), reduction="mean"), PAIR),
    ("kl_div batchmean", lambda x: F.kl_div(x[0].log_softmax(-1), x[1].log_softmax(-1), reduction="batchmean", log_target=True), PAIR),
    ("kl_div none", lambda x: F.kl_div(x[0].log_softmax(-1), x[1].softmax(-1), reduction="none"), PAIR),
    ("mse", lambda x: F.mse_loss(x[0], x[1]), PAIR),
    ("normalize", lambda x: F.normalize(x[0], dim=-1), LINES),
    ("cosine", lambda x: F.cosine_similarity(x[0], x[1], dim=-1), PAIR),
    ("attention", lambda x: attention(*x), ATTENTION),
    ("attention causal", lambda x: attention(*x, causal=True), ATTENTION),
    ("attention bool mask", lambda x: attention(*x, mask=torch.ones(x[0].shape[-2], x[1].shape[-2], dtype=torch.bool).tril()), ATTENTION),
    ("attention added mask", lambda x: attention(*x, mask=(torch.arange(x[1].shape[-2], dtype=x[0].dtype) * 0.25).unsqueeze(0)), ATTENTION),
    ("attention mask gradient", lambda x: attention(*x), [[[1, 2, 3, 2], [1, 2, 3, 2], [1, 2, 3, 2], [3, 3]]]),
    ("attention heads split", lambda x: attention(heads(x[0]), heads(x[0]), heads(x[1])), [[[2, 5, 6], [2, 5, 6]]]),
    ("addcmul", lambda x: x[0].addcmul(x[1], x[2], value=0.5), THREE),
    ("addcdiv", lambda x: x[0].addcdiv(x[1], x[2], value=0.5), THREE, 0.5, 2),
    ("lerp", lambda x: x[0].lerp(x[1], x[2]), [[[2, 3], [2, 3], [2, 3]], [[4], [4], [4]]]),
    ("clamp tensors", lambda x: x[0].clamp(x[1] - 1, x[2] + 1), [[[2, 3], [2, 3], [2, 3]], [[2, 3], [3], [2, 1]]]),
    ("outer", lambda x: x[0].outer(x[1]), [[[3], [4]], [[1], [1]], [[0], [2]]]),
    ("mv", lambda x: x[0].mv(x[1]), [[[3, 4], [4]], [[1, 17], [17]]]),
    ("dot", lambda x: x[0].dot(x[1]), [[[5], [5]], [[1], [1]], [[37], [37]]]),
    ("addmm", lambda x: x[0].addmm(x[1], x[2], beta=0.5, alpha=2), [[[2, 4], [2, 3], [3, 4]], [[4], [2, 3], [3, 4]]]),
    ("exp2", lambda x: x[0].exp2(), ONE),
    ("log10", lambda x: x[0].log10(), ONE, 0.5, 2),
    ("square", lambda x: x[0].square(), ONE),
    ("var all", lambda x: x[0].var(), [[[2, 3]], [[5]]]),
    ("std dims", lambda x: x[0].std((0, -1), keepdim=True), [[[2, 3]], [[3, 2, 4]]]),
    ("amin dims", lambda x: x[0].amin((0, 1)), MATRICES),
    ("norm infinite", lambda x: x[0].norm(math.inf), LINES),
    ("diag", lambda x: x[0].diag(1), [[[3, 4]], [[3]]]),
    ("repeat_interleave tensor", lambda x: x[0].repeat_interleave(torch.tensor([2, 0, 1]), 1), [[[2, 3]], [[1, 3, 2]]]),
    ("index_fill", lambda x: x[0].index_fill(1, torch.tensor([0, 2]), 2.5), [[[2, 3]], [[1, 4, 2]]]),
    ("masked_select rows", lambda x: x[0].masked_select(torch.tensor([True, False, True])), [[[2, 3]], [[3]]]),
    ("put accumulated", lambda x: x[0].clone().index_put_((torch.tensor([0, 1, 0]),), x[1], accumulate=True), [[[2, 3], [3, 3]], [[2, 3], [3]]]),
    ("movedim", lambda x: x[0].movedim((0, 1), (2, 0)), [[[3, 1, 4]], [[2, 3, 4]]]),
    ("unflatten", lambda x: x[0].unflatten(-1, (2, -1)), [[[3, 4]], [[2]]]),
    ("unbind", lambda x: x[0].unbind(1)[-1], MATRICES),
    ("l1_loss", lambda x: F.l1_loss(x[0], x[1], reduction="sum"), PAIR),
    ("used twice", lambda x: x[0] * x[0] + x[0].exp() * x[0], ONE),
]

NAN, INF = math.nan, math.inf


def floats(*values):
    return torch.tensor(values)


def longs(*values):
    return torch.tensor(values, dtype=torch.int64)


WHOLE = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8]
COMPUTED = [torch.float32, torch.float64, *WHOLE, torch.bool]
SIGNED = longs(7, -7, 7, -7, 0, 6), longs(3, 3, -3, -3, 5, -2)
ODD = floats(1.5, NAN, -INF, 0.0, -0.0, INF, -2.5, 2.5, 0.5, -0.5, 1e-30, -1.0)
TIES = torch.tensor([[2.0, 5.0, 5.0, 1.0, 5.0], [3.0, 3.0, 3.0, 3.0, 3.0], [-1.0, 0.0, -0.0, NAN, 4.0]])


def edges(fn):
    """Kinks and ties: a value at the bound itself, zeros of both signs, equal values."""
    return [[floats(-1.0, -0.0, 0.0, 0.5, 0.5, 2.0)]], fn


def steps(make, x):
    """The first input after one step for each further input, taken as its gradient."""
    weight = x[0].clone().requires_grad_()
    optimizer = make([weight])
    for gradient in x[1:]:
        weight.grad = gradient.clone()
        optimizer.step()
    return weight.detach()


def clipped(x, largest, kind=2.0):
    weights = [torch.zeros_like(g).requires_grad_() for g in x]
    for weight, gradient in zip(weights, x):
        weight.grad = gradient.clone()
    norm = torch.nn.utils.clip_grad_norm_(weights, largest, kind)
    return [norm.reshape(()), *(w.grad for w in weights)]


def rates(make, count=12):
    """The learning rates of the steps 0, 1, … of a schedule on the rate 0.5."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.5)
    schedule = make(optimizer)
    seen = []
    for _ in range(count):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return torch.tensor(seen, dtype=torch.float64)


def walk(dtype):
    """A start and six gradients, among them zeros and large values."""
    generator = torch.Generator().manual_seed(11)
    x = [torch.randn(3, 7, dtype=dtype, generator=generator) for _ in range(7)]
    x[2][0] = 0
    x[3][1] *= 100
    return x


def rectangles(dtype):
    generator = torch.Generator().manual_seed(12)
    return [[torch.randn(*shape, dtype=dtype, generator=generator)] for shape in [(1, 1), (4, 4), (7, 3), (3, 7), (2, 5, 3)]]


def systems(dtype):
    generator = torch.Generator().manual_seed(13)
    return [[torch.randn(*a, dtype=dtype, generator=generator), torch.randn(*b, dtype=dtype, generator=generator)] for a, b in [((4, 4), (4, 2)), ((1, 1), (1, 3))]]


def tall(dtype):
    generator = torch.Generator().manual_seed(14)
    return [[torch.randn(8, 3, dtype=dtype, generator=generator), torch.randn(8, 2, dtype=dtype, generator=generator)]]


def rebuilt(x):
    u, s, vh = torch.linalg.svd(x, full_matrices=False)
    return (u * s.unsqueeze(-2)) @ vh


def half_inputs():
    """Every kind of rounding: neighbours and midpoints of the narrow formats, subnormals, the overflow bounds, random bits."""
    generator = torch.Generator().manual_seed(15)
    bits = torch.randint(0, 2**16, (40,), generator=generator, dtype=torch.int64)
    values = [0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 1e-45, -1e-45, 1.1754944e-38, 3.4028235e38, -3.4028235e38]
    for exponent in (-14, -15, -20, -24, -25, 0, 1, 10, 15):
        for fraction in (1.0, 1 + 2**-11, 1 + 2**-11 + 2**-22, 1 + 3 * 2**-11, 1 + 2**-8, 1 + 3 * 2**-8, 1 + 2**-8 + 2**-20, 2 - 2**-11):
            values += [fraction * 2.0**exponent, -fraction * 2.0**exponent]
    values += [65504.0, 65519.996, 65520.0, 65536.0, 3.3895314e38, 3.3961775e38, 9.2e-41, 4.6e-41, 4.5918e-41, 6.888e-41, 2.9802322e-08, 5.9604645e-08, 8.940697e-08]
    wide = torch.tensor(values, dtype=torch.float32)
    mixed = (torch.randn(80, generator=generator) * 10 ** torch.empty(80).uniform_(-9, 6, generator=generator)).float()
    return wide, mixed, bits.to(torch.int16)


def narrowings():
    wide, mixed, bits = half_inputs()
    rows = []
    for name, dtype in (("float16", torch.float16), ("bfloat16", torch.bfloat16)):
        rows.append((f"to {name}", [[wide], [mixed]], lambda x, dtype=dtype: x[0].detach().to(dtype)))
        rows.append((f"from {name}", [[bits.view(dtype)], [wide.to(dtype)]], lambda x: x[0].float()))
        rows.append((f"{name} to double", [[wide.to(dtype)]], lambda x: x[0].double()))
        rows.append((f"long to {name}", [[longs(0, 1, -1, 2049, 2051, 65519, 65520, 16777217)]], lambda x, dtype=dtype: x[0].detach().to(dtype)))
        rows.append((f"{name} moved", [[mixed.to(dtype).view(8, 10)]], lambda x: torch.cat([x[0].t()[2:5], x[0].t()[:1]], 0)))
    return rows


FIXED = [
    ("arange", [[]], lambda x: torch.arange(5)),
    ("arange step", [[]], lambda x: torch.arange(5, -5, -3)),
    ("arange float", [[]], lambda x: torch.arange(0, 1, 0.125, dtype=torch.float64)),
    ("linspace", [[]], lambda x: torch.linspace(-1, 2, 7, dtype=torch.float64)),
    ("eye", [[]], lambda x: torch.eye(3, 4)),
    ("full long", [[]], lambda x: torch.full((2, 2), -3, dtype=torch.int64)),
    ("tril ones", [[]], lambda x: torch.ones(3, 4, dtype=torch.bool).tril()),
    *((f"promote {op}", [[torch.tensor([1, 0, 1]).to(a), torch.tensor([1, 1, 0]).to(b)] for a in COMPUTED for b in COMPUTED], fn)
      for op, fn in (("add", lambda x: x[0] + x[1]), ("mul", lambda x: x[0] * x[1]))),
    ("promote div", [[torch.tensor([1, 0, 1]).to(a), torch.tensor([1, 2, 4]).to(b)] for a in COMPUTED for b in (torch.float32, torch.int64, torch.bool)
                     if b != torch.bool or a == torch.bool], lambda x: x[0] / x[1].maximum(torch.ones_like(x[1]))),
    ("promote zero dims", [[torch.tensor([1, 0]).to(a), torch.tensor(2).to(b)] for a in COMPUTED for b in (torch.float32, torch.float64, torch.int64, torch.int32)], lambda x: x[0] * x[1]),
    ("promote scalar", [[torch.tensor([1, 0, 1]).to(a)] for a in COMPUTED], lambda x: [x[0] * 2, x[0] * 2.5, x[0] + 1]),
    ("integers", [[SIGNED[0].to(t), SIGNED[1].to(t)] for t in WHOLE[:4]],
     lambda x: [x[0] + x[1], x[0] - x[1], x[0] * x[1], x[0].div(x[1], rounding_mode="floor"), x[0].div(x[1], rounding_mode="trunc"), x[0] / x[1], x[0].remainder(x[1]), -x[0], x[0].abs()]),
    ("integers wrap", [[torch.tensor([127, -128, 100], dtype=torch.int8), torch.tensor([1, -1, 100], dtype=torch.int8)], [torch.tensor([255, 0, 200], dtype=torch.uint8), torch.tensor([1, 1, 100], dtype=torch.uint8)]],
     lambda x: [x[0] + x[1], x[0] - x[1], x[0] * x[1]]),
    ("float division", [[floats(7.0, -7.0, 7.5, -7.5, 1.0, -1.0, 0.0, 5.0), floats(3.0, 3.0, -2.0, -2.0, 0.0, 0.0, 0.0, INF)]],
     lambda x: [x[0] / x[1], x[0].div(x[1], rounding_mode="floor"), x[0].div(x[1], rounding_mode="trunc"), x[0].remainder(x[1])]),
    ("rounding", [[ODD], [ODD.double()]], lambda x: [x[0].floor(), x[0].ceil(), x[0].trunc(), x[0].round(), x[0].sign(), x[0].abs()]),
    ("compare", [[ODD, ODD.flip(0)], [SIGNED[0], SIGNED[1]], [torch.zeros(0), torch.zeros(0)]], lambda x: [x[0] == x[1], x[0] != x[1], x[0] < x[1], x[0] <= x[1], x[0] > x[1], x[0] >= x[1]]),
    ("compare scalar", [[ODD], [SIGNED[0]]], lambda x: [x[0] == 0, x[0] > 0.5, x[0] <= 2]),
    ("logical", [[torch.tensor([True, True, False, False]), torch.tensor([True, False, True, False])], [floats(0.0, 1.0, NAN, -2.0), floats(0.0, 0.0, 1.0, 3.0)]],
     lambda x: [x[0].logical_and(x[1]), x[0].logical_or(x[1]), x[0].logical_xor(x[1]), x[0].logical_not()]),
    ("finite", [[ODD]], lambda x: [x[0].isnan(), x[0].isinf(), x[0].isfinite()]),
    ("all any", [[torch.tensor([[True, False], [True, True]])], [torch.zeros(0, dtype=torch.bool)]], lambda x: [x[0].all(), x[0].any(), x[0].all(0), x[0].any(0)]),
    ("nan propagates", [[floats(1.0, NAN, -3.0), floats(NAN, 1.0, 2.0)]], lambda x: [y.detach() for y in (x[0].maximum(x[1]), x[0].minimum(x[1]), x[0].relu(), x[0].clamp(-1, 1), x[0].max(), x[0].min(), x[0].amax(0), x[0].sum())]),
    ("sum whole", [[SIGNED[0].to(t).view(2, 3)] for t in (*WHOLE[:4], torch.bool)], lambda x: [x[0].sum(), x[0].sum(1), x[0].cumsum(1)]),
    ("sum of nothing", [[torch.zeros(0, 3)]], lambda x: [x[0].sum(), x[0].sum(0), x[0].sum(1), x[0].mean(0, keepdim=True), x[0].cumsum(0), x[0].var(0)]),
    ("mean of nothing", [[torch.zeros(0)]], lambda x: x[0].mean()),
    ("var of one", [[torch.ones(1, 3)]], lambda x: [x[0].var(0), x[0].std(0), x[0].var(0, unbiased=False)]),
    ("argmax", [[TIES], [TIES.long()[:2]], [torch.tensor([[3, 1, 1, 3]], dtype=torch.int32)]], lambda x: [x[0].argmax(), x[0].argmax(1), x[0].argmin(1), x[0].argmax(0, keepdim=True)]),
    ("max with place", [[TIES], [TIES.long()[:2]]], lambda x: [*x[0].max(1), *x[0].min(0)]),
    ("sort stable", [[TIES[:2]], [TIES.long()[:2]], [torch.zeros(2, 0)], [torch.ones(1)]], lambda x: [*x[0].sort(dim=-1, stable=True), *x[0].sort(dim=-1, descending=True, stable=True), *x[0].sort(dim=0, stable=True)]),
    ("sort nan", [[TIES[2:, 2:]], [floats(NAN, 1.0, -INF, INF)]], lambda x: [*x[0].sort(dim=-1, stable=True), *x[0].sort(dim=-1, descending=True, stable=True)]),
    ("topk whole", [[longs(5, 1, 9, 3, 7)], [floats(0.5, -2.0, 9.0, 3.0)]], lambda x: [*x[0].topk(3), *x[0].topk(2, largest=False), *x[0].topk(0)]),
    ("nonzero", [[torch.tensor([[0, 2], [3, 0]])], [torch.tensor([False, True, True])], [torch.zeros(0, 2)]], lambda x: x[0].nonzero()),
    ("masked_select", [[torch.tensor([[1, 2], [3, 4]]), torch.tensor([True, False])]], lambda x: x[0].masked_select(x[1])),
    ("one_hot", [[longs(2, 0, 1)]], lambda x: [F.one_hot(x[0]), F.one_hot(x[0], 4)]),
    ("where whole", [[torch.tensor([True, False, True]), longs(1, 2, 3), longs(-1, -2, -3)]], lambda x: torch.where(x[0], x[1], x[2])),
    ("masked_fill infinite", [[floats(1.0, 2.0, 3.0), torch.tensor([True, False, True])]], lambda x: x[0].masked_fill(x[1], -INF)),
    ("index whole", [[torch.arange(24).view(2, 3, 4), longs(-1, 0, 1)]], lambda x: [x[0][1], x[0][-1, :, 1:3], x[0][..., -2:], x[0][:, x[1]], x[0][:, -1:0], x[0][x[1] * 0, 0], x[0][:, :, 5:]]),
    ("gather whole", [[torch.arange(6).view(2, 3), torch.tensor([[2, 0], [1, 1]])]], lambda x: [x[0].gather(1, x[1]), x[0].scatter(1, x[1][:, :1], x[1][:, :1]), x[0].scatter_add(1, x[1], x[1]), x[0].index_select(1, x[1][0])]),
    ("cat types", [[torch.arange(2), torch.ones(2)], [torch.ones(2, dtype=torch.bool), torch.arange(2)]], lambda x: torch.cat([x[0], x[1]])),
    ("casts", [[floats(1.9, -1.9, 0.0, 3e5, -0.5)]], lambda x: [x[0].long(), x[0].int(), x[0].bool(), x[0].double(), (x[0] / 1e4).to(torch.int16), (x[0] / 1e4).to(torch.int8)]),
    ("casts whole", [[longs(0, 1, -1, 300, 16777217, -(2**53) - 1)]], lambda x: [x[0].float(), x[0].double(), x[0].int(), x[0].to(torch.uint8), x[0].to(torch.int8), x[0].bool()]),
    ("double to float16", [[torch.tensor([1 + 2**-11 + 2**-20, 1 + 2**-11 + 2**-30, 1 + 3 * 2**-11 - 2**-30, 65519.999], dtype=torch.float64)]], lambda x: x[0].detach().to(torch.float16)),
    ("cast double", [[torch.tensor([0.1, 1 + 2**-24, 1 + 2**-24 + 2**-50, 1e-46, 1e39, NAN, -INF], dtype=torch.float64)]], lambda x: x[0].float()),
    ("roll flip whole", [[torch.arange(6).view(2, 3)]], lambda x: [x[0].roll(1), x[0].roll((1, -1), (0, 1)), x[0].flip(0, 1), x[0].roll(-4, 1)]),
    ("split whole", [[torch.arange(7)]], lambda x: [*x[0].split(3), *x[0].chunk(3), *x[0].split([2, 0, 5])]),
    ("relu edges", *edges(lambda x: x[0].relu())),
    ("abs edges", *edges(lambda x: x[0].abs())),
    ("clamp edges", *edges(lambda x: x[0].clamp(-1, 0.5))),
    ("maximum edges", [[floats(1.0, 2.0, 0.0), floats(1.0, 1.0, -0.0)]], lambda x: x[0].maximum(x[1])),
    ("amax ties", [[torch.tensor([[2.0, 2.0, 1.0], [0.0, 3.0, 3.0]])]], lambda x: x[0].amax(1)),
    ("max ties", [[torch.tensor([[2.0, 2.0, 1.0], [0.0, 3.0, 3.0]])]], lambda x: x[0].max(1).values),
    ("max of all ties", [[floats(3.0, 1.0, 3.0)]], lambda x: x[0].max()),
    ("norm of zero", [[torch.zeros(3)]], lambda x: x[0].norm()),
    ("pow edges", *edges(lambda x: x[0].pow(2) + x[0].pow(0) + x[0].pow(1) + x[0].pow(3))),
    ("softmax masked", [[torch.tensor([[1.0, -INF, 2.0], [-INF, 0.5, -INF]])]], lambda x: x[0].softmax(-1)),
    ("softmax all masked", [[torch.tensor([[-INF, -INF], [0.0, 0.0]])]], lambda x: x[0].softmax(-1).detach()),
    ("softmax large", [[torch.tensor([[1e4, -1e4, 9999.0], [88.0, 89.0, 90.0]])]], lambda x: [x[0].softmax(-1), x[0].log_softmax(-1), x[0].logsumexp(-1).detach()]),
    ("logsumexp masked", [[torch.tensor([[1.0, -INF, 2.0]])]], lambda x: x[0].logsumexp(-1)),
    ("logsumexp all masked", [[torch.tensor([[-INF, -INF]])]], lambda x: x[0].logsumexp(-1).detach()),
    ("cross_entropy large", [[torch.tensor([[1e4, 9999.0, -1e4], [88.0, 89.0, 90.0]])]], lambda x: F.cross_entropy(x[0].detach(), longs(1, 2), reduction="none")),
    ("cross_entropy all ignored", [[torch.ones(2, 3)]], lambda x: F.cross_entropy(x[0], longs(-100, -100)).detach()),
    ("kl_div zero target", [[floats(-1.0, -2.0), floats(0.0, 1.0)]], lambda x: F.kl_div(x[0], x[1].detach(), reduction="none")),
    ("small log1p", [[torch.tensor([1e-3, -1e-5, 1e-9, 1e-20, 0.0], dtype=t)] for t in (torch.float32, torch.float64)], lambda x: [x[0].log1p() / x[0].detach(), x[0].expm1() / x[0].detach()]),
    *((f"svd {name}", [c for t in (torch.float32, torch.float64) for c in rectangles(t)], fn) for name, fn in (
        ("values", lambda x: torch.linalg.svdvals(x[0])), ("rebuilt", lambda x: rebuilt(x[0])))),
    ("qr", [c for t in (torch.float32, torch.float64) for c in rectangles(t)], lambda x: [(torch.linalg.qr(x[0])[0] @ torch.linalg.qr(x[0])[1]).detach(), torch.linalg.qr(x[0])[1].abs().detach()]),
    ("qr tall", [c for t in (torch.float32, torch.float64) for c in rectangles(t)[:3]], lambda x: [torch.linalg.qr(x[0])[0] @ torch.linalg.qr(x[0])[1], torch.linalg.qr(x[0])[1].abs()]),
    ("pinv", [c for t in (torch.float32, torch.float64) for c in rectangles(t)], lambda x: torch.linalg.pinv(x[0])),
    ("solve", [c for t in (torch.float32, torch.float64) for c in systems(t)], lambda x: [torch.linalg.solve(x[0], x[1]), torch.linalg.inv(x[0])]),
    ("lstsq", [c for t in (torch.float32, torch.float64) for c in tall(t)], lambda x: torch.linalg.lstsq(x[0], x[1]).solution),
    ("lstsq rank", [[torch.tensor([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0 + gap]], dtype=torch.float64)] for gap in (0.0, 1e-9, 1.0)],
     lambda x: torch.linalg.lstsq(x[0].detach(), x[0].detach(), driver="gelsd").rank),
    ("matrix norms", [c for t in (torch.float32, torch.float64) for c in rectangles(t)[1:4]],
     lambda x: [torch.linalg.norm(x[0].detach(), p) for p in (1, -1, 2, -2, INF, -INF)] + [torch.linalg.norm(x[0].detach()), torch.linalg.norm(x[0].detach(), 1, (1, 0), True)]),
    ("vector norms", [[ODD[6:]]], lambda x: [torch.linalg.vector_norm(x[0], p).detach() for p in (0, 1, 2, 3, INF, -INF)]),
    ("clip above", [walk(t)[1:4] for t in (torch.float32, torch.float64)], lambda x: clipped([g.detach() for g in x], 1.5)),
    ("clip below", [walk(t)[1:3] for t in (torch.float32, torch.float64)], lambda x: clipped([g.detach() for g in x], 1000)),
    ("clip largest", [walk(t)[1:4] for t in (torch.float32, torch.float64)], lambda x: clipped([g.detach() for g in x], 1.5, INF)),
    *((name, [walk(t) for t in (torch.float32, torch.float64)], lambda x, make=make: steps(make, [v.detach() for v in x])) for name, make in (
        ("SGD", lambda w: torch.optim.SGD(w, 0.1)),
        ("SGD decay", lambda w: torch.optim.SGD(w, 0.1, weight_decay=0.05)),
        ("SGD momentum", lambda w: torch.optim.SGD(w, 0.1, momentum=0.9, dampening=0.3)),
        ("SGD nesterov", lambda w: torch.optim.SGD(w, 0.1, momentum=0.9, nesterov=True, weight_decay=0.01)),
        ("SGD maximize", lambda w: torch.optim.SGD(w, 0.1, maximize=True)),
        ("Adam", lambda w: torch.optim.Adam(w, 0.05)),
        ("Adam decay", lambda w: torch.optim.Adam(w, 0.05, (0.8, 0.95), 1e-6, 0.1)),
        ("Adam amsgrad", lambda w: torch.optim.Adam(w, 0.05, amsgrad=True)),
        ("AdamW", lambda w: torch.optim.AdamW(w, 0.05, weight_decay=0)),
        ("AdamW decay", lambda w: torch.optim.AdamW(w, 0.05, (0.8, 0.95), 1e-6, 0.1)),
        ("AdamW amsgrad", lambda w: torch.optim.AdamW(w, 0.05, weight_decay=0.1, amsgrad=True, maximize=True)))),
    ("LambdaLR", [[]], lambda x: rates(lambda o: torch.optim.lr_scheduler.LambdaLR(o, lambda n: min(1.0, (n + 1) / 4) * 0.9**n))),
    ("StepLR", [[]], lambda x: rates(lambda o: torch.optim.lr_scheduler.StepLR(o, 4, 0.5))),
    ("MultiStepLR", [[]], lambda x: rates(lambda o: torch.optim.lr_scheduler.MultiStepLR(o, [2, 7], 0.1))),
    ("MultiplicativeLR", [[]], lambda x: rates(lambda o: torch.optim.lr_scheduler.MultiplicativeLR(o, lambda n: 0.9 + 0.01 * n))),
    ("ExponentialLR", [[]], lambda x: rates(lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.9))),
    ("CosineAnnealingLR", [[]], lambda x: rates(lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 10, 0.05))),
    ("LinearLR", [[]], lambda x: rates(lambda o: torch.optim.lr_scheduler.LinearLR(o, 0.25, 1.0, 5))),
    ("ConstantLR", [[]], lambda x: rates(lambda o: torch.optim.lr_scheduler.ConstantLR(o, 0.25, 5))),
    ("PolynomialLR", [[]], lambda x: rates(lambda o: torch.optim.lr_scheduler.PolynomialLR(o, 8, 2.0))),
    ("SequentialLR", [[]], lambda x: rates(lambda o: torch.optim.lr_scheduler.SequentialLR(
        o, [torch.optim.lr_scheduler.LinearLR(o, 0.1, 1.0, 4), torch.optim.lr_scheduler.ExponentialLR(o, 0.5)], [4]))),
    *narrowings(),
]
