"""The image that grows: its data block, its pixels, its place in the material.

Rules learnt the hard way (research notes of the project): a byte image in sRGB whose colour space
is set before the first write; alpha 1; ``update()`` and ``update_tag()`` after every write, or
viewports stay stale; pixels written after ``pack()`` are lost unless packed again, so pack once
at the end and before a save; never keep a reference to a node or data block between ticks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

IMAGE_NODE = "Orbitex Image"
UV_NODE = "Orbitex UV Map"
FED_KEY = "orbitex_fed_before"  # of a material: what fed Base Color before Orbitex's image
EMPTY_COLOUR = (0.5, 0.5, 0.5, 1.0)  # what shows until the first frame


@dataclass(frozen=True)
class Attachment:
    """What :func:`attach` did to one material, so that it can be taken back; see
    :func:`fed_before` for the link it replaced.

    ``previous_image`` identifies the image that our node showed before, or is None.
    """

    material_uid: Any
    created_material: bool
    created_nodes: bool
    linked: bool
    previous_image: Any


def create(name: str, size: int) -> Any:
    """A new square byte image in sRGB, mid grey."""
    image: Any = bpy.data.images.new(name, size, size, alpha=False, float_buffer=False)
    image.colorspace_settings.name = "sRGB"
    image.generated_color = EMPTY_COLOUR
    return image


def write(image: Any, size: tuple[int, int], pixels: np.ndarray) -> None:
    """Put ``pixels`` (float32, flat RGBA, bottom row first) of ``size`` (width, height) into the
    image, resized if need be, and tell all viewports."""
    if tuple(image.size) != size:
        image.scale(*size)
    image.pixels.foreach_set(pixels)
    image.update()
    image.update_tag()


def replace_by(image: Any, png: bytes) -> None:
    """Make the picture in the PNG file ``png`` the image's content, packed into the .blend.

    Blender decodes it when something first looks; nothing is encoded in the main thread.
    """
    # A change of the source lets go of the old pixels; reload() would look for a file first, and
    # complain. It must end as 'FILE': a 'GENERATED' image is generated anew after reopening.
    image.source = "GENERATED"
    image.pack(data=png, data_len=len(png))
    image.source = "FILE"
    image.update_tag()


def pack(image: Any) -> None:
    """Keep the pixels in the .blend file. Encodes them in the main thread, and only where the
    picture of the moment must be kept; the finished one comes by :func:`replace_by`."""
    if image.is_dirty or not image.packed_file:
        image.pack()


def attach(obj: Any, image: Any, uv_map: str) -> tuple[Attachment, ...]:
    """Show ``image`` as Base Color of all the object's materials, through the named UV map.

    Existing nodes stay where they are; only the link into Base Color is replaced. A material
    that another mesh uses as well is copied first, so that painting one object does not repaint
    others; so is one that is linked from another file. An object without a material gets one.
    """
    done = []
    slots = [slot for slot in obj.material_slots if slot.material]
    if not slots:
        material: Any = bpy.data.materials.new(f"{obj.name} Orbitex")
        if obj.material_slots:
            obj.material_slots[0].material = material
        else:
            obj.data.materials.append(material)
        done.append(_attach_to(material, image, uv_map, created=True))
    for slot in slots:
        if slot.material.library or _used_elsewhere(slot.material, obj):
            slot.material = slot.material.copy()
        done.append(_attach_to(slot.material, image, uv_map, created=False))
    return tuple(done)


def _used_elsewhere(material: Any, obj: Any) -> bool:
    return any(
        other.data is not obj.data and any(s.material == material for s in other.material_slots)
        for other in bpy.data.objects
        if other.type == "MESH" and other.data != obj.data
    )


def _attach_to(material: Any, image: Any, uv_map: str, created: bool) -> Attachment:
    if bpy.app.version < (5, 0, 0):
        material.use_nodes = True  # 5.0 and later: always so, and setting it warns
    tree = material.node_tree
    texture, uv_node = tree.nodes.get(IMAGE_NODE), tree.nodes.get(UV_NODE)
    created_nodes = texture is None
    socket = _base_colour(tree)
    if texture is None or texture.type != "TEX_IMAGE":
        texture = tree.nodes.new("ShaderNodeTexImage")
        texture.name = texture.label = IMAGE_NODE
        if socket is not None:
            x, y = socket.node.location
            texture.location = (x - 320, y)
    if uv_node is None or uv_node.type != "UVMAP":
        uv_node = tree.nodes.new("ShaderNodeUVMap")
        uv_node.name = uv_node.label = UV_NODE
        uv_node.location = (texture.location[0] - 220, texture.location[1] - 140)
    previous_image = uid_of(texture.image) if texture.image else None
    texture.image, uv_node.uv_map = image, uv_map
    tree.links.new(uv_node.outputs["UV"], texture.inputs["Vector"])
    tree.nodes.active = texture  # Solid mode, colour 'Texture', and Texture Paint show the active
    if socket is not None:
        output = socket.links[0].from_socket if socket.is_linked else None
        if output is None:
            material[FED_KEY] = {"node": "", "socket": ""}
        elif output.node != texture:  # else it is our own image: no news
            material[FED_KEY] = {"node": output.node.name, "socket": output.identifier}
        tree.links.new(texture.outputs["Color"], socket)
    return Attachment(uid_of(material), created, created_nodes, socket is not None, previous_image)


def find_base_colour(tree: Any) -> Any:
    """The Base Color input of the shader at the output, else of any Principled node; or None."""
    shader = _shader(tree)
    for node in [*([shader] if shader else []), *tree.nodes]:
        if node.type == "BSDF_PRINCIPLED":  # never by name: names are translated
            return node.inputs["Base Color"]
    return None


def fed_before(material: Any) -> Any:
    """The output that fed Base Color before our image did; None if none did, or it is gone."""
    fed = material.get(FED_KEY)
    node = material.node_tree.nodes.get(fed["node"]) if fed else None
    outputs = node.outputs if node else ()
    return next((output for output in outputs if output.identifier == fed["socket"]), None)


def _shader(tree: Any) -> Any:
    output = tree.get_output_node("ALL")
    surface = output.inputs["Surface"] if output else None
    return surface.links[0].from_node if surface is not None and surface.is_linked else None


def _base_colour(tree: Any) -> Any:
    """The Base Color input to feed; of a new Principled node where nothing is shaded at all; None
    for a material of other shaders."""
    socket = find_base_colour(tree)
    if socket is not None or _shader(tree) is not None:
        return socket
    output = tree.get_output_node("ALL")
    principled = tree.nodes.new("ShaderNodeBsdfPrincipled")
    output = output or tree.nodes.new("ShaderNodeOutputMaterial")
    output.location = (principled.location[0] + 300, principled.location[1])
    tree.links.new(principled.outputs["BSDF"], output.inputs["Surface"])
    return principled.inputs["Base Color"]


def detach(attachments: tuple[Attachment, ...]) -> None:
    """Take back what :func:`attach` did: for a job that never brought a picture."""
    for attachment in attachments:
        material = by_uid(bpy.data.materials, attachment.material_uid)
        if material is None:
            continue
        if not attachment.created_nodes:
            node = material.node_tree.nodes.get(IMAGE_NODE)
            if node is not None and attachment.previous_image is not None:
                node.image = by_uid(bpy.data.images, attachment.previous_image)
            continue
        if attachment.created_material:
            bpy.data.materials.remove(material)
            continue
        nodes = material.node_tree.nodes
        socket = _base_colour(material.node_tree) if attachment.linked else None
        for name in (IMAGE_NODE, UV_NODE):
            node = nodes.get(name)
            if node is not None:
                nodes.remove(node)
        output = fed_before(material)
        if output is not None and socket is not None:
            material.node_tree.links.new(output, socket)
        if FED_KEY in material:
            del material[FED_KEY]


def uid_of(block: Any) -> Any:
    """What identifies a data block until the file is closed: undo and renaming keep it.

    Before Blender 4.2 there is only the name, and a job ends when its object is renamed.
    """
    return getattr(block, "session_uid", block.name_full)


def by_uid(blocks: Any, uid: Any) -> Any:
    """The data block with this :func:`uid_of`, or None."""
    return next((block for block in blocks if uid_of(block) == uid), None)


def redraw() -> None:
    """Redraw what shows the image or the progress, in all windows."""
    manager = bpy.context.window_manager
    for window in manager.windows if manager else ():
        for area in window.screen.areas:
            if area.type in ("VIEW_3D", "IMAGE_EDITOR", "PROPERTIES"):
                area.tag_redraw()


CLASSES = ()
