"""Paint the style exemplar pictures of Orbitex, from nothing but arithmetic.

Each picture imitates a craft with coherent strokes and lines some 4 to 40 pixels wide, a varied
saturated palette and much the same statistics everywhere, which is what second-moment style
statistics of a network feed on.  Everything is seeded: with the same versions of numpy, scipy
and Pillow every run gives the same bytes.

    python -m recipes.make_exemplars [--out DIR] [--size 1024] [NAME ...]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from recipes.crafts.marbled_paper import marbled_paper
from recipes.crafts.moorish_mosaic import moorish_mosaic
from recipes.crafts.night_strokes import night_strokes
from recipes.crafts.peacock_feathers import peacock_feathers
from recipes.crafts.stained_glass import stained_glass
from recipes.crafts.woodcut_waves import woodcut_waves


class Exemplar(NamedTuple):
    """``paint(size, seed)``: see recipes.crafts."""

    paint: Callable[[int, int], np.ndarray]
    seed: int


EXEMPLARS = {
    "stained_glass": Exemplar(stained_glass, 11),
    "marbled_paper": Exemplar(marbled_paper, 5),
    "woodcut_waves": Exemplar(woodcut_waves, 7),
    "moorish_mosaic": Exemplar(moorish_mosaic, 5),
    "night_strokes": Exemplar(night_strokes, 3),
    "peacock_feathers": Exemplar(peacock_feathers, 4),
}


def main(argv: list[str] | None = None) -> None:
    """Paint the named pictures (default: all) and write them as PNG files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(EXEMPLARS))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "exemplars")
    parser.add_argument("--size", type=int, default=1024, help="side in pixels")
    args = parser.parse_args(argv)
    if unknown := set(args.names) - set(EXEMPLARS):
        parser.error(f"unknown exemplar: {', '.join(sorted(unknown))}")
    args.out.mkdir(parents=True, exist_ok=True)
    for name in args.names or EXEMPLARS:
        paint, seed = EXEMPLARS[name]
        start = time.perf_counter()
        picture = np.round(paint(args.size, seed) * 255).astype(np.uint8)
        path = args.out / f"{name}.png"
        Image.fromarray(picture).save(path, optimize=True)
        print(f"{path}: {path.stat().st_size} bytes, {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
