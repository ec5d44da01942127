"""Ten training steps of a small decoder-only transformer, whose losses the engine must reproduce.

    /usr/bin/python3 tests/oracles/loss_curve.py

writes tests/TorchSharp.Managed.Tests/Golden/loss_curve.json. Written with PyTorch 1.13.0 (Debian 12).

Weights and tokens come from a formula in whole numbers, so that both sides have them exactly without storing them: the
n-th value drawn is u(n)/2^24 − 1/2 with u(n) the upper 24 bits of the 32-bit word (n + 1)·2654435761 after two rounds of
w ← (w xor w >> 15)·2246822519. LossCurveTests.cs is the same model on the engine.

The model: vocabulary 61, width 64, 4 heads, 2 layers, learned positions, pre-norm blocks (attention, then gelu at width 256),
a final norm and an unembedding tied to the embedding. AdamW with weight decay 0.1 on matrices only, gradients clipped to norm 1,
the rate warmed up over four steps and then decayed. AdamW divides by √v + 1e-6: the bias of the keys has no effect, and a
smaller ε would magnify the rounding that is its gradient.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

VOCABULARY, WIDTH, HEADS, LAYERS, LENGTH, BATCH, STEPS = 61, 64, 4, 2, 24, 6, 10
TARGET = pathlib.Path(__file__).parent.parent / "TorchSharp.Managed.Tests" / "Golden" / "loss_curve.json"


class Formula:
    def __init__(self):
        self.drawn = 0

    def whole(self, count):
        """The next values of u, each a whole number below 2^24."""
        n = torch.arange(self.drawn, self.drawn + count, dtype=torch.int64)
        self.drawn += count
        word = (n + 1) * 2654435761 % 2**32
        for _ in range(2):
            word = (word ^ (word >> 15)) * 2246822519 % 2**32
        return word >> 8

    def weights(self, *shape, size):
        values = self.whole(math.prod(shape)).double() / 2**24 - 0.5
        return (values * size).float().reshape(shape).requires_grad_()

    def tokens(self, *shape):
        return (self.whole(math.prod(shape)) % VOCABULARY).reshape(shape)


def model(formula):
    w = {"embed": formula.weights(VOCABULARY, WIDTH, size=0.5), "positions": formula.weights(LENGTH, WIDTH, size=0.5)}
    for layer in range(LAYERS):
        for name, shape in (("qkv", (3 * WIDTH, WIDTH)), ("out", (WIDTH, WIDTH)), ("up", (4 * WIDTH, WIDTH)), ("down", (WIDTH, 4 * WIDTH))):
            w[f"{layer}.{name}"] = formula.weights(*shape, size=0.25)
            w[f"{layer}.{name}.bias"] = torch.zeros(shape[0], requires_grad=True)
        for name in ("norm1", "norm2"):
            w[f"{layer}.{name}"] = torch.ones(WIDTH, requires_grad=True)
            w[f"{layer}.{name}.bias"] = torch.zeros(WIDTH, requires_grad=True)
    w["norm"] = torch.ones(WIDTH, requires_grad=True)
    w["norm.bias"] = torch.zeros(WIDTH, requires_grad=True)
    return w


def forward(w, tokens):
    """Logits (B, T, V) for tokens (B, T)."""
    B, T = tokens.shape
    mask = torch.ones(T, T, dtype=torch.bool).tril()
    x = F.embedding(tokens, w["embed"]) + w["positions"][:T]
    for layer in range(LAYERS):
        def linear(name, x):
            return F.linear(x, w[f"{layer}.{name}"], w[f"{layer}.{name}.bias"])

        def norm(name, x):
            return F.layer_norm(x, (WIDTH,), w[f"{layer}.{name}"], w[f"{layer}.{name}.bias"])

        q, k, v = linear("qkv", norm("norm1", x)).view(B, T, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-2, -1) / math.sqrt(WIDTH // HEADS)).masked_fill(~mask, -math.inf)
        z = (scores.softmax(-1) @ v).transpose(1, 2).reshape(B, T, WIDTH)
        x = x + linear("out", z)
        x = x + linear("down", F.gelu(linear("up", norm("norm2", x))))
    return F.linear(F.layer_norm(x, (WIDTH,), w["norm"], w["norm.bias"]), w["embed"])


def main():
    torch.set_num_threads(1)
    formula = Formula()
    w = model(formula)
    data = formula.tokens(3, BATCH, LENGTH + 1)
    optimizer = torch.optim.AdamW([
        {"params": [p for p in w.values() if p.ndim > 1], "weight_decay": 0.1},
        {"params": [p for p in w.values() if p.ndim == 1], "weight_decay": 0.0},
    ], lr=0.01, betas=(0.9, 0.95), eps=1e-6)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: min((n + 1) / 4, 1.0) * 0.95**n)
    losses, norms = [], []
    for step in range(STEPS):
        # Three batches in turn: the loss falls, and late steps depend on all the early ones.
        tokens = data[step % 3]
        logits = forward(w, tokens[:, :-1])
        loss = F.cross_entropy(logits.reshape(-1, VOCABULARY), tokens[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(w.values(), 1.0).item())
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    report = {"losses": losses, "gradient_norms": norms, "parameter_norms": {name: p.detach().double().norm().item() for name, p in w.items()}}
    TARGET.write_text(json.dumps(report, indent=1) + "\n")
    print(losses, norms)


if __name__ == "__main__":
    main()
