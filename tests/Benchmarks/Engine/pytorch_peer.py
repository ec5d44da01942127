"""The PyTorch side of the benchmarks: measures what it is asked for and answers in seconds.

Started as `python3 pytorch_peer.py THREADS CONFIG` (CONFIG: a Hugging Face config.json of a Llama model). Reads lines
"NAME, a tab, REPEATS", answers with the seconds that REPEATS calls took, or "?" for a name it does not know.
"""
import json
import math
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = sys.argv[1]
import torch  # noqa: E402
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(1)
config = json.load(open(sys.argv[2]))
# Constants that the C# side has too.
WIDTH, HEADS, FEED_FORWARD, VOCABULARY, LAYERS, BATCH, LENGTH = 128, 4, 512, 256, 2, 16, 64
LLAMA_BATCH, LLAMA_LENGTH = 16, 256
ROWS, COLUMNS = 1024, 512


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = torch.nn.LayerNorm(WIDTH), torch.nn.LayerNorm(WIDTH)
        self.qkv, self.out = torch.nn.Linear(WIDTH, 3 * WIDTH), torch.nn.Linear(WIDTH, WIDTH)
        self.up, self.down = torch.nn.Linear(WIDTH, FEED_FORWARD), torch.nn.Linear(FEED_FORWARD, WIDTH)

    def forward(self, x, mask):
        b, t, d = x.shape
        q, k, v = (y.view(b, t, HEADS, d // HEADS).transpose(1, 2).reshape(b * HEADS, t, d // HEADS) for y in self.qkv(self.norm1(x)).split(d, 2))
        weights = torch.baddbmm(mask, q, k.transpose(1, 2), alpha=1 / math.sqrt(d // HEADS)).softmax(-1)
        mixed = torch.bmm(weights, v).view(b, HEADS, t, d // HEADS).transpose(1, 2).reshape(b, t, d)
        x = x + self.out(mixed)
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.token, self.position = torch.nn.Embedding(VOCABULARY, WIDTH), torch.nn.Embedding(LENGTH, WIDTH)
        self.blocks = torch.nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm, self.head = torch.nn.LayerNorm(WIDTH), torch.nn.Linear(WIDTH, VOCABULARY)
        self.register_buffer("mask", torch.full((LENGTH, LENGTH), -math.inf).triu(1))

    def forward(self, ids):
        x = self.token(ids) + self.position.weight
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(self.norm(x))


class LlamaLayer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        d, f = config["hidden_size"], config["intermediate_size"]
        self.heads, self.shared = config["num_attention_heads"], config["num_key_value_heads"]
        self.size = d // self.heads
        linear = lambda n, m: torch.nn.Linear(n, m, bias=False)
        self.q, self.k, self.v, self.o = linear(d, d), linear(d, self.shared * self.size), linear(d, self.shared * self.size), linear(d, d)
        self.gate, self.up, self.down = linear(d, f), linear(d, f), linear(f, d)
        self.norm1, self.norm2 = torch.nn.Parameter(torch.ones(d)), torch.nn.Parameter(torch.ones(d))

    def forward(self, x, cos, sin, mask):
        b, t, d = x.shape
        h = rms(x, self.norm1)
        q = rotate(self.q(h).view(b, t, self.heads, self.size).transpose(1, 2), cos, sin)
        k = rotate(self.k(h).view(b, t, self.shared, self.size).transpose(1, 2), cos, sin)
        v = self.v(h).view(b, t, self.shared, self.size).transpose(1, 2)
        group = self.heads // self.shared
        k, v = (y[:, :, None].expand(b, self.shared, group, t, self.size).reshape(b * self.heads, t, self.size) for y in (k, v))
        weights = torch.baddbmm(mask, q.reshape(b * self.heads, t, self.size), k.transpose(1, 2), alpha=1 / math.sqrt(self.size)).softmax(-1)
        mixed = torch.bmm(weights, v).view(b, self.heads, t, self.size).transpose(1, 2).reshape(b, t, d)
        x = x + self.o(mixed)
        h = rms(x, self.norm2)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Llama(torch.nn.Module):
    def __init__(self):
        super().__init__()
        d, size = config["hidden_size"], config["hidden_size"] // config["num_attention_heads"]
        self.token = torch.nn.Parameter(torch.randn(config["vocab_size"], d) * 0.02)
        self.layers = torch.nn.ModuleList(LlamaLayer() for _ in range(config["num_hidden_layers"]))
        self.norm = torch.nn.Parameter(torch.ones(d))
        angles = torch.arange(LLAMA_LENGTH)[:, None] * config["rope_theta"] ** (-torch.arange(0, size, 2) / size)
        self.register_buffer("cos", torch.cat([angles.cos()] * 2, -1))
        self.register_buffer("sin", torch.cat([angles.sin()] * 2, -1))
        self.register_buffer("mask", torch.full((LLAMA_LENGTH, LLAMA_LENGTH), -math.inf).triu(1))

    def forward(self, ids):
        x = F.embedding(ids, self.token)
        for layer in self.layers:
            x = layer(x, self.cos, self.sin, self.mask)
        return F.linear(rms(x, self.norm), self.token)


def rms(x, weight):
    return x * (x * x).mean(-1, keepdim=True).add(1e-5).rsqrt() * weight


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


def trainer(model, batch, length, vocabulary):
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3, foreach=True)
    ids, targets = torch.randint(vocabulary, (batch, length)), torch.randint(vocabulary, (batch * length,))

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(ids).view(batch * length, vocabulary), targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        loss.item()

    return step


def forward_backward(operation):
    x, gradient = torch.randn(ROWS, COLUMNS, requires_grad=True), torch.randn(ROWS, COLUMNS)

    def run():
        x.grad = None
        operation(x).backward(gradient)

    return run


def without_gradient(operation):
    x, y = torch.randn(ROWS, COLUMNS), torch.randn(ROWS, COLUMNS)

    def run():
        with torch.no_grad():
            operation(x, y)

    return run


weight, bias = torch.ones(COLUMNS, requires_grad=True), torch.zeros(COLUMNS, requires_grad=True)
small, small2 = torch.randn(16), torch.randn(16)
contests = {
    "gpt step": lambda: trainer(Gpt(), BATCH, LENGTH, VOCABULARY),
    "llama step": lambda: trainer(Llama(), LLAMA_BATCH, LLAMA_LENGTH, config["vocab_size"]),
    "add": lambda: without_gradient(lambda x, y: x + y),
    "add of 16 numbers": lambda: lambda: small + small2,
    "multiply, broadcast row": lambda: without_gradient(lambda x, y: x * y[0]),
    "exp": lambda: without_gradient(lambda x, y: x.exp()),
    "sum of rows": lambda: without_gradient(lambda x, y: x.sum(-1)),
    "transposed copy": lambda: without_gradient(lambda x, y: x.t().contiguous()),
    "softmax": lambda: forward_backward(lambda x: x.softmax(-1)),
    "layer norm": lambda: forward_backward(lambda x: F.layer_norm(x, [COLUMNS], weight, bias)),
    "RMS norm": lambda: forward_backward(lambda x: rms(x, weight)),
    "gelu": lambda: forward_backward(F.gelu),
    "gelu, tanh": lambda: forward_backward(lambda x: F.gelu(x, approximate="tanh")),
    "silu": lambda: forward_backward(F.silu),
}
made = {}
print(torch.__version__, flush=True)
for line in sys.stdin:
    name, repeats = line.rstrip("\n").split("\t")
    if name not in contests:
        print("?", flush=True)
        continue
    run = made.setdefault(name, None) or contests[name]()
    made[name] = run
    start = time.perf_counter()
    for _ in range(int(repeats)):
        run()
    print(time.perf_counter() - start, flush=True)
