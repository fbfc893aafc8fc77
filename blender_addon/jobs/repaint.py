"""Painting a part of a finished picture anew, where the mask is white, with another seed. The
service that painted it keeps the paint of the rest to the bit."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

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
        return "Only a picture whose painting has finished can be painted anew in part"
    if settings.mask_kind == "NONE":
        return "Choose a mask in the section Colour Before: where it is white is painted anew"
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
        refuse("no-mask", "There is no mask.", "Choose one in the section Colour Before.")
    submission = replace(
        service.submission(recipe=recipe, buffers={"region": region}), repaints=painter.job
    )
    return jobs.begin(obj, submission, uv_map, preferences.launcher(service))


def recipe_of(image: Any) -> dict[str, Any]:
    """What the receipt on the image says that it was painted by. Raises ProblemError."""
    with suppress(ValueError, TypeError, AttributeError, RecursionError):
        recipe = json.loads(image.get(RECEIPT_KEY)).get("recipe")
        if isinstance(recipe, dict) and isinstance(recipe.get("group"), str):
            return recipe
    refuse("no-recipe", "The image does not say what it was painted with.", "Paint it anew.")
