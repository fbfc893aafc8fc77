"""The colour before Orbitex painted, and the painted one, on demand."""

from __future__ import annotations

from typing import Any

from ..picture import shading
from ..problems import refuse
from ..settings.properties import settings_of
from .jobs import UV_MAP_KEY


def shows_painted(obj: Any) -> bool:
    """Whether Orbitex's image feeds Base Color of a material of ``obj``."""
    return bool(_painted_sockets(obj))


def restore(obj: Any) -> int:
    """Let Base Color of the object's materials be fed by what fed it before Orbitex painted; how
    many materials were changed. The image and its nodes stay, for :func:`show_painted`."""
    shading.set_bump(obj, 0.0)
    sockets = _painted_sockets(obj)
    for material, socket in sockets:
        before = shading.fed_before(material)
        tree = material.node_tree
        tree.links.remove(socket.links[0])
        if before is not None:
            tree.links.new(before, socket)
            tree.nodes.active = before.node  # what Solid mode shows
    return len(sockets)


def show_painted(obj: Any, image: Any = None) -> None:
    """Feed Base Color of all materials by the painted ``image``, by default the object's own.

    Raises ProblemError "not-painted".
    """
    settings = settings_of(obj)
    image = image or settings.image
    if image is None:
        refuse("not-painted", f"'{obj.name}' has not been painted.", "Paint it.")
    settings.image = image
    uv_map = str(image.get(UV_MAP_KEY, "")) or obj.data.uv_layers.active.name
    shading.attach(obj, image, uv_map, settings.bump)


def _painted_sockets(obj: Any) -> list[tuple[Any, Any]]:
    """(material, its Base Color) where that is fed by our image node."""
    found = []
    for material in dict.fromkeys(slot.material for slot in obj.material_slots):
        tree = material.node_tree if material else None
        socket: Any = shading.find_base_colour(tree) if tree else None
        linked = socket is not None and socket.is_linked
        if linked and socket.links[0].from_node.name == shading.IMAGE_NODE:
            found.append((material, socket))
    return found
