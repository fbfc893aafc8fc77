"""The colour that the object has before it is painted: what feeds Base Color of its materials.

An image whose layout is the one being painted is sent as it is. All else (several materials, an
image on another UV map) is drawn into the layout that is painted, at the texture's size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from ..picture import shading
from ..picture.layout import rasterise, sample
from ..picture.pictures import encode_srgb, read_pixels, to_bytes
from ..problems import refuse
from ..settings.table import BY_NAME
from . import gather

DEFAULT_GREY = (0.8, 0.8, 0.8)  # Blender's look of an object without a material, linear
SOURCES = BY_NAME["base"].names


@dataclass(frozen=True)
class Source:
    """What colours one material: ``image``, seen through the UV map ``uv_map``, or where that is
    None the ``flat`` colour (sRGB, 0..1). ``alpha``: whether the image's alpha makes holes."""

    image: Any = None
    uv_map: str = ""
    flat: tuple[float, ...] = ()
    alpha: bool = False


def gather_base(obj: Any, depsgraph: Any, uv_map: str, size: int, source: str) -> np.ndarray:
    """|u1 (H, W, 4) sRGB, top row first: the base colour in the UV map ``uv_map``; one pixel where
    it is the same all over. Alpha is below 255 only where the material uses the image's alpha.

    ``source``: "MATERIAL" is what fed Base Color before Orbitex painted the object, "PAINTED" the
    texture painted so far (as "MATERIAL" if there is none).
    Raises ProblemError "no-base" where Base Color is made by nodes, "no-uv", "bad-value".
    """
    if source not in SOURCES:
        refuse("bad-value", f"There is no base colour '{source}'.", f"One of {', '.join(SOURCES)}.")
    with gather.evaluated_mesh(obj, depsgraph) as mesh:
        layer = gather.uv_layer(obj, mesh, uv_map)
        materials = [slot.material for slot in obj.material_slots] or [None]
        slots = gather.triangle_slots(mesh, len(materials))
        shown = next((uv.name for uv in mesh.uv_layers if uv.active_render), layer.name)
        sources = {
            slot: _source(materials[slot], shown, source == "PAINTED")
            for slot in np.unique(slots).tolist()
        }
        first, *others = set(sources.values())
        if not others and first.image is None:
            return to_bytes(np.array([[[*first.flat, 1.0]]]))
        if not others and first.uv_map == layer.name:
            return to_bytes(_picture(first))
        layout = rasterise(gather.corner_uvs(mesh, layer), size)
        colours = np.ones((len(layout.triangles), 4), np.float32)
        slot_of_texel = slots[layout.triangles]
        for slot, one in sources.items():
            here = np.flatnonzero(slot_of_texel == slot)
            if one.image is None:
                colours[here, :3] = one.flat
                continue
            corners = gather.corner_uvs(mesh, gather.uv_layer(obj, mesh, one.uv_map))
            places = np.einsum("nck,nc->nk", corners[layout.triangles[here]], layout.weights[here])
            colours[here] = sample(_picture(one), places)
    return to_bytes(layout.picture(colours))


def has_holes(obj: Any) -> bool:
    """Whether a material of ``obj`` shows its base colour's image with the image's alpha."""
    for slot in obj.material_slots:
        tree = slot.material.node_tree if slot.material else None
        socket = shading.find_base_colour(tree) if tree else None
        if socket is not None and _uses_alpha(socket.node, _origin(slot.material, socket)):
            return True
    return False


def _picture(source: Source) -> np.ndarray:
    pixels = read_pixels(source.image)
    if pixels is None:
        name = source.image.name
        refuse("no-base", f"The image '{name}' has no pixels.", "Is its file missing?")
    if not source.alpha:
        pixels = np.concatenate([pixels[..., :3], np.ones_like(pixels[..., 3:])], axis=2)
    return pixels


def _source(material: Any, shown: str, painted: bool) -> Source:
    """What colours ``material``; ``shown`` names the UV map of images that choose none."""
    tree = material.node_tree if material else None
    if tree is None:
        colour = tuple(material.diffuse_color)[:3] if material else DEFAULT_GREY
        return _flat(colour)
    socket = shading.find_base_colour(tree)
    if socket is None:
        _unreadable(material, "There is no Principled BSDF")
    origin = _feeding(socket) if painted else _origin(material, socket)
    if origin is None:
        return _flat(tuple(socket.default_value)[:3])
    node = origin.node
    if node.type == "RGB":
        return _flat(tuple(origin.default_value)[:3])
    if node.type != "TEX_IMAGE" or origin != node.outputs["Color"] or node.image is None:
        _unreadable(material, f"Base Color comes from the node '{node.name}'")
    if node.projection != "FLAT":
        _unreadable(material, f"The image node '{node.name}' is not projected flat")
    return Source(node.image, _uv_map(material, node, shown), (), _uses_alpha(socket.node, origin))


def _flat(linear: tuple[float, ...]) -> Source:
    return Source(flat=tuple(encode_srgb(np.array(linear)).tolist()))


def _unreadable(material: Any, why: str) -> NoReturn:
    refuse(
        "no-base",
        f"The base colour of '{material.name}' cannot be read. {why}.",
        "Bake it into an image that feeds Base Color.",
    )


def _feeding(socket: Any) -> Any:
    """The output that feeds an input, past reroutes; None if nothing does."""
    return _past_reroutes(socket.links[0].from_socket) if socket.is_linked else None


def _past_reroutes(output: Any) -> Any:
    if output is None or output.node.type != "REROUTE":
        return output
    return _feeding(output.node.inputs[0])


def _origin(material: Any, socket: Any) -> Any:
    """The output that fed Base Color before Orbitex's own image; None: the socket's own value."""
    output = _feeding(socket)
    if output is None or output.node.name != shading.IMAGE_NODE:
        return output
    return _past_reroutes(shading.fed_before(material))


def _uses_alpha(shader: Any, origin: Any) -> bool:
    alpha = shader.inputs.get("Alpha")
    source = _feeding(alpha) if alpha is not None and origin is not None else None
    return (
        source is not None
        and source.node == origin.node
        and origin.node.type == "TEX_IMAGE"
        and source == origin.node.outputs["Alpha"]
    )


def _uv_map(material: Any, node: Any, shown: str) -> str:
    """The name of the UV map through which an image node looks."""
    place = _feeding(node.inputs["Vector"])
    if place is not None and place.node.type == "MAPPING" and _changes_nothing(place.node):
        place = _feeding(place.node.inputs["Vector"])
    if place is None or (place.node.type == "TEX_COORD" and place == place.node.outputs["UV"]):
        return shown
    if place.node.type == "UVMAP":
        return place.node.uv_map or shown
    _unreadable(material, f"The image node '{node.name}' is placed by other nodes than UVs")


def _changes_nothing(mapping: Any) -> bool:
    still = {"Location": (0, 0, 0), "Rotation": (0, 0, 0), "Scale": (1, 1, 1)}
    return all(
        not mapping.inputs[name].is_linked and tuple(mapping.inputs[name].default_value) == value
        for name, value in still.items()
        if name in mapping.inputs
    )
