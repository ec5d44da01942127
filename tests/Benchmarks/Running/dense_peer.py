"""A dense forward pass in numpy with the shapes that Tracr gives to its programs, timed from within.

Argument 1 is the number of threads. Says numpy's version and the library of its products, then reads `forward NAME REPEATS` a line and answers with the seconds that
so many passes over one input took. The weights are random: dense products take the same time whatever the values.
"""
import os
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = sys.argv[1]

import numpy as np  # noqa: E402

N = 50  # tokens, and one more position for the beginning of the sequence
# Layers, d_model and parameters as measured of Tracr's models at n = 50; key size and hidden units make up the parameters:
# layers · d_model · (4 · key + 2 · hidden).
SHAPES = {"reverse": (4, 325, 110, 2550), "sort": (3, 625, 505, 510)}


def make(layers, d, key, hidden):
    random = np.random.default_rng(0)

    def matrix(rows, columns):
        return (random.standard_normal((rows, columns)) / np.sqrt(rows)).astype(np.float32)

    return matrix(N + 1, d), [
        (matrix(d, key), matrix(d, key), matrix(d, key), matrix(key, d), matrix(d, hidden), np.zeros(hidden, np.float32), matrix(hidden, d))
        for _ in range(layers)
    ]


def forward(x, layers):
    for query, key, value, out, w_in, bias, w_out in layers:
        scores = (x @ query) @ (x @ key).T
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        x = x + (weights @ (x @ value)) @ out
        x = x + np.maximum(x @ w_in + bias, 0) @ w_out
    return x


def blas():
    try:
        with open("/proc/self/maps") as maps:
            libraries = {line.split("/")[-1].strip() for line in maps if "blas" in line.lower() and ".so" in line}
        return max(libraries, key=len, default="an unknown library")
    except OSError:
        return "an unknown library"


models = {name: make(*shape) for name, shape in SHAPES.items()}
print(f"numpy {np.__version__} with {blas()}", flush=True)
for line in sys.stdin:
    _, name, repeats = line.rstrip("\n").split("\t")
    x, layers = models[name]
    start = time.perf_counter()
    for _ in range(int(repeats)):
        forward(x, layers)
    print(time.perf_counter() - start, flush=True)
