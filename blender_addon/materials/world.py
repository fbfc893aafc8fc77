"""The sky of a scene: an equirectangular picture in the nodes of its World."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..picture.shading import node_tree_of
from ..problems import refuse

NAME = "Orbitex Sky"
FLOATING = (".exr", ".hdr")  # linear light; all else is sRGB


def set_sky(scene: Any, path: Path, strength: float) -> Any:
    """Light a scene by the picture at ``path``; the World, which takes the place of the scene's own
    (that is kept in the file). Raises ProblemError "no-sky"."""
    hint = "Write one: service sky RECEIPT."
    if not path.is_file():
        refuse("no-sky", f"There is no file {path}.", hint)
    try:
        image: Any = bpy.data.images.load(str(path), check_existing=True)
    except RuntimeError:
        refuse("no-sky", f"{path.name} cannot be read as a picture.", hint)
    image.reload()
    width, height = image.size
    if not height or width != 2 * height:
        bpy.data.images.remove(image)
        refuse("no-sky", f"{path.name} is not twice as wide as it is high.", hint)
    if path.suffix.lower() not in FLOATING:
        image.colorspace_settings.name = "sRGB"
    if scene.world is not None and scene.world.name != NAME:
        scene.world.use_fake_user = True
    world: Any = bpy.data.worlds.get(NAME) or bpy.data.worlds.new(NAME)
    tree = node_tree_of(world)
    tree.nodes.clear()
    places = tree.nodes.new("ShaderNodeTexCoord")
    texture = tree.nodes.new("ShaderNodeTexEnvironment")
    background = tree.nodes.new("ShaderNodeBackground")
    output = tree.nodes.new("ShaderNodeOutputWorld")
    for number, node in enumerate((places, texture, background, output)):
        node.location = (300 * number - 700, 300)
    texture.image = image
    background.inputs["Strength"].default_value = strength
    tree.links.new(places.outputs["Generated"], texture.inputs["Vector"])
    tree.links.new(texture.outputs["Color"], background.inputs["Color"])
    tree.links.new(background.outputs["Background"], output.inputs["Surface"])
    scene.world = world
    return world
