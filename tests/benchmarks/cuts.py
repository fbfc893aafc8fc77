"""Straight cuts in tiles: colour steps along every row and column, over many seeds.

    python -m tests.benchmarks.cuts [--seeds 8] [--size 256] [--out out/cuts]

Paints every group with every style and seed, as drafts, and compares the mean colour step between
neighbouring lines of pixels with the mean of all lines. What lies in the picture averages out over
the seeds; what lies in the grids does not. Line 0 is the step across the period's border. Pictures
are kept: a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GROUPS = ("p1", "p2", "p4", "p4g", "pgg", "p6")
STYLES = ("night_strokes", "woodcut_waves", "stained_glass")
BORDER_BAR, LINE_BAR = 1.05, 1.15  # of the mean over all pictures


def line_steps(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Mean colour steps of one period (H, W, 3), a rectangle, relative to their mean: (2, n), n the
    longer side, of rows and of columns at the same places; [:, 0] are across the border."""
    values = picture.astype(np.float64)
    steps = []
    for axis in (0, 1):
        step = np.abs(values - np.roll(values, 1, axis)).mean(axis=(1 - axis, 2))
        steps.append(step / step.mean())
    count = max(picture.shape[:2])
    # a shorter side's lines are spread, not interpolated: a cut stays as high as it is
    return np.stack([s[np.arange(count) * len(s) // count] for s in steps])


def painted(group: str, style: str, seed: int, size: int) -> NDArray[np.uint8]:
    """A draft of a tile."""
    from service.inputs.styles import load_styles
    from service.painting.paint import paint
    from service.recipe.parsing import parse_recipe
    from service.scene import make_scene

    fields = {"target": "tile", "group": group, "size": size, "seed": seed, "quality": "draft"}
    recipe = parse_recipe(fields | {"styles": [{"source": style}]})
    *_, last = paint(recipe, make_scene(recipe), load_styles(recipe))
    return last.texture(0)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--groups", nargs="+", default=GROUPS)
    parser.add_argument("--out", type=Path, default=Path("out/cuts"))
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[NDArray[np.float64]]] = {group: [] for group in options.groups}
    for seed in range(1, options.seeds + 1):
        for group in options.groups:
            for style in STYLES:
                file = options.out / f"{group}-{style}-{options.size}-{seed}.png"
                if not file.exists():
                    Image.fromarray(painted(group, style, seed, options.size)).save(file)
                found[group].append(line_steps(np.asarray(Image.open(file))))
        print(f"seed {seed}: {_row('all', [s for steps in found.values() for s in steps])}")
    print("\n| group | pictures | border, rows | border, columns | largest line, at |")
    print("|---|---|---|---|---|")
    for group, steps in found.items():
        print(_row(group, steps))


def _row(name: str, steps: Sequence[NDArray[np.float64]]) -> str:
    longest = max(s.shape[1] for s in steps)
    spread = [s[:, np.arange(longest) * s.shape[1] // longest] for s in steps]
    mean = np.mean(spread, axis=0)
    worst = np.unravel_index(mean.argmax(), mean.shape)
    return (
        f"| {name} | {len(steps)} | {mean[0, 0]:.3f} | {mean[1, 0]:.3f} "
        f"| {mean.max():.3f}, {('row', 'column')[worst[0]]} {worst[1]} |"
    )


if __name__ == "__main__":
    main()
