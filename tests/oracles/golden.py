"""Golden values of every operation: inputs, outputs and gradients, computed by PyTorch.

    /usr/bin/python3 tests/oracles/golden.py

writes tests/TorchSharp.Managed.Tests/Golden/golden.json and golden.safetensors. Written with PyTorch 1.13.0 (Debian 12);
another version may differ in the last bits.

golden.json lists the cases in order; a case gives the operation's name, its inputs and outputs as "DTYPE[shape]", and whether
gradients follow. golden.safetensors has one flat tensor for each dtype, in which the values lie in the order of the cases:
inputs, outputs, then the gradient of each float input for the loss Σ output·w with w_i = (2·(7i mod 11) − 9)/8, which every
format holds exactly.
"""

import json
import pathlib
import zlib

import torch

from differentiable import DIFFERENTIABLE
from fixed import FIXED
from safetensors_bytes import NAMES, pack

FOLDER = pathlib.Path(__file__).parent.parent / "TorchSharp.Managed.Tests" / "Golden"


def drawn(name, shapes, dtype, low=-1.5, high=1.5):
    """Values spread evenly over [low, high] in random order: no two are close, none is near a kink at 0; exact in float32."""
    generator = torch.Generator().manual_seed(zlib.crc32(repr((name, shapes)).encode()))
    tensors = []
    for shape in shapes:
        n = int(torch.Size(shape).numel())
        values = low + (high - low) * (torch.randperm(n, generator=generator) + 0.37) / max(n, 1)
        tensors.append(values.float().to(dtype).reshape(shape))
    return tensors


def loss_weights(output):
    i = torch.arange(output.numel())
    return ((2 * (7 * i % 11) - 9) / 8).to(output.dtype).reshape(output.shape)


class Writer:
    def __init__(self):
        self.index, self.values = [], {}

    def put(self, tensor):
        self.values.setdefault(NAMES[tensor.dtype], []).append(tensor.detach().reshape(-1))
        return f"{NAMES[tensor.dtype]}[{','.join(map(str, tensor.shape))}]"

    def case(self, name, function, inputs):
        leaves = [x.clone().requires_grad_() if x.dtype in (torch.float32, torch.float64) else x for x in inputs]
        outputs = function(leaves)
        outputs = [outputs] if isinstance(outputs, torch.Tensor) else list(outputs)
        loss = sum((y * loss_weights(y)).sum() for y in outputs if y.requires_grad)
        differentiable = isinstance(loss, torch.Tensor)
        entry = {"name": name, "in": [self.put(x) for x in inputs], "out": [self.put(y) for y in outputs]}
        if differentiable:
            loss.backward()
            entry["grad"] = True
            for x in leaves:
                if x.requires_grad:
                    self.put(torch.zeros_like(x) if x.grad is None else x.grad)
        self.index.append(entry)


def main():
    writer = Writer()
    for name, function, shapes, *bounds in DIFFERENTIABLE:
        for dtype in (torch.float32, torch.float64):
            for case in shapes:
                writer.case(name, function, drawn(name, case, dtype, *bounds))
    for name, cases, function in FIXED:
        for inputs in cases:
            writer.case(name, function, inputs)
    FOLDER.mkdir(exist_ok=True)
    lines = ",\n".join(json.dumps(entry) for entry in writer.index)
    (FOLDER / "golden.json").write_text(f"[\n{lines}\n]\n")
    (FOLDER / "golden.safetensors").write_bytes(pack({name: torch.cat(parts) for name, parts in writer.values.items()}))
    print(f"{len(writer.index)} cases, {sum(sum(p.numel() for p in parts) for parts in writer.values.values())} values")


if __name__ == "__main__":
    main()
