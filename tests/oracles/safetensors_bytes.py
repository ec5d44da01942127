"""The safetensors format written by hand: a little-endian length, a JSON header, the data. Independent of the code under test."""

import json
import struct

import torch

NAMES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16",
    torch.int64: "I64", torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}
PLAIN = {torch.bfloat16: torch.int16}


def raw(tensor):
    tensor = tensor.detach().contiguous()
    return tensor.view(PLAIN.get(tensor.dtype, tensor.dtype)).numpy().tobytes()


def pack(tensors, metadata=None):
    """The bytes of a file with the tensors of a dictionary, in its order."""
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, tensor in tensors.items():
        piece = raw(tensor)
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(piece)]}
        data += piece
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data
