"""The differentiable operations whose golden values golden.py writes, under the names that OperationTable.cs gives them.

A row is (name, function of a list of tensors, shapes, low, high); the inputs are drawn.
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
