"""Whether this tree paints what another commit paints, to the bit: for changes of the code that
must change no picture.

    python tests/same_pictures.py BASE [--only TEXT]

checks BASE out beside this tree, paints the recipes of `painted_recipes` with both, one process
each, with one thread, on the CPU, and compares frames, losses, pictures, paint, receipts and files.
One line for each; the exit code is 1 if any differs. What this tree adds to a receipt is no
difference. A recipe that BASE does not know is skipped.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from painted_recipes import NAMES, file_stem, make_inputs

ROOT = Path(__file__).resolve().parents[1]
UNKNOWN_TO_BASE = {"unknown-field", "bad-value", "unknown-group"}  # codes of InputError
# What differs from run to run, wherever it is in a receipt.
VOLATILE = {"seconds", "versions"}


def main() -> int:
    """Paint with both trees and compare; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("base", metavar="BASE", help="A commit, by any name that git knows.")
    parser.add_argument("--only", metavar="TEXT", default="", help="Of recipes named so.")
    given = parser.parse_args()
    names = [name for name in NAMES if given.only in name]
    if not names:
        parser.error(f"no recipe's name contains '{given.only}'")
    with tempfile.TemporaryDirectory(prefix="same-pictures-") as temporary:
        folder = Path(temporary)
        base, inputs = folder / "tree", folder / "inputs"
        inputs.mkdir()
        make_inputs(inputs)
        added = ["git", "-C", str(ROOT), "worktree", "add", "--quiet", "--detach", base, given.base]
        if subprocess.run(added).returncode:
            return 2
        try:
            return compared(names, given.only, {"base": base, "this": ROOT}, folder, inputs)
        finally:
            subprocess.run(["git", "-C", str(ROOT), "worktree", "remove", "--force", base])


def compared(
    names: list[str], only: str, trees: dict[str, Path], folder: Path, inputs: Path
) -> int:
    """Paint, say of each recipe how it went; 1 if anything differs, else 0."""
    processes = {name: start(tree, inputs, folder / name, only) for name, tree in trees.items()}
    bad = []
    try:
        for name in names:
            ours, theirs = (result(name, folder / t, processes[t]) for t in ("this", "base"))
            verdict, why = judged(ours, theirs)
            print(f"{verdict:9} {name}{': ' if why else ''}{why}", flush=True)
            if verdict not in ("same", "skipped"):
                bad.append(name)
    finally:
        for process in processes.values():
            process.kill()
            process.wait()
    print(f"\nnot the same: {', '.join(bad)}" if bad else "\nall the same, to the bit")
    return 1 if bad else 0


def start(tree: Path, inputs: Path, results: Path, only: str) -> subprocess.Popen[bytes]:
    """Begin to paint with the code in ``tree``."""
    results.mkdir()
    environment = os.environ | {
        "PYTHONPATH": str(tree),
        "OMP_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "ORBITEX_CACHE": str(results / "cache"),
        "ORBITEX_DATA": str(results / "data"),
    }
    program = ROOT / "tests" / "painted_recipes.py"
    with (results / "log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-P", program, inputs, results, only],
            env=environment,
            cwd=results,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def result(name: str, results: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """What came of a painting, when it is there."""
    file = results / f"{file_stem(name)}.json"
    while not file.exists():
        if process.poll() is not None and not file.exists():
            log = (results / "log").read_text("utf-8", "replace")
            return {"error": f"the process ended before it:\n{log[-3000:]}", "code": ""}
        time.sleep(0.2)
    with np.load(file.with_suffix(".npz")) as arrays:
        return json.loads(file.read_text("utf-8")) | dict(arrays)


def judged(ours: dict[str, Any], theirs: dict[str, Any]) -> tuple[str, str]:
    """("same", "skipped", "differs" or "failed", why) of what both trees made of a recipe."""
    if "error" in ours:
        return "failed", ours["error"]
    if "error" in theirs:
        if theirs["code"] in UNKNOWN_TO_BASE:
            return "skipped", f"BASE does not know it ({theirs['error']})"
        return "failed", f"in BASE: {theirs['error']}"
    found = list(differences(ours, theirs))
    more = f" and {len(found) - 4} more" if len(found) > 4 else ""
    return ("differs", "; ".join(found[:4]) + more) if found else ("same", "")


def differences(ours: Any, theirs: Any, place: str = "") -> Iterator[str]:
    """What differs between two results, a line each. Keys that are only in ``ours`` are new."""
    if isinstance(theirs, np.ndarray):
        if not isinstance(ours, np.ndarray) or (ours.shape, ours.dtype) != (
            theirs.shape,
            theirs.dtype,
        ):
            yield f"{place} has another shape"
        elif not np.array_equal(ours, theirs):
            apart = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
            yield f"{place}: {(apart > 0).mean():.1%} of values, by up to {apart.max():.4g}"
    elif isinstance(theirs, dict) and isinstance(ours, dict):
        for key, value in theirs.items():
            where = f"{place}.{key}" if place else key
            if key not in ours:
                yield f"{where} is missing"
            elif key not in VOLATILE:
                yield from differences(ours[key], value, where)
    elif isinstance(theirs, list) and isinstance(ours, list) and len(ours) == len(theirs):
        for number, pair in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(*pair, f"{place}.{number}")
    elif ours != theirs:
        yield f"{place}: {ours!r:.60}, was {theirs!r:.60}"


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the worktree is removed then, too
    sys.exit(main())
