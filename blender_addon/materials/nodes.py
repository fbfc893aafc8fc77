"""The maps' place in an object's materials: images that are no colours, and their nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ..link.picture_files import QUICK, encode_png
from ..picture import shading
from ..problems import refuse

NORMAL_IMAGE, PACKED_IMAGE = "Orbitex Normal Image", "Orbitex Packed Image"  # nodes
NORMAL_MAP, SEPARATE = "Orbitex Normal Map", "Orbitex Separate"
NON_COLOR = "Non-Color"


@dataclass(frozen=True, eq=False)
class Maps:
    """Pictures |u1 (H, W, 3), top row first. normal: in tangent space, green upward; packed:
    occlusion, roughness and metallic."""

    normal: np.ndarray
    packed: np.ndarray


def attach_maps(obj: Any, image: Any, uv_map: str, maps: Maps) -> None:
    """Let the maps of ``image``, the object's painted texture, shade all materials that show it:
    normal, roughness and metallic, which are data, not colours. Nodes that are there already show
    the new maps; what fed these inputs before stays in the tree. Raises ProblemError
    "no-principled"."""
    trees = [slot.material.node_tree for slot in obj.material_slots if slot.material]
    shown = [(tree, _principled(tree)) for tree in trees if shading.IMAGE_NODE in tree.nodes]
    fit = [(tree, shader) for tree, shader in shown if shader is not None]
    if not fit:
        refuse(
            "no-principled",
            f"No material of '{obj.name}' shows its painted texture by a Principled BSDF.",
            "Press Show Painted, or feed the texture into one.",
        )
    shading.set_bump(obj, 0.0)  # the normals say it all
    normal = _picture(f"{image.name} normal", maps.normal)
    packed = _picture(f"{image.name} occlusion-roughness-metallic", maps.packed)
    for tree, shader in fit:
        _attach_to(tree, shader, normal, packed, uv_map)


def _principled(tree: Any) -> Any:
    """The Principled node that our image colours; None if it colours another shader."""
    socket = shading.find_base_colour(tree)
    return socket.node if socket is not None and socket.node.type == "BSDF_PRINCIPLED" else None


def _attach_to(tree: Any, shader: Any, normal: Any, packed: Any, uv_map: str) -> None:
    texture = tree.nodes[shading.IMAGE_NODE]
    vector = (
        texture.inputs["Vector"].links[0].from_socket if texture.inputs["Vector"].links else None
    )
    images = []
    for name, image, down in ((NORMAL_IMAGE, normal, 300), (PACKED_IMAGE, packed, 600)):
        node = _node(tree, "ShaderNodeTexImage", name, texture, (0, -down))
        node.image = image
        if vector is not None:
            tree.links.new(vector, node.inputs["Vector"])
        images.append(node)
    bent = _node(tree, "ShaderNodeNormalMap", NORMAL_MAP, texture, (300, -300))
    bent.space, bent.uv_map = "TANGENT", uv_map
    tree.links.new(images[0].outputs["Color"], bent.inputs["Color"])
    tree.links.new(bent.outputs["Normal"], shader.inputs["Normal"])
    separate = _node(tree, "ShaderNodeSeparateColor", SEPARATE, texture, (300, -600))
    tree.links.new(images[1].outputs["Color"], separate.inputs["Color"])
    tree.links.new(separate.outputs["Green"], shader.inputs["Roughness"])
    tree.links.new(separate.outputs["Blue"], shader.inputs["Metallic"])
    tree.nodes.active = texture  # what Solid mode and Texture Paint show


def _node(tree: Any, kind: str, name: str, beside: Any, offset: tuple[int, int]) -> Any:
    node = tree.nodes.get(name)
    if node is None or node.bl_idname != kind:
        node = tree.nodes.new(kind)
        node.name = node.label = name
        node.location = (beside.location[0] + offset[0], beside.location[1] + offset[1])
    return node


def _picture(name: str, pixels: np.ndarray) -> Any:
    """The image of this name, packed, that holds ``pixels`` |u1 (H, W, 3) as data."""
    image: Any = bpy.data.images.get(name)
    if image is None or image.library is not None:
        image = bpy.data.images.new(name, 8, 8, alpha=False, float_buffer=False)
        image.name = name  # else Blender may have cut or numbered it
    png = encode_png(np.ascontiguousarray(pixels), QUICK)
    image.source = "GENERATED"
    image.colorspace_settings.name = NON_COLOR
    image.pack(data=png, data_len=len(png))
    image.source = "FILE"
    image.update_tag()
    return image
