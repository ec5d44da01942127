"""Writes what the original RASP interpreter prints for the inputs in tests/Rasp.Compiler.Tests/Interactive/Cases.

    /usr/bin/python3 tests/oracles/interactive.py CHECKOUT

CHECKOUT is a checkout of tech-srl/RASP; the interpreter needs python3-antlr4 and nothing else. Each NAME.in.txt is piped
through it, in a folder that also holds Cases/files, and its output becomes NAME.out.txt.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CASES = Path(__file__).resolve().parent.parent / "Rasp.Compiler.Tests" / "Interactive" / "Cases"


def main():
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "RASP_support").is_dir():
        sys.exit("usage: interactive.py CHECKOUT, the folder that holds RASP_support")
    checkout = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "RASP_support").symlink_to(checkout / "RASP_support")
        shutil.copytree(CASES / "files", work / "files")
        # The interpreter colours its output; here it must not.
        (work / "termcolor.py").write_text("def colored(text, *arguments, **options):\n    return str(text)\n")
        environment = {**os.environ, "PYTHONPATH": folder, "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
        for case in sorted(CASES.glob("*.in.txt")):
            run = subprocess.run(
                [sys.executable, "-m", "RASP_support"],
                input=case.read_bytes(), stdout=subprocess.PIPE, cwd=work, env=environment, check=True)
            case.with_name(case.name.replace(".in.txt", ".out.txt")).write_bytes(
                re.sub(rb" object at 0x[0-9a-f]+", b" object", run.stdout))
            print(case.name)


if __name__ == "__main__":
    main()
