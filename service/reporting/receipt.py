"""The receipt: what is written beside a picture so that it can be made again and checked.
``docs/receipts.md`` explains every key."""

from __future__ import annotations

import dataclasses
import hashlib
import platform
import shlex
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import service
from geometry.symmetry.colour_frame import ColourFrame
from service.inputs.styles import StylePicture
from service.recipe.recipe import Recipe
from service.spaces.space import Scene

if TYPE_CHECKING:  # the server, which starts at once, needs neither them nor what they import
    from service.painting.progress import Progress
    from service.reporting.quality import Quality
    from service.spaces.frame import Frame, Picture

SCHEMA = "orbitex/receipt"
SCHEMA_VERSION = 1


def build_receipt(
    recipe: Recipe,
    scene: Scene,
    styles: Sequence[StylePicture],
    last: Progress,
    frame: Frame,
    quality: Quality,
    delivered: Picture,
    weights: Path | None,
) -> dict[str, Any]:
    """The receipt of a finished picture, ready for JSON.

    ``delivered``: (H, W, 3 or 4), of which ``frame`` says where its symmetry lies; ``last``:
    the last step taken; ``weights``: the file that the network was loaded from, if one was named.
    """
    height, width = delivered.shape[:2]
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "recipe": recipe.model_dump(mode="json"),
        "steering": [adjustment.as_dict() for adjustment in last.steering],
        "repainted": None if last.kept_sha256 is None else {"kept_sha256": last.kept_sha256},
        "enlarged": _enlarged(last, recipe, weights),
        "styles": [{"weight": style.weight, **_picture(style)} for style in styles],
        "style_colours": _style_colours(styles),
        "weights": None if weights is None else _file(weights),
        "versions": versions(),
        "device": device_of(last.device),
        "picture": {"width": width, "height": height, "sha256": sha256_of(delivered)},
        "seconds": round(last.seconds, 3),
        "steps": last.step,
        "steps_planned": last.steps,
        "megapixel_iterations": round(last.megapixels, 3),
        "loss": {name: _number(value) for name, value in last.loss.items()},
        "quality": build_quality(quality),
        "group": {"name": scene.group.name, "orbifold": scene.group.orbifold},
        "colouring": {"name": scene.colouring.name, "colours": scene.colouring.colours},
        "colour_frame": _colour_frame(scene.frame),
        **build_geometry(frame),
    }


def _picture(style: StylePicture) -> dict[str, Any]:
    height, width = style.pixels.shape[:2]
    return {"source": style.source, "sha256": style.sha256, "size": [width, height]}


def _style_colours(styles: Sequence[StylePicture]) -> dict[str, Any] | None:
    colours = next((style.colours for style in styles), None)
    return None if colours is None else _picture(colours)


def _enlarged(last: Progress, recipe: Recipe, weights: Path | None) -> dict[str, Any] | None:
    """Which painting was gone on from, and the command that does so again."""
    if last.larger_than is None:
        return None
    origin = last.larger_than
    words = ["service", "enlarge", origin.source, "--size", str(recipe.size)]
    words += [] if weights is None else ["--weights", str(weights)]
    return {
        "from": origin.source,
        "size": origin.width,
        "paint_sha256": origin.sha256,
        "command": shlex.join(words),
    }


def _colour_frame(frame: ColourFrame) -> dict[str, Any] | None:
    return None if frame.is_rgb else dataclasses.asdict(frame)


def build_geometry(frame: Frame) -> dict[str, Any]:
    """What a receipt says of a frame: projection, its fields, generators."""
    fields: dict[str, Any] = {"projection": frame.projection, **frame.fields}
    fields["generators"] = [
        {"name": g.name, "title": g.title, "matrix": g.matrix.tolist(), "colour": list(g.colour)}
        for g in frame.generators
    ]
    return fields


def build_quality(quality: Quality) -> dict[str, Any]:
    """What a receipt says of a picture's quality."""
    return {
        "symmetry_rms": _number(quality.symmetry_rms),
        "symmetry": [
            {"name": e.name, "rms": _number(e.rms), "worst": _number(e.worst), "exact": e.exact}
            for e in quality.symmetry
        ],
        "seams": {name: _number(ratio) for name, ratio in quality.seams.items()},
    }


def numbers(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of numbers, and of fields of numbers, as JSON can carry them."""
    return {
        name: numbers(value) if isinstance(value, Mapping) else _number(value)
        for name, value in fields.items()
    }


def _number(value: float | None) -> float | None:
    """A number as JSON can carry it, six digits unless it is whole: NaN and infinity are null."""
    if isinstance(value, int):
        return value
    return None if value is None or not np.isfinite(value) else float(f"{value:.6g}")


def versions() -> dict[str, str]:
    """What may change a picture when it is another one, by name."""
    return {
        "orbitex": service.__version__,
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "torchvision", "numpy", "scipy")},
    }


def finished_anew(receipt: Mapping[str, Any], recipe: Recipe) -> dict[str, Any]:
    """The receipt of a picture made anew by a recipe that differs in its steps of finishing and its
    bits; what is measured of it comes on top."""
    steps = {"finishing": recipe.finishing.model_dump(mode="json"), "bits": recipe.bits}
    return {**receipt, "recipe": receipt["recipe"] | steps, "versions": versions()}


def device_of(name: str) -> dict[str, str]:
    """A device as torch names it, and what it is."""
    import torch  # here: a checker of receipts needs none

    first = name.partition(",")[0]
    title = torch.cuda.get_device_name(first) if first.startswith("cuda") else platform.machine()
    return {"name": name, "title": title}


def sha256_of(pixels: Picture) -> str:
    """Of a picture's bytes, row by row, hexadecimal; of 16 bits the lower byte comes first."""
    little = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<"))
    return hashlib.sha256(little.data).hexdigest()


def _file(path: Path) -> dict[str, str]:
    return {"file": str(path), "sha256": file_sha256(path)}


def file_sha256(path: Path) -> str:
    """Of a file's bytes, hexadecimal: by it a file is known again as the one that was painted."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
