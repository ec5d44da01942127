"""Builds TransformerLens's HookedTransformer from exported files and counts the answers that are not the interpreter's.

    rasp run PROGRAM --inputs INPUTS --json > ANSWERS
    rasp compile PROGRAM -o models
    rasp export models/NAME.json --to transformer-lens
    python3 hooked_transformer.py models/NAME ANSWERS

Runs three times: the config as it is; with TransformerLens's own scale, folded into the queries; and with the weights of
the compiled model itself, which have the same names and shapes where none of them is empty. Exit code 1 where an answer
differs.
"""

import json
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from transformer_lens import HookedTransformer, HookedTransformerConfig

BUFFERS = ("attn.mask", "attn.IGNORE")


def build(config, state):
    model = HookedTransformer(HookedTransformerConfig.from_dict(dict(config, device="cpu")))
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected, unexpected
    assert all(name.endswith(BUFFERS) for name in missing), missing
    return model


def read(row, output):
    """The value that an output's logits name: the largest's, or that of the nearest code. A fraction is [numerator, denominator]."""
    logits = row[output["first"]:]
    if output["codes"]:
        codes = torch.tensor(output["codes"], dtype=torch.float64)
        best = (codes - logits[0].double()).abs().argmin()
    else:
        best = logits[: len(output["values"])].argmax()
    value = output["values"][int(best)]
    return value[0] / value[1] if isinstance(value, list) else value


def wrong(model, metadata, answers):
    vocabulary = json.loads(metadata["vocabulary"])
    outputs = {output["name"]: output for output in json.loads(metadata["outputs"])}
    count = 0
    for answer in answers:
        ids = [int(metadata["beginning_of_sequence"])] + [vocabulary.index(token) for token in answer["input"]]
        logits = model(torch.tensor([ids]))[0, 1:]
        count += [read(row, outputs[answer["export"]]) for row in logits] != answer["values"]
    return count


def main(stem, answers_path):
    config = json.load(open(stem + ".transformer_lens.json"))
    weights = stem + ".transformer_lens.safetensors"
    state = load_file(weights)
    with safe_open(weights, "pt") as file:
        metadata = file.metadata()
    answers = [json.loads(line) for line in open(answers_path)]
    answers = [answer for answer in answers if answer["export"] == metadata["name"]]

    scale = config["d_head"] ** 0.5
    scaled = {name: value * scale if name.endswith((".attn.W_Q", ".attn.b_Q")) else value for name, value in state.items()}
    compiled = {name: value if value.numel() else state[name] for name, value in load_file(stem + ".safetensors").items()}
    counts = {
        "exported": wrong(build(config, state), metadata, answers),
        "default scale": wrong(build(dict(config, use_attn_scale=True), scaled), metadata, answers),
        "compiled": wrong(build(config, compiled), metadata, answers),
    }
    print(f"{metadata['name']}: {len(answers)} inputs; wrong: {counts}")
    return 1 if any(counts.values()) or not answers else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
