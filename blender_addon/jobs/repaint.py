"""Painting a part of a finished picture anew, where the mask is white, with another seed. The
service that painted it keeps the paint of the rest to the bit."""

from __future__ import annotations

import functools
import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from ..offer import catalogue
from ..picture.backup import RECEIPT_KEY
from ..problems import refuse
from ..scene import mask
from ..settings import preferences
from ..settings.properties import settings_of
from . import jobs, ties
from .jobs import UV_MAP_KEY


def reason_not(obj: Any) -> str:
    """Why no part of the picture of ``obj`` can be painted anew; empty if it can."""
    settings = settings_of(obj)
    if busy := jobs.busy_reason(obj):
        return busy
    if ties.painter_of(settings.image) is None:
        return "Only a finished picture can be repainted in part"
    if settings.mask_kind == "NONE":
        return "Choose a mask in the section Base Color. White areas are repainted"
    return ""


def label(obj: Any) -> str:
    """What the button says: the symmetry repaints all copies of what is under the mask."""
    image = settings_of(obj).image
    known = catalogue.known().group(_group(str(image.get(RECEIPT_KEY, ""))))
    copies = known.order - 1 if known is not None else 0
    return f"Repaint Mask + {copies} {'Copies' if copies > 1 else 'Copy'}" if copies > 0 else ""


def extent(image: Any, region: np.ndarray) -> str:
    """How much will be repainted, in words. region: |u1 (H, W), above 127 where."""
    part = float((region > 127).mean())
    known = catalogue.known().group(_group(str(image.get(RECEIPT_KEY, ""))))
    words = f"Repainting {100 * part:.2g} % of the texture"
    if known is None or known.order < 2:
        return words
    most = min(1 - part, (known.order - 1) * part)
    return f"{words}, and up to {100 * most:.2g} % more: its {known.order - 1} copies"


@functools.lru_cache(maxsize=8)
def _group(receipt: str) -> str:
    """The group in a receipt, for the panel, which asks on every redraw."""
    with suppress(ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return str(json.loads(receipt)["recipe"]["group"])
    return ""


def repaint(context: Any, obj: Any, seed: int | None = None) -> jobs.Job:
    """Start painting the picture of ``obj`` anew where the mask of its settings is white, with
    ``seed``, by default the one after the picture's. Does not wait.

    Raises ProblemError: "not-painted", "no-recipe", and of :mod:`..scene.mask`.
    """
    settings = settings_of(obj)
    image = settings.image
    painter = ties.painter_of(image)
    if painter is None:
        refuse("not-painted", reason_not(obj))
    recipe = recipe_of(image)
    recipe["seed"] = int(recipe.get("seed", 0)) + 1 if seed is None else seed
    service = replace(preferences.read(context), address=painter.address)
    preferences.check_address(service.address)
    uv_map = str(image.get(UV_MAP_KEY, ""))
    depsgraph = context.evaluated_depsgraph_get()
    region = mask.gather_mask(
        settings.mask_kind, settings.mask, obj, depsgraph, uv_map, max(image.size)
    )
    if region is None:
        refuse("no-mask", "There is no mask.", "Choose one in the section Base Color.")
    submission = replace(
        service.submission(recipe=recipe, buffers={"region": region}), repaints=painter.job
    )
    begun = jobs.begin(obj, submission, uv_map, preferences.launcher(service))
    begun.message = extent(image, region)
    return begun


def recipe_of(image: Any) -> dict[str, Any]:
    """What the receipt on the image says that it was painted by. Raises ProblemError."""
    with suppress(ValueError, TypeError, AttributeError, RecursionError):
        recipe = json.loads(image.get(RECEIPT_KEY)).get("recipe")
        if isinstance(recipe, dict) and isinstance(recipe.get("group"), str):
            return recipe
    refuse("no-recipe", "The settings that made this image are not known.", "Paint again.")
