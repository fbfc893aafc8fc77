"""Settings: the object's side: its UV map, who sees it, what it showed before, its material."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from ..offer.fields import TERMS
from ..picture import shading
from .painting import term_rows
from .row import Setting, of_recipe

AUTOMATIC = {"AROUND": "sphere", "RING": "ring"}  # kinds of views, as the recipe's view_layout


def wants_base(settings: Any) -> bool:
    """Whether the style's colours, or a term with a weight, need the colour before. ``settings``:
    an object's, or Choices."""
    if settings.style_colours in ("BASE", "LIGHT"):
        return True
    return any(term.needs_base and getattr(settings, term.setting) for term in TERMS)


def is_automatic(settings: Any) -> bool:
    """Whether the service chooses the views. ``settings``: an object's, or Choices."""
    return settings.view_kind in AUTOMATIC


def _update_bump(settings: Any, context: Any) -> None:
    shading.set_bump(settings.id_data, settings.bump)


def _uv_map_names(settings: Any, context: Any, edit_text: str) -> list[str]:
    """Search callback: the UV maps of the object that owns the settings."""
    layers = getattr(settings.id_data.data, "uv_layers", ())
    return [layer.name for layer in layers]


def _draw_uv_map(column: Any, settings: Any) -> None:
    column.prop_search(settings, "uv_map", settings.id_data.data, "uv_layers", icon="GROUP_UVS")


def mask_blocks(obj: Any, kind: str) -> list[Any]:
    """What a ``kind`` of mask of ``obj`` can be made from: vertex groups, images or materials."""
    offered: dict[str, Callable[[], Any]] = {
        "VERTEX_GROUP": lambda: obj.vertex_groups,
        "IMAGE": lambda: bpy.data.images,
        "MATERIAL": lambda: (slot.material for slot in obj.material_slots if slot.material),
    }
    return list(offered.get(kind, list)())


def _mask_names(settings: Any, context: Any, edit_text: str) -> list[str]:
    """Search callback: the names of what the chosen kind of mask can be made from."""
    return [block.name for block in mask_blocks(settings.id_data, settings.mask_kind)]


def _is_masked(settings: Any) -> bool:
    return bool(settings.mask_kind != "NONE")


def _base_counts(settings: Any) -> bool:
    return settings.start == "BASE" or wants_base(settings) or _is_masked(settings)


TARGET = (
    Setting(
        "uv_map",
        "UV Map",
        "UV map to paint for. If empty, the active one",
        "",
        "target",
        draw=_draw_uv_map,
        more={"search": _uv_map_names},
        preset=False,
    ),
    of_recipe(
        "size",
        "target",
        title="Resolution",
        tip="Width and height of the finished texture in pixels",
        more={"subtype": "PIXEL"},
    ),
)
VIEWS = (
    of_recipe(
        "view_kind",
        "views",
        "view_layout",
        title="Views",
        tip="Where the object is seen from while it is painted",
        default="AROUND",
        items=(
            ("AROUND", "Around", "From all sides, chosen by the service"),
            ("RING", "Ring", "From a ring around the axis, chosen by the service"),
            ("CAMERAS", "Cameras", "All cameras of the scene"),
            ("ACTIVE", "Active Camera", "Only the scene's active camera"),
            ("VIEWPORT", "Viewport", "The current view of the 3D viewport"),
        ),
        sent=lambda choices: AUTOMATIC.get(choices.view_kind),
    ),
    of_recipe(
        "views",
        "views",
        title="View Count",
        tip="Number of views around the object",
        argument="Number of automatic views; 0: the scene's cameras",
        shown=is_automatic,
        sent=lambda choices: choices.views if is_automatic(choices) else None,
        adjustable=False,  # it would mean nothing to a job with cameras
    ),
    Setting(
        "occluders",
        "Occluded by Others",
        "Let other visible objects hide parts of this one from the views",
        True,
        "views",
        preset=False,
    ),
)
BEFORE = (
    of_recipe(
        "start",
        "before",
        items=(
            ("NOISE", "Noise", "Start from scratch"),
            ("BASE", "Base Color", "Start from the colour that the object has now"),
        ),
    ),
    *term_rows("before", needs_base=True),
    Setting(
        "mask_kind",
        "Mask",
        "Where to paint. Everything else keeps its colour",
        "NONE",
        "before",
        items=(
            ("NONE", "Everywhere", "Paint the whole object"),
            ("VERTEX_GROUP", "Vertex Group", "Paint where a vertex group has weight"),
            ("IMAGE", "Image", "Paint where an image is white"),
            ("MATERIAL", "Material", "Paint the faces of a material"),
        ),
        preset=False,
    ),
    Setting(
        "mask",
        "Mask Name",
        "Name of the vertex group, image or material",
        "",
        "before",
        shown=_is_masked,
        more={"search": _mask_names},
        preset=False,
    ),
    Setting(
        "base",
        "Base Color",
        "Which colour the painting starts from, preserves, or leaves outside the mask",
        "MATERIAL",
        "before",
        items=(
            ("MATERIAL", "Material", "What fed Base Color before Orbitex painted the object"),
            ("PAINTED", "Painted", "The texture as painted so far"),
        ),
        shown=_base_counts,
        preset=False,
    ),
)
MATERIAL = (
    Setting(
        "bump",
        "Bump",
        "Depth of a relief made from the texture's brightness",
        0.0,
        "material",
        least=0.0,
        most=1.0,
        more={"subtype": "FACTOR", "update": _update_bump},
        painted=False,
    ),
)
