"""The image finds its place in odd node trees, and leaves them as they were."""

from __future__ import annotations

from typing import Any

import bpy
import pytest
from scenes import node_of

from blender_addon.jobs import originals
from blender_addon.picture import live_image, shading


def tree_of(obj: Any, *kinds: str) -> tuple[Any, list[Any]]:
    """A material for ``obj`` with just these nodes; its tree and the nodes."""
    made = bpy.data.materials.new("Material")
    tree = shading.node_tree_of(made)
    tree.nodes.clear()
    obj.data.materials.append(made)
    return tree, [tree.nodes.new(f"ShaderNode{kind}") for kind in kinds]


def picture_of(tree: Any) -> Any:
    """All links, and all nodes with their first input's value."""
    links = [
        (link.from_node.name, link.from_socket.identifier, link.to_node.name, link.to_socket.name)
        for link in tree.links
    ]
    return sorted(links), sorted(node.name for node in tree.nodes)


def attach(obj: Any, bump: float = 0.0) -> Any:
    return shading.attach(obj, live_image.create("Painted", 8), "UVMap", bump)


def fed(tree: Any) -> list[tuple[str, str]]:
    """What our image feeds."""
    links = tree.nodes[shading.IMAGE_NODE].outputs["Color"].links
    return [(link.to_node.type, link.to_socket.name) for link in links]


def mixed(tree: Any, nodes: list[Any]) -> None:
    """A lone Principled, and one under two mixes beside a glossy one, with a reroute between."""
    _, glossy, outer, inner, reroute, shown, output = nodes
    shown.name = "Shown"
    tree.links.new(glossy.outputs[0], outer.inputs[1])
    tree.links.new(reroute.outputs[0], outer.inputs[2])
    tree.links.new(inner.outputs[0], reroute.inputs[0])
    tree.links.new(shown.outputs[0], inner.inputs[2])
    tree.links.new(outer.outputs[0], output.inputs["Surface"])


MIXED = ("BsdfPrincipled", "BsdfGlossy", "MixShader", "MixShader")


def test_principled_under_mix_shaders(sphere: Any) -> None:
    tree, nodes = tree_of(sphere, *MIXED)
    nodes.append(tree.nodes.new("NodeReroute"))
    nodes += [tree.nodes.new(f"ShaderNode{kind}") for kind in ("BsdfPrincipled", "OutputMaterial")]
    mixed(tree, nodes)
    before = picture_of(tree)
    attached = attach(sphere, 0.5)
    assert fed(tree)[0] == ("BSDF_PRINCIPLED", "Base Color")
    assert tree.nodes["Shown"].inputs["Base Color"].is_linked
    assert tree.nodes["Shown"].inputs["Normal"].is_linked
    shading.detach(attached)
    assert picture_of(tree) == before


@pytest.mark.parametrize(("kind", "name"), [("Emission", "Color"), ("BsdfDiffuse", "Color")])
def test_other_shaders_have_a_colour_too(sphere: Any, kind: str, name: str) -> None:
    tree, (shader, output) = tree_of(sphere, kind, "OutputMaterial")
    tree.links.new(shader.outputs[0], output.inputs["Surface"])
    before = picture_of(tree)
    attached = attach(sphere, 0.5)
    assert fed(tree)[0] == (shader.type, name)
    assert (shading.BUMP_NODE in tree.nodes) == ("Normal" in shader.inputs)
    shading.detach(attached)
    assert picture_of(tree) == before


def test_glass_alone_is_left_to_the_user(sphere: Any) -> None:
    tree, (glass, output) = tree_of(sphere, "BsdfGlass", "OutputMaterial")
    tree.links.new(glass.outputs[0], output.inputs["Surface"])
    attach(sphere, 0.5)
    assert fed(tree) == []  # the node is there, to be linked
    assert tree.nodes.active == tree.nodes[shading.IMAGE_NODE]


@pytest.mark.parametrize("socket", ["Base Color", "Tint"])
def test_a_node_group_with_a_base_colour(sphere: Any, socket: str) -> None:
    group: Any = bpy.data.node_groups.new("Skin", "ShaderNodeTree")
    if hasattr(group, "interface"):
        group.interface.new_socket(socket, in_out="INPUT", socket_type="NodeSocketColor")
        group.interface.new_socket("BSDF", in_out="OUTPUT", socket_type="NodeSocketShader")
    else:  # before Blender 4.0
        group.inputs.new("NodeSocketColor", socket)
        group.outputs.new("NodeSocketShader", "BSDF")
    tree, (node, output) = tree_of(sphere, "Group", "OutputMaterial")
    node.node_tree = group
    tree.links.new(node.outputs["BSDF"], output.inputs["Surface"])
    attach(sphere)
    assert fed(tree) == ([("GROUP", "Base Color")] if socket == "Base Color" else [])


def test_several_outputs(sphere: Any) -> None:
    """One for each engine: what is shown by Cycles counts, not the one that nothing shows."""
    tree, nodes = tree_of(sphere, "BsdfPrincipled", "BsdfPrincipled", *["OutputMaterial"] * 2)
    _, shown, empty, cycles = nodes
    empty.target, cycles.target = "EEVEE", "CYCLES"
    tree.links.new(shown.outputs[0], cycles.inputs["Surface"])
    attach(sphere)
    assert shown.inputs["Base Color"].is_linked


@pytest.mark.parametrize("kinds", [(), ("OutputMaterial",), ("BsdfPrincipled",)])
def test_a_tree_without_a_surface_gets_one(sphere: Any, kinds: tuple[str, ...]) -> None:
    tree, _ = tree_of(sphere, *kinds)
    before = picture_of(tree)
    attached = attach(sphere)
    assert fed(tree) == [("BSDF_PRINCIPLED", "Base Color")]
    shading.detach(attached)
    assert picture_of(tree) == before


def test_bump_comes_and_goes(sphere: Any) -> None:
    """The setting acts at once; a normal map goes through the bump, and back."""
    tree, nodes = tree_of(sphere, "NormalMap", "BsdfPrincipled", "OutputMaterial")
    normal_map, shader, output = nodes
    tree.links.new(shader.outputs[0], output.inputs["Surface"])
    tree.links.new(normal_map.outputs[0], shader.inputs["Normal"])
    sphere.orbitex.bump = 0.4  # nothing is painted yet
    assert len(tree.nodes) == 3
    attached = attach(sphere, sphere.orbitex.bump)
    bump = tree.nodes[shading.BUMP_NODE]
    assert bump.inputs["Strength"].default_value == pytest.approx(0.4)
    assert bump.inputs["Distance"].default_value == pytest.approx(0.04)  # 2 % of two metres
    assert bump.inputs["Normal"].links[0].from_node == normal_map
    luminance = bump.inputs["Height"].links[0].from_node
    assert luminance.inputs[0].links[0].from_node == tree.nodes[shading.IMAGE_NODE]
    assert shader.inputs["Normal"].links[0].from_node == bump
    count = len(tree.nodes)
    sphere.orbitex.bump = 0.8
    attach(sphere, 0.8)  # painted again
    assert len(tree.nodes) == count
    assert tree.nodes[shading.BUMP_NODE].inputs["Strength"].default_value == pytest.approx(0.8)
    sphere.orbitex.bump = 0
    assert shader.inputs["Normal"].links[0].from_node == normal_map
    assert not {shading.BUMP_NODE, shading.LUMINANCE_NODE} & set(tree.nodes.keys())
    sphere.orbitex.bump = 0.5
    shading.detach(attached)
    assert len(tree.nodes) == 3
    assert shader.inputs["Normal"].links[0].from_node == normal_map


def test_the_original_has_no_bump(sphere: Any) -> None:
    tree, (shader, output) = tree_of(sphere, "BsdfPrincipled", "OutputMaterial")
    tree.links.new(shader.outputs[0], output.inputs["Surface"])
    sphere.orbitex.image = live_image.create("Painted", 8)
    sphere.orbitex.bump = 0.5
    for _ in range(2):
        originals.show_painted(sphere)
        assert shader.inputs["Normal"].links[0].from_node == tree.nodes[shading.BUMP_NODE]
        originals.restore(sphere)
        sphere.orbitex.bump = 0.6  # waits until the painted colour shows again
        assert not shader.inputs["Normal"].is_linked and not shader.inputs["Base Color"].is_linked


def test_a_new_material_has_colours_as_they_are(sphere: Any) -> None:
    attach(sphere)
    image = node_of(sphere.active_material, "TEX_IMAGE").image
    assert image.colorspace_settings.name == "sRGB" and not image.is_float


def test_empty_slots_are_filled_and_emptied_again(sphere: Any) -> None:
    """Faces of a slot without a material would stay grey."""
    tree_of(sphere, "BsdfPrincipled", "OutputMaterial")
    sphere.data.materials.append(None)
    sphere.data.materials.append(None)
    own = sphere.material_slots[0].material
    done = attach(sphere)
    first, *others = [slot.material for slot in sphere.material_slots]
    assert first == own and others[0] == others[1] != own
    assert fed(others[0].node_tree) == [("BSDF_PRINCIPLED", "Base Color")]
    shading.detach(done)
    assert [slot.material for slot in sphere.material_slots] == [own, None, None]


def test_a_material_that_cannot_show_it_is_named(sphere: Any) -> None:
    tree, (shader, output) = tree_of(sphere, "BsdfGlossy", "OutputMaterial")
    tree.links.new(shader.outputs[0], output.inputs["Surface"])
    assert shading.not_shown(sphere) is None  # nothing has been painted
    attach(sphere)
    problem = shading.not_shown(sphere)
    assert problem is not None and "'Material'" in problem.message
    tree.links.new(tree.nodes[shading.IMAGE_NODE].outputs["Color"], shader.inputs["Color"])
    assert shading.not_shown(sphere) is None
