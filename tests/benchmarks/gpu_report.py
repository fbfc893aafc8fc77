"""``make gpu-report``: the tests that need a GPU and the step's benchmarks on it, in at most eight
minutes, written to docs/benchmarks-gpu.md. Without a GPU nothing is run and nothing written."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-gpu.md"
TESTS_SECONDS, SUITE_SECONDS = 180, 270  # at most, each


def main() -> None:
    """Run, write, and say where. The exit code is the tests'."""
    if not torch.cuda.is_available():
        sys.exit("There is no GPU here: nothing was run, docs/benchmarks-gpu.md stays as it is.")
    tests, code = _output(["pytest", "-m", "gpu", "-q"], TESTS_SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        command = ["service", "bench", "steps", "vgg", "-o", folder]
        words, _ = _output(command, SUITE_SECONDS)
        found = Path(folder) / "bench.md"  # written anew after every row
        tables = found.read_text() if found.exists() else f"```\n{words}\n```\n"
    PAGE.write_text(page(tables, tests))
    print(f"{PAGE} is written.")
    sys.exit(code)


def page(tables: str, tests: str) -> str:
    """The page, from the suite's tables and the last line of the tests."""
    last = tests.strip().splitlines()[-1] if tests.strip() else "no output"
    head = "# Benchmarks on a GPU\n\n`make gpu-report` writes this page.\n"
    return f"{head}\nTests that need one (`pytest -m gpu`): {last.strip('= ')}.\n\n{tables}"


def _output(command: Sequence[str], seconds: float) -> tuple[str, int]:
    """What ``python -m`` of a command says, and its exit code; 1 if it took too long."""
    given = [sys.executable, "-m", *command]
    try:
        done = subprocess.run(given, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"stopped after {seconds} s", 1
    return done.stdout + done.stderr, done.returncode


if __name__ == "__main__":
    main()
