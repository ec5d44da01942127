"""Safetensors files written by hand, for the tests of the reader.

    /usr/bin/python3 tests/oracles/safetensors_files.py

writes tests/Rasp.Compiler.Tests/Format/Golden. dtypes.safetensors has every dtype, in an order that leaves elements unaligned,
with the smallest, the largest and a plain value of each; shapes.safetensors has a scalar, empty tensors, names of every kind and
metadata; bare.safetensors has no tensor.
"""

import pathlib
import struct

import torch

from safetensors_bytes import pack

FOLDER = pathlib.Path(__file__).parent.parent / "Rasp.Compiler.Tests" / "Format" / "Golden"


def main():
    dtypes = {}
    for name, dtype in (("u8", torch.uint8), ("i64", torch.int64), ("i8", torch.int8), ("i32", torch.int32), ("i16", torch.int16)):
        info = torch.iinfo(dtype)
        dtypes[name] = torch.tensor([info.min, info.max, 5], dtype=dtype)
    dtypes["bool"] = torch.tensor([True, False, True])
    for name, dtype in (("f16", torch.float16), ("f64", torch.float64), ("bf16", torch.bfloat16), ("f32", torch.float32)):
        info = torch.finfo(dtype)
        dtypes[name] = torch.tensor([info.min, info.tiny, -1.5], dtype=dtype)
    shapes = {
        "": torch.tensor(2.5),
        "none": torch.zeros(3, 0, 2),
        "α/β \"quoted\"\n": torch.arange(6, dtype=torch.int64).view(1, 2, 3),
        "last": torch.zeros(0),
    }
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "dtypes.safetensors").write_bytes(pack(dtypes))
    (FOLDER / "shapes.safetensors").write_bytes(pack(shapes, {"format": "pt", "γ": ""}))
    (FOLDER / "bare.safetensors").write_bytes(struct.pack("<Q", 2) + b"{}")


if __name__ == "__main__":
    main()
