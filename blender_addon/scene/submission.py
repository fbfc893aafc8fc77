"""From an object's settings to what is sent to the service. Main thread only."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from ..link.messages import Submission
from ..offer.dreams import MAX_DREAMS
from ..problems import ProblemError, refuse
from ..settings.preferences import ServicePreferences
from ..settings.row import as_typed
from ..settings.surface import wants_base
from ..settings.table import PAINTED, Choices, fields_of, recipe_of
from . import base_colour, gather, mask, occluders, styles, viewpoints

ADJUSTABLE = tuple(row for row in PAINTED if row.adjustable)


def make_submission(
    obj: Any, context: Any, choices: Choices, service: ServicePreferences
) -> Submission:
    """Everything one job sends. Raises ProblemError (see gather, viewpoints, occluders,
    base_colour, mask and styles)."""
    depsgraph = context.evaluated_depsgraph_get()
    mesh = gather.gather_mesh(obj, depsgraph, choices.uv_map)
    cameras = viewpoints.gather_views(choices.view_kind, obj, context, depsgraph)
    listed, pictures = styles.gather_styles(choices.styles) if choices.use_styles else ([], {})
    dreams = _dreams(choices)
    colours, taken = styles.gather_colours(choices) if choices.use_styles else ({}, {})
    buffers = mesh.buffers() | pictures | taken
    if choices.occluders:
        buffers |= occluders.gather_occluders(obj, depsgraph)
    buffers |= _colour_before(obj, depsgraph, choices)
    recipe = {"target": "mesh", **recipe_of(_at_cursor(obj, context.scene, choices))}
    finishing, matched = styles.gather_finishing(choices)
    used = {step: value for step, value in finishing.items() if value is not None}
    recipe |= {"styles": listed, "finishing": used} | colours | dreams
    return service.submission(recipe, tuple(cameras), buffers | matched)


def check_lists(dreams: int, use_styles: bool) -> None:
    """Raises ProblemError "no-dream" if there is nothing to paint, "bad-dream" if there are too
    many ``dreams``."""
    if not (dreams or use_styles):
        fix = "orbitex.use_styles", "Use Styles"
        refuse("no-dream", "There is neither a dream nor a style to paint.", "Add a dream.", *fix)
    if dreams > MAX_DREAMS:
        refuse("bad-dream", f"{dreams} dreams are more than {MAX_DREAMS}.", "Remove some.")


def _dreams(choices: Choices) -> dict[str, Any]:
    """The recipe's dreams, where there are any."""
    check_lists(len(choices.dreams), choices.use_styles)
    listed = [{"target": t, "weight": as_typed(weight)} for t, weight in choices.dreams]
    return {"dreams": listed} if listed else {}


def _colour_before(obj: Any, depsgraph: Any, choices: Choices) -> dict[str, np.ndarray]:
    """The buffers ``mask`` and ``base``, where they count."""
    uv_map, size = choices.uv_map, choices.size
    buffers = {}
    masked = mask.gather_mask(choices.mask_kind, choices.mask, obj, depsgraph, uv_map, size)
    if masked is not None:
        buffers["mask"] = masked
    wanted = uv_map, size, choices.base
    if choices.start == "BASE" or wants_base(choices) or masked is not None:
        buffers["base"] = base_colour.gather_base(obj, depsgraph, *wanted)
    elif base_colour.has_holes(obj):  # holes count even where the colour does not
        with suppress(ProblemError):  # the colour of another material
            buffers["base"] = base_colour.gather_base(obj, depsgraph, *wanted)
    return buffers


def changes(running: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    """What to change in the recipe of a running job so that it is painted as ``choices`` say; as
    the wire's 'adjust' has it. Only what may change then is looked at; of styles and dreams, their
    weights."""
    found = fields_of(choices, ADJUSTABLE)
    for number, (_, weight, *_) in enumerate(choices.styles if choices.use_styles else ()):
        found[f"styles.{number}.weight"] = as_typed(weight)
    for number, (target, weight) in enumerate(choices.dreams):  # with others it says that they stay
        found |= {f"dreams.{number}.target": target, f"dreams.{number}.weight": as_typed(weight)}
    return {key: value for key, value in found.items() if _at(running, key) != value}


def _at(data: Any, key: str) -> Any:
    for part in key.split("."):
        try:
            data = data[int(part) if part.isdigit() else part]
        except (LookupError, TypeError):
            return None
    return data


def _at_cursor(obj: Any, scene: Any, choices: Choices) -> Choices:
    """With the 3D cursor's axis and place as numbers, where they are chosen."""
    if choices.axis == "CURSOR":
        axis = gather.cursor_axis(scene, gather.frame_of(obj))
        choices = replace(choices, axis=_numbers(axis))
    if choices.centre == "CURSOR":
        centre = gather.cursor_place(scene, gather.frame_of(obj))
        choices = replace(choices, centre=_numbers(centre))
    return choices


def _numbers(values: np.ndarray) -> str:
    return ",".join(f"{value:.9g}" for value in values)
