"""From an object's settings to the order that goes to the service. Main thread only."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, make_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import base_colour, gather, mask, occluders, styles, viewpoints
from .dreams import MAX_DREAMS
from .messages import Order
from .preferences import ServicePreferences
from .problems import ProblemError, refuse
from .properties import as_typed, target_of
from .terms import TERMS


@dataclass(frozen=True)
class _Choices:
    """What the artist chose. The recipe's fields of the same names are explained in
    service/recipe.py.

    ``styles``: (an exemplar's name or the path of a picture, its weight); none for the recipe's
    default. ``steps``: 0 for as many as the quality says. ``style_size``: metres, 0 for the
    recipe's default. ``dreams``: (target as in the recipe, weight); ``use_styles``: whether they
    are painted in styles. ``axis``: X, Y, Z, CURSOR or three numbers; ``centre``: ORIGIN, CENTROID,
    CURSOR or three numbers; numbers are in the object's own frame, scale applied. ``view_kind``:
    one of viewpoints.KINDS; ``views``: how many automatic ones. ``occluders``: whether other
    objects hide parts of this one. ``base``: one of base_colour.SOURCES. ``mask_kind``, ``mask``:
    one of mask.KINDS and the name of it. The weights of the objective's terms are fields, too, by
    the names of their settings.
    """

    uv_map: str
    group: str
    colouring: str
    colours: str
    inks: str
    axis: str
    centre: str
    action: str
    tolerance: float
    styles: tuple[tuple[str, float], ...]
    style_size: float
    style_scale: float
    use_styles: bool  # before what follows it, when they are put back: see properties.dream
    dreams: tuple[tuple[str, float], ...]
    size: int
    quality: str
    steps: int
    learning_rate: float
    network: str
    seed: int
    view_kind: str
    views: int
    occluders: bool
    base: str
    start: str
    mask_kind: str
    mask: str


if TYPE_CHECKING:
    Choices = _Choices
else:
    Choices = make_dataclass(
        "Choices",
        [(term.setting, float) for term in TERMS],
        bases=(_Choices,),
        namespace={"__doc__": _Choices.__doc__},
        frozen=True,
    )
# The recipe's names for the weights of its objective.
OBJECTIVE = {term.setting: term.name for term in TERMS}


def choices_of(settings: Any) -> Choices:
    """The choices in an object's settings."""
    same = {field.name: getattr(settings, field.name) for field in fields(Choices)}
    styles = tuple((style.source, style.weight) for style in settings.styles)
    dreams = tuple((target_of(dream).spelt(), dream.weight) for dream in settings.dreams)
    return Choices(**same | {"styles": styles, "dreams": dreams})


def wants_base(settings: Any) -> bool:
    """Whether a term with a weight needs the colour before. ``settings``: an object's, or
    Choices."""
    return any(term.needs_base and getattr(settings, term.setting) for term in TERMS)


def make_order(obj: Any, context: Any, choices: Choices, service: ServicePreferences) -> Order:
    """Everything one job sends. Raises ProblemError (see gather, viewpoints, occluders,
    base_colour, mask and styles)."""
    depsgraph = context.evaluated_depsgraph_get()
    mesh = gather.gather_mesh(obj, depsgraph, choices.uv_map)
    cameras = viewpoints.gather_views(choices.view_kind, obj, context, depsgraph)
    listed, pictures = styles.gather_styles(choices.styles) if choices.use_styles else ([], {})
    dreams = _dreams(choices)
    buffers = mesh.buffers() | pictures
    if choices.occluders:
        buffers |= occluders.gather_occluders(obj, depsgraph)
    buffers |= _colour_before(obj, depsgraph, choices)
    recipe = _recipe(obj, context.scene, choices) | {"styles": listed} | dreams
    return service.order(recipe, tuple(cameras), buffers)


def check_wishes(dreams: int, use_styles: bool) -> None:
    """Raises ProblemError "no-dream" if there is nothing to paint, "bad-dream" if there are too
    many ``dreams``."""
    if not (dreams or use_styles):
        fix = "orbitex.use_styles", "Use styles"
        refuse("no-dream", "Nothing is dreamt of, and no style is used.", "Add a dream.", *fix)
    if dreams > MAX_DREAMS:
        refuse("bad-dream", f"{dreams} dreams are more than {MAX_DREAMS}.", "Remove some.")


def _dreams(choices: Choices) -> dict[str, Any]:
    """The recipe's dreams, where there are any."""
    check_wishes(len(choices.dreams), choices.use_styles)
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


def _recipe(obj: Any, scene: Any, choices: Choices) -> dict[str, Any]:
    """The recipe without its styles."""
    recipe: dict[str, Any] = {
        "target": "mesh",
        "group": choices.group,
        "axis": _axis(choices.axis, obj, scene),
        "centre": _centre(choices.centre, obj, scene),
        "colours": choices.colours.lower(),
        "action": choices.action.lower(),
        "tolerance": as_typed(choices.tolerance),
        "start": choices.start.lower(),
        "size": choices.size,
        "network": choices.network,
        "seed": choices.seed,
        **steerable(choices),
    }
    if choices.colours == "INKS" and choices.inks:
        recipe["inks"] = choices.inks
    if choices.style_size > 0:
        recipe["style_size"] = as_typed(choices.style_size)
    if choices.view_kind in viewpoints.AUTOMATIC:
        recipe["views"] = choices.views
        recipe["view_layout"] = viewpoints.AUTOMATIC[choices.view_kind]
    return recipe


def steerable(choices: Choices) -> dict[str, Any]:
    """The fields of the recipe that may change while it is painted; weights of styles and
    dreams may, too."""
    weights = {theirs: as_typed(getattr(choices, ours)) for ours, theirs in OBJECTIVE.items()}
    recipe: dict[str, Any] = {
        "colouring": choices.colouring,
        "style_scale": as_typed(choices.style_scale),
        "quality": choices.quality,
        "learning_rate": as_typed(choices.learning_rate),
        "objective": weights,
    }
    if choices.steps > 0:
        recipe["steps"] = choices.steps
    return recipe


def changes(running: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    """What to change in the recipe of a running job so that it is painted as ``choices`` say; as
    the wire's 'adjust' has it. Only what may change then is looked at."""
    found = steerable(choices)
    weights = found.pop("objective")
    found |= {f"objective.{name}": weight for name, weight in weights.items()}
    for number, (_, weight) in enumerate(choices.styles if choices.use_styles else ()):
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


def _axis(axis: str, obj: Any, scene: Any) -> str:
    if axis != "CURSOR":
        return axis
    return _numbers(gather.cursor_axis(scene, gather.frame_of(obj)))


def _centre(centre: str, obj: Any, scene: Any) -> str:
    if centre != "CURSOR":
        return centre.lower()
    return _numbers(gather.cursor_place(scene, gather.frame_of(obj)))


def _numbers(values: np.ndarray) -> str:
    return ",".join(f"{value:.9g}" for value in values)
