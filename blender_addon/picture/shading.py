"""The image's place in an object's materials: nodes, links, and how to take them back.

Nodes are found by name, never kept between two calls: undo frees them without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from ..problems import Problem
from .live_image import by_uid, uid_of

IMAGE_NODE = "Orbitex Image"
UV_NODE = "Orbitex UV Map"
LUMINANCE_NODE = "Orbitex Luminance"
BUMP_NODE = "Orbitex Bump"
FED_KEY = "orbitex_fed_before"  # of a material: what fed Base Color before Orbitex's image
BUMP_DEPTH = 0.02  # height between black and white at full strength, in sizes of the object

# Where a shader takes its colour. By type, never by name: names are translated. A Principled BSDF
# comes before the others, wherever it stands.
COLOUR_INPUTS = {
    "BSDF_PRINCIPLED": "Base Color",
    "EEVEE_SPECULAR": "Base Color",
    "GROUP": "Base Color",
    "BSDF_DIFFUSE": "Color",
    "EMISSION": "Color",
}


@dataclass(frozen=True)
class Attachment:
    """What :func:`attach` did to one material, so that it can be taken back; see
    :func:`fed_before` for the link it replaced.

    ``created_nodes``: their names. ``previous_image`` identifies the image that our node showed
    before, or is None.
    """

    material_uid: Any
    created_material: bool
    created_nodes: tuple[str, ...]
    previous_image: Any


def attach(obj: Any, image: Any, uv_map: str, bump: float = 0.0) -> tuple[Attachment, ...]:
    """Show ``image`` as Base Color of all the object's materials, through the named UV map, and
    with its bumps (see :func:`set_bump`).

    Existing nodes stay where they are; only the link into Base Color is replaced. A material
    that another mesh uses as well is copied first, so that painting one object does not repaint
    others; so is one that is linked from another file. Empty slots, or an object without any, get
    a new one: faces without a material would stay grey.
    """
    done = []
    empty = [slot for slot in obj.material_slots if not slot.material]
    filled = [slot for slot in obj.material_slots if slot.material]
    if empty or not filled:
        material: Any = bpy.data.materials.new(f"{obj.name} Orbitex")
        if not empty:
            obj.data.materials.append(material)
        for slot in empty:
            slot.material = material
        done.append(_attach_to(material, image, uv_map, created=True))
    for slot in filled:
        if slot.material.library or _used_elsewhere(slot.material, obj):
            slot.material = slot.material.copy()
        done.append(_attach_to(slot.material, image, uv_map, created=False))
    set_bump(obj, bump)
    return tuple(done)


def node_tree_of(owner: Any) -> Any:
    """The node tree of a material or a world, made where there is none."""
    if bpy.app.version < (5, 0, 0):  # from then on always there, and the switch warns
        owner.use_nodes = True
    return owner.node_tree


def _used_elsewhere(material: Any, obj: Any) -> bool:
    return any(
        other.data is not obj.data and any(s.material == material for s in other.material_slots)
        for other in bpy.data.objects
        if other.type == "MESH" and other.data != obj.data
    )


def _attach_to(material: Any, image: Any, uv_map: str, created: bool) -> Attachment:
    tree = node_tree_of(material)
    before = {node.name for node in tree.nodes}
    socket = find_base_colour(tree)
    if socket is None and next(_outputs(tree), None) is None:
        socket = _new_shader(tree)
    texture, uv_node = tree.nodes.get(IMAGE_NODE), tree.nodes.get(UV_NODE)
    if texture is None or texture.type != "TEX_IMAGE":
        texture = _new_node(tree, "ShaderNodeTexImage", IMAGE_NODE)
        if socket is not None:
            _place(texture, socket.node, -320, 0)
    if uv_node is None or uv_node.type != "UVMAP":
        uv_node = _new_node(tree, "ShaderNodeUVMap", UV_NODE)
        _place(uv_node, texture, -220, -140)
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
    nodes = tuple(node.name for node in tree.nodes if node.name not in before)
    return Attachment(uid_of(material), created, nodes, previous_image)


def _new_node(tree: Any, kind: str, name: str) -> Any:
    node = tree.nodes.new(kind)
    node.name = node.label = name
    return node


def _place(node: Any, beside: Any, x: float, y: float) -> None:
    node.location = (beside.location[0] + x, beside.location[1] + y)


def _new_shader(tree: Any) -> Any:
    """The colour of a new Principled node, for a tree that shades nothing."""
    principled = tree.nodes.new("ShaderNodeBsdfPrincipled")
    output = tree.get_output_node("ALL")
    if output is None:
        output = tree.nodes.new("ShaderNodeOutputMaterial")
        _place(output, principled, 300, 0)
    tree.links.new(principled.outputs["BSDF"], output.inputs["Surface"])
    return principled.inputs["Base Color"]


def find_base_colour(tree: Any) -> Any:
    """The input that colours the surface: of the Principled node nearest to the output; else of
    another shader that :data:`COLOUR_INPUTS` knows; else of a Principled that nothing shows; or
    None."""
    shown, others = list(_upstream(tree)), list(tree.nodes)
    principled = [node for node in shown if node.type == "BSDF_PRINCIPLED"]
    spare = [node for node in others if node.type == "BSDF_PRINCIPLED"]
    for node in [*principled, *shown, *spare]:
        socket = node.inputs.get(COLOUR_INPUTS.get(node.type, ""))
        if socket is not None:
            return socket
    return None


def not_shown(obj: Any) -> Problem | None:
    """The first material of ``obj`` whose image node feeds nothing, as :func:`attach` found no
    input for it; None if there is none."""
    for slot in obj.material_slots:
        tree = slot.material.node_tree if slot.material else None
        node = tree.nodes.get(IMAGE_NODE) if tree else None
        linked = node is None or any(output.is_linked for output in node.outputs)
        if not linked and find_base_colour(tree) is None:
            return Problem(
                "not-shown",
                f"'{slot.material.name}' does not show the texture: it has no Base Color.",
                f"Link the node '{IMAGE_NODE}' to its color by hand.",
            )
    return None


def _outputs(tree: Any) -> Iterator[Any]:
    """The nodes that shade the surface at the tree's outputs; of any engine, the common first."""
    for target in ("ALL", "CYCLES", "EEVEE"):
        output = tree.get_output_node(target)
        surface = output.inputs["Surface"] if output else None
        if surface is not None and surface.is_linked:
            yield surface.links[0].from_node


def _upstream(tree: Any) -> Iterator[Any]:
    """The shader nodes that reach an output, the nearest first."""
    waiting, seen = list(_outputs(tree)), set()
    while waiting:
        node = waiting.pop(0)
        if node.name in seen:
            continue
        seen.add(node.name)
        yield node
        for socket in node.inputs:
            if socket.type == "SHADER" or node.type == "REROUTE":
                waiting.extend(link.from_node for link in socket.links)


def fed_before(material: Any) -> Any:
    """The output that fed Base Color before our image did; None if none did, or it is gone."""
    fed = material.get(FED_KEY)
    node = material.node_tree.nodes.get(fed["node"]) if fed else None
    outputs = node.outputs if node else ()
    return next((output for output in outputs if output.identifier == fed["socket"]), None)


def detach(attachments: tuple[Attachment, ...]) -> None:
    """Take back what :func:`attach` did: for a job that never brought a picture."""
    for attachment in attachments:
        material = by_uid(bpy.data.materials, attachment.material_uid)
        if material is None:
            continue
        if attachment.created_material:
            bpy.data.materials.remove(material)
            continue
        tree = material.node_tree
        node = tree.nodes.get(IMAGE_NODE)
        if node is not None and attachment.previous_image is not None:
            node.image = by_uid(bpy.data.images, attachment.previous_image)
        if IMAGE_NODE not in attachment.created_nodes:
            continue
        _remove_bump(tree)
        socket, output = find_base_colour(tree), fed_before(material)
        for name in attachment.created_nodes:
            if name in tree.nodes:
                tree.nodes.remove(tree.nodes[name])
        if output is not None and socket is not None:
            tree.links.new(output, socket)
        if FED_KEY in material:
            del material[FED_KEY]


def set_bump(obj: Any, strength: float) -> None:
    """Let the light parts of the object's painted texture stand out: ``strength`` 0 to 1, 0 takes
    the nodes away again. What fed the shader's Normal goes through the bump node, and back."""
    depth = BUMP_DEPTH * max(obj.dimensions)
    for slot in obj.material_slots:
        material = slot.material
        tree = material.node_tree if material and not material.library else None
        if tree is None or IMAGE_NODE not in tree.nodes:
            continue
        if strength <= 0:
            _remove_bump(tree)
            continue
        bump = tree.nodes.get(BUMP_NODE) or _new_bump(tree)
        if bump is not None:
            bump.inputs["Strength"].default_value = strength
            bump.inputs["Distance"].default_value = depth


def _new_bump(tree: Any) -> Any:
    """The bump node, between our image and the Normal of the shader that it colours; None for a
    shader without one, such as an emission, and where another colour shows."""
    socket, texture = find_base_colour(tree), tree.nodes[IMAGE_NODE]
    normal = socket.node.inputs.get("Normal") if socket else None
    if normal is None or not socket.is_linked or socket.links[0].from_node != texture:
        return None
    luminance = _new_node(tree, "ShaderNodeRGBToBW", LUMINANCE_NODE)
    bump = _new_node(tree, "ShaderNodeBump", BUMP_NODE)
    _place(luminance, texture, 0, -300)
    _place(bump, texture, 160, -300)
    if normal.is_linked:
        tree.links.new(normal.links[0].from_socket, bump.inputs["Normal"])
    tree.links.new(texture.outputs["Color"], luminance.inputs["Color"])
    tree.links.new(luminance.outputs["Val"], bump.inputs["Height"])
    tree.links.new(bump.outputs["Normal"], normal)
    return bump


def _remove_bump(tree: Any) -> None:
    bump = tree.nodes.get(BUMP_NODE)
    if bump is not None:
        normal = bump.inputs["Normal"]
        before = normal.links[0].from_socket if normal.is_linked else None
        targets = [link.to_socket for link in bump.outputs["Normal"].links]
        tree.nodes.remove(bump)
        for target in targets:
            if before is not None:
                tree.links.new(before, target)
    if LUMINANCE_NODE in tree.nodes:
        tree.nodes.remove(tree.nodes[LUMINANCE_NODE])
