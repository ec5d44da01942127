"""The original RASP interpreter, timed from within: argument 1 is a checkout of it.

Reads a piece of work and a number of repeats a line, answers with the seconds that they took:
    load PATH REPEATS             load a file (without .rasp) in a new session
    evaluate NAME INPUTS REPEATS  evaluate an s-op of the last loaded file; INPUTS are words with commas between them
and to `values NAME INPUT 1` with the values as JSON.
"""
import contextlib
import io
import json
import os
import sys
import time
import types

# Colours only; the package may be absent or newer than the interpreter.
colours = types.ModuleType("termcolor")
colours.colored = lambda text, *_, **__: str(text)
sys.modules["termcolor"] = colours

os.chdir(sys.argv[1])
sys.path.insert(0, sys.argv[1])
from RASP_support.REPL import REPL  # noqa: E402

session = None
turn = 0


def load(path):
    global session
    with contextlib.redirect_stdout(io.StringIO()) as said:
        session = REPL()
        # Every statement is tried on the running example, which must be in the programs' dictionaries.
        session.set_running_example(["w0", "w1", "w2"])
        start = time.perf_counter()
        session.run_given_line(f'load "{path}";')
        seconds = time.perf_counter() - start
    # It does not say by an exit code or an exception that it gave up.
    if "!!" in said.getvalue():
        sys.exit(said.getvalue())
    return seconds


def evaluate(name, inputs, repeats):
    global turn
    sop = session.env.get_variable(name)
    start = time.perf_counter()
    # A sequence remembers its last input: the inputs take turns.
    for _ in range(repeats):
        turn += 1
        sop.call(inputs[turn % len(inputs)])
    return time.perf_counter() - start


def words(text):
    return text.split(" ") if " " in text else text


print("ready", flush=True)
for line in sys.stdin:
    verb, *rest = line.rstrip("\n").split("\t")
    repeats = int(rest.pop())
    if verb == "load":
        print(sum(load(rest[0]) for _ in range(repeats)), flush=True)
    elif verb == "evaluate":
        print(evaluate(rest[0], [words(t) for t in rest[1].split(",")], repeats), flush=True)
    else:
        print(json.dumps(session.env.get_variable(rest[0]).call(words(rest[1])).get_vals()), flush=True)
