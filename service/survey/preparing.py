"""What a style picture is like after its steps, for who chooses them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from service.inputs.styles import load_styles
from service.recipe.parsing import parse_recipe


def prepared_style(
    fields: Mapping[str, Any], buffers: Mapping[str, np.ndarray]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Fields and buffers of the reply to the wire's 'prepare'. Raises InputError as recipes do, and
    as :func:`service.inputs.styles.load_styles`."""
    style = {"source": fields["source"], "prepare": fields["prepare"]}
    recipe = parse_recipe({"target": "tile", "group": "p1", "styles": [style]})
    pixels = load_styles(recipe, buffers)[0].pixels
    small = Image.fromarray(pixels)
    small.thumbnail((fields["size"], fields["size"]), Image.Resampling.LANCZOS)
    return {}, {"pixels": np.asarray(small)}
