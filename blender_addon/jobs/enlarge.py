"""Going on from a finished picture at a larger size. The service that painted it has its paint."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..link.messages import LONGEST_SIDE
from ..problems import refuse
from ..settings import preferences
from ..settings.properties import settings_of
from . import jobs, ties
from .jobs import UV_MAP_KEY
from .repaint import recipe_of


def reason_not(obj: Any) -> str:
    """Why the picture of ``obj`` cannot be made larger; empty if it can."""
    image = settings_of(obj).image
    if busy := jobs.busy_reason(obj):
        return busy
    if ties.painter_of(image) is None:
        return "Only a picture whose painting has finished can be made larger"
    if image.size[0] >= LONGEST_SIDE:
        return f"The picture is as large as it can be, {LONGEST_SIDE} pixels"
    return ""


def enlarge(context: Any, obj: Any, size: int | None = None) -> jobs.Job:
    """Start painting the picture of ``obj`` on at a ``size`` in pixels across, by default twice
    its own. Does not wait.

    Raises ProblemError: "not-painted", "no-recipe".
    """
    image = settings_of(obj).image
    painter = ties.painter_of(image)
    if painter is None:
        refuse("not-painted", reason_not(obj))
    recipe = recipe_of(image)
    twice = min(2 * int(recipe.get("size", image.size[0])), LONGEST_SIDE)
    recipe["size"] = twice if size is None else size
    service = replace(preferences.read(context), address=painter.address)
    preferences.check_address(service.address)
    submission = replace(service.submission(recipe=recipe, buffers={}), enlarges=painter.job)
    uv_map = str(image.get(UV_MAP_KEY, ""))
    return jobs.begin(obj, submission, uv_map, preferences.launcher(service))
