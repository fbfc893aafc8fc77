"""Where paint goes: a picture from a vertex group, an image, or the faces of a material."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ..picture.layout import Layout, rasterise
from ..picture.pictures import read_pixels, to_bytes
from ..problems import refuse
from ..settings.surface import mask_blocks
from ..settings.table import BY_NAME
from . import gather

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)  # Rec. 709
EVERYWHERE = ("orbitex.paint_everywhere", "Paint Everywhere")
KINDS = BY_NAME["mask_kind"].names


def gather_mask(
    kind: str, name: str, obj: Any, depsgraph: Any, uv_map: str, size: int
) -> np.ndarray | None:
    """|u1 (H, W), top row first, 255 where paint goes; None for the kind "NONE".

    A vertex group or a material is drawn into the UV map ``uv_map`` ("" = the active one), ``size``
    texels a side; an image comes as it is, its luma times its alpha.
    Raises ProblemError "bad-value", "no-mask", "empty-mask", "no-uv".
    """
    if kind == "NONE":
        return None
    what = check_name(kind, name, obj)
    picture = _image(name) if kind == "IMAGE" else _drawn(kind, name, obj, depsgraph, uv_map, size)
    if not picture.any():
        fix = EVERYWHERE
        refuse("empty-mask", f"The mask by the {what} '{name}' leaves nothing to paint.", "", *fix)
    return picture


def check_name(kind: str, name: str, obj: Any) -> str:
    """What a kind of mask other than "NONE" is made from, in words. Raises ProblemError "bad-value"
    for an unknown kind, "no-mask" if there is nothing of this name."""
    if kind not in KINDS:
        refuse("bad-value", f"There is no kind of mask '{kind}'.", f"One of {', '.join(KINDS)}.")
    what = kind.replace("_", " ").lower()
    names = [block.name for block in mask_blocks(obj, kind)]
    if name not in names:
        listed = ", ".join(names[:8]) or "none"
        message = f"There is no {what} '{name}' for the mask."
        refuse("no-mask", message, f"There is: {listed}.", *EVERYWHERE)
    return what


def _image(name: str) -> np.ndarray:
    image: Any = bpy.data.images[name]
    pixels = read_pixels(image)
    if pixels is None or image.source == "TILED":
        refuse("no-mask", f"The image '{name}' cannot be read.", "Choose another mask.")
    return to_bytes(pixels[..., :3] @ LUMA * pixels[..., 3])


def _drawn(kind: str, name: str, obj: Any, depsgraph: Any, uv_map: str, size: int) -> np.ndarray:
    with gather.evaluated_mesh(obj, depsgraph) as mesh:
        layout = rasterise(gather.corner_uvs(mesh, gather.uv_layer(obj, mesh, uv_map)), size)
        if kind == "VERTEX_GROUP":
            at_vertices = _weights(mesh, obj.vertex_groups[name].index, name)
            values = _between(layout, at_vertices[gather.triangle_vertices(mesh)])
        else:
            slots = obj.material_slots
            chosen = [
                i for i, slot in enumerate(slots) if slot.material and slot.material.name == name
            ]
            of_triangle = np.isin(gather.triangle_slots(mesh, len(slots)), chosen)
            values = of_triangle[layout.triangles].astype(np.float32)
    return to_bytes(layout.picture(values[:, None])[..., 0])


def _between(layout: Layout, at_corners: np.ndarray) -> np.ndarray:
    values: np.ndarray = np.einsum("nc,nc->n", at_corners[layout.triangles], layout.weights)
    return values


def _weights(mesh: Any, group: int, name: str) -> np.ndarray:
    """float32 (V,): the weights of a vertex group on an evaluated mesh."""
    weights = np.zeros(len(mesh.vertices), np.float32)
    attribute = mesh.attributes.get(name)  # Geometry Nodes turn a vertex group into an attribute
    if attribute and attribute.domain == "POINT" and attribute.data_type == "FLOAT":
        attribute.data.foreach_get("value", weights)
        return weights
    for vertex in mesh.vertices:  # Blender has no faster way
        for element in vertex.groups:
            if element.group == group:
                weights[vertex.index] = element.weight
    return weights
