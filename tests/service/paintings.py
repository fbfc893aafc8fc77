"""Paintings without painting: plasma under a symmetry, with a receipt of its geometry."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from service.preview import plasma_paper
from service.recipe.parsing import parse_recipe
from service.reporting.receipt import SCHEMA, build_geometry
from service.scene import make_scene
from service.spaces.space import Design


def write_painting(
    folder: Path, recipe: dict[str, Any], pixels: NDArray | None = None, **changes: Any
) -> Path:
    """NAME.json of a painting with NAME.png beside it; ``pixels`` instead of plasma, ``changes``
    to the receipt."""
    scene = make_scene(parse_recipe(recipe))
    design = scene.design(recipe["size"])
    picture = shown(design) if pixels is None else pixels
    height, width = picture.shape[:2]
    receipt = {
        "schema": SCHEMA,
        "recipe": recipe,
        "picture": {"width": width, "height": height},
        "group": {"name": scene.group.name, "orbifold": scene.group.orbifold},
        "colouring": {"name": scene.colouring.name},
        "colour_frame": None if scene.frame.is_rgb else dataclasses.asdict(scene.frame),
        **build_geometry(design.picture_frame()),
        **changes,
    }
    Image.fromarray(picture).save(folder / "painting.png")
    (folder / "painting.json").write_text(json.dumps(receipt), "utf-8")
    return folder / "painting.json"


def shown(design: Design) -> NDArray[np.uint8]:
    """Plasma under a design's symmetry."""
    return design.shown(plasma_paper(3))
