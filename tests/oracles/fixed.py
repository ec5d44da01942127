"""The operations on given inputs whose golden values golden.py writes, under the names that GoldenTable.cs gives them.

A row is (name, cases, function of a list of tensors); a case is a list of inputs, and a float input has a gradient where the
output depends on it.
"""

import math

import torch
import torch.nn.functional as F

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
# Zero and infinite bases, zero exponents: where the formulas of the gradients give 0·∞. Alone and broadcast.
POWERS = [
    [floats(0.0, 0.0, 0.0, 0.0, -0.0, 2.0, -2.0, INF, INF, 0.0), floats(0.0, 2.0, 0.5, 1.0, 3.0, 0.0, 0.0, 0.0, 2.0, -1.0)],
    [torch.tensor([[0.0], [2.0]]), floats(0.0, 1.0, 3.0)],
    [torch.tensor([0.0, 3.0], dtype=torch.float64), torch.tensor(0.0, dtype=torch.float64)],
]


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
    ("pow tensor edges", POWERS, lambda x: x[0].pow(x[1])),
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
