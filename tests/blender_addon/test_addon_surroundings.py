"""What else is sent: the objects that hide, the colour before, the mask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from fake_service import FakeService
from mathutils import Matrix, Vector
from mathutils.bvhtree import BVHTree

from blender_addon import base_colour, gather, live_image, mask, occluders, session
from blender_addon.layout import rasterise, sample
from blender_addon.problems import ProblemError, from_service


def depsgraph() -> Any:
    bpy.context.view_layer.update()
    return bpy.context.evaluated_depsgraph_get()


def hiding(obj: Any) -> dict[str, np.ndarray]:
    return occluders.gather_occluders(obj, depsgraph())


def square(name: str = "Square") -> Any:
    """A unit square of two faces, left and right, whose UVs are its x and y."""
    data = bpy.data.meshes.new(name)
    points = [(x, y, 0) for y in (0, 1) for x in (0, 0.5, 1)]
    data.from_pydata(points, [], [(0, 1, 4, 3), (1, 2, 5, 4)])
    layer = data.uv_layers.new(name="UVMap")
    for loop in data.loops:
        layer.uv[loop.index].vector = points[loop.vertex_index][:2]
    obj = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    return obj


def image(pixels: np.ndarray, name: str = "picture", **how: Any) -> Any:
    """A Blender image of bytes (H, W, 4), top row first."""
    made = bpy.data.images.new(name, pixels.shape[1], pixels.shape[0], alpha=True, **how)
    made.pixels.foreach_set((pixels[::-1] / np.float32(255)).astype(np.float32).ravel())
    return made


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4)).astype(np.uint8)


def material(picture: Any = None, colour: tuple[float, ...] = (0.8, 0.8, 0.8, 1.0)) -> Any:
    made = bpy.data.materials.new("Material")
    made.use_nodes = True
    tree = made.node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = colour
    if picture is not None:
        node = tree.nodes.new("ShaderNodeTexImage")
        node.image = picture
        tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])
    return made


def node_of(made: Any, kind: str) -> Any:
    return next(node for node in made.node_tree.nodes if node.type == kind)


def base(obj: Any, uv_map: str = "", size: int = 64, source: str = "MATERIAL") -> np.ndarray:
    return base_colour.gather_base(obj, depsgraph(), uv_map, size, source)


# --- occluders


def test_others_hide_as_blender_sees_them(sphere: Any) -> None:
    """Rays meet the sent triangles where Blender's scene.ray_cast meets the objects."""
    sphere.location, sphere.rotation_euler, sphere.scale = (1, 0, 0.5), (0.4, 0.2, 1), (1, 2, 1)
    bpy.ops.mesh.primitive_torus_add(location=(3, 1, 0), rotation=(1, 0, 0))
    torus = bpy.context.active_object
    torus.scale = (-1, 1, 2)
    torus.modifiers.new("Subdivision", "SUBSURF").levels = 1
    bpy.ops.object.text_add(location=(-2, 0, 0))
    bpy.context.active_object.data.extrude = 0.2
    hidden = bpy.data.collections.new("Forest")
    bpy.ops.mesh.primitive_cone_add()
    tree = bpy.context.active_object
    bpy.context.collection.objects.unlink(tree)
    hidden.objects.link(tree)
    for place in ((0, 4, 0), (3, -3, 1)):
        empty = bpy.data.objects.new("Tree", None)
        bpy.context.scene.collection.objects.link(empty)
        empty.instance_type, empty.instance_collection = "COLLECTION", hidden
        empty.location, empty.scale = place, (1, 1, 2)
    sent = hiding(sphere)
    assert sent["occluder_vertices"].dtype == np.float32
    assert sent["occluder_triangles"].dtype == np.int32
    rigid, _ = gather.split_frame(np.array(sphere.matrix_world))
    to_world = Matrix(rigid.tolist())
    points = [to_world @ Vector(v) for v in sent["occluder_vertices"].tolist()]
    bvh = BVHTree.FromPolygons(points, sent["occluder_triangles"].tolist())
    sphere.hide_viewport = True  # what remains is all that hides
    graph = depsgraph()
    rng = np.random.default_rng(3)
    ends = rng.uniform((-3, -4, -1), (4, 5, 2), (400, 3))
    hits = 0
    for start, end in zip(rng.normal(size=(400, 3)) * 12, ends, strict=True):
        direction = Vector((end - start).tolist()).normalized()
        hit, place, *_ = bpy.context.scene.ray_cast(graph, Vector(start.tolist()), direction)
        ours = bvh.ray_cast(Vector(start.tolist()), direction)[0]
        assert (ours is not None) == hit
        if hit:
            hits += 1
            assert (ours - place).length < 1e-3
    assert hits > 80


def test_what_does_not_hide(sphere: Any) -> None:
    assert hiding(sphere) == {}
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.active_object
    assert len(hiding(sphere)["occluder_triangles"]) == 12
    for name, value in (
        ("display_type", "WIRE"),
        ("hide_render", True),
        ("hide_viewport", True),
        ("visible_camera", False),
    ):
        before = getattr(cube, name)
        setattr(cube, name, value)
        assert hiding(sphere) == {}, name
        setattr(cube, name, before)
    cube.data.vertices[0].co.x = float("nan")
    sent = hiding(sphere)
    assert np.isfinite(sent["occluder_vertices"]).all() and len(sent["occluder_triangles"]) < 12


def test_too_many_others_are_refused(sphere: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occluders, "MAX_TRIANGLES", 11)
    bpy.ops.mesh.primitive_cube_add()
    with pytest.raises(ProblemError, match="over 11 triangles"):
        hiding(sphere)


# --- base colour


def test_the_image_of_the_material_is_sent_byte_for_byte(sphere: Any) -> None:
    pixels = noise(20, 30)
    sphere.data.materials.append(material(image(pixels)))
    sent = base(sphere)
    np.testing.assert_array_equal(sent[..., :3], pixels[..., :3])
    assert (sent[..., 3] == 255).all()  # the material does not use the image's alpha
    tree = sphere.active_material.node_tree
    picture, shader = (node_of(sphere.active_material, k) for k in ("TEX_IMAGE", "BSDF_PRINCIPLED"))
    assert not base_colour.has_holes(sphere)
    tree.links.new(picture.outputs["Alpha"], shader.inputs["Alpha"])
    assert base_colour.has_holes(sphere)
    np.testing.assert_array_equal(base(sphere), pixels)


def test_linear_images_are_encoded(sphere: Any) -> None:
    """A float image and a Non-Color one look as bytes of the same look in sRGB."""
    pixels = np.full((4, 4, 4), 255, np.uint8)
    pixels[..., :3] = 55  # 0.2158
    for how in ({"float_buffer": True}, {"is_data": True}):
        sphere.data.materials.clear()
        sphere.data.materials.append(material(image(pixels, **how)))
        assert np.abs(base(sphere)[..., :3].astype(int) - 128).max() <= 1


def test_flat_colours(sphere: Any) -> None:
    assert base(sphere).tolist() == [[[231, 231, 231, 255]]]  # Blender's 0.8 without a material
    sphere.data.materials.append(material(colour=(1.0, 0.2158605, 0.0, 1.0)))
    assert base(sphere).tolist() == [[[255, 128, 0, 255]]]


def test_several_materials_are_drawn_into_the_layout(addon: None) -> None:
    obj = square()
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[..., 0] = np.arange(64)[None, :] * 4  # red grows with u, green downwards
    pixels[..., 1] = np.arange(64)[:, None] * 4
    for made in (material(image(pixels)), material(colour=(0, 0, 1, 1))):
        obj.data.materials.append(made)
    obj.data.polygons[1].material_index = 1
    sent = base(obj)
    np.testing.assert_array_equal(sent[:, :32, :2], pixels[:, :32, :2])
    assert (sent[:, 32:] == (0, 0, 255, 255)).all()


def test_an_image_on_another_uv_map_is_drawn_into_the_layout(addon: None) -> None:
    """The image lies on the user's UV map; a second one, turned by 90°, is painted."""
    obj = square()
    pixels = noise(64, 64)
    made = material(image(pixels))
    obj.data.materials.append(made)
    turned = obj.data.uv_layers.new(name="Turned")
    for old, new in zip(obj.data.uv_layers["UVMap"].uv, turned.uv, strict=True):
        new.vector = (1 - old.vector.y, old.vector.x)
    np.testing.assert_array_equal(base(obj, "UVMap")[..., :3], pixels[..., :3])
    expected = np.rot90(pixels)[..., :3].astype(int)
    assert np.abs(base(obj, "Turned")[..., :3] - expected).max() <= 1
    # An image node that names its UV map looks through that one.
    node = made.node_tree.nodes.new("ShaderNodeUVMap")
    node.uv_map = "Turned"
    made.node_tree.links.new(node.outputs["UV"], node_of(made, "TEX_IMAGE").inputs["Vector"])
    np.testing.assert_array_equal(base(obj, "Turned")[..., :3], pixels[..., :3])


def test_the_colour_before_is_found_after_painting(sphere: Any) -> None:
    pixels, painted = noise(8, 8), image(noise(8, 8, 1), "painted")
    made = material(image(pixels))
    sphere.data.materials.append(made)
    for _ in range(2):  # the second time meets its own image
        live_image.attach(sphere, painted, "UVMap")
    np.testing.assert_array_equal(base(sphere)[..., :3], pixels[..., :3])
    sent = base(sphere, source="PAINTED")
    np.testing.assert_array_equal(sent[..., :3], noise(8, 8, 1)[..., :3])
    sphere.data.materials.clear()
    sphere.data.materials.append(material(colour=(0, 1, 0, 1)))
    live_image.attach(sphere, painted, "UVMap")
    assert base(sphere).tolist() == [[[0, 255, 0, 255]]]


def test_colours_made_by_nodes_are_refused(sphere: Any) -> None:
    made = material()
    tree = made.node_tree
    made_by = tree.nodes.new("ShaderNodeTexNoise")
    shader = node_of(made, "BSDF_PRINCIPLED")
    tree.links.new(made_by.outputs["Color"], shader.inputs["Base Color"])
    sphere.data.materials.append(made)
    with pytest.raises(ProblemError, match=r"comes from the node 'Noise Texture'\. Bake"):
        base(sphere)
    picture = tree.nodes.new("ShaderNodeTexImage")
    picture.image = image(noise(4, 4))
    mapping = tree.nodes.new("ShaderNodeMapping")
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    reroute = tree.nodes.new("NodeReroute")
    tree.links.new(coordinates.outputs["UV"], mapping.inputs["Vector"])
    tree.links.new(mapping.outputs["Vector"], picture.inputs["Vector"])
    tree.links.new(picture.outputs["Color"], reroute.inputs[0])
    tree.links.new(reroute.outputs[0], shader.inputs["Base Color"])
    assert base(sphere).shape == (4, 4, 4)  # a mapping that changes nothing
    mapping.inputs["Scale"].default_value = (2, 2, 2)
    with pytest.raises(ProblemError, match="placed by other nodes"):
        base(sphere)


def test_an_image_whose_file_is_gone(sphere: Any, tmp_path: Path) -> None:
    lost = bpy.data.images.new("lost", 4, 4)
    lost.source, lost.filepath = "FILE", str(tmp_path / "lost.png")
    sphere.data.materials.append(material(lost))
    with pytest.raises(ProblemError, match="'lost' has no pixels"):
        base(sphere)


# --- mask


def test_a_vertex_group_is_drawn_with_its_weights(addon: None) -> None:
    obj = square()
    group = obj.vertex_groups.new(name="Right")
    for vertex in obj.data.vertices:
        group.add([vertex.index], vertex.co.x, "REPLACE")
    sent = mask.gather_mask("VERTEX_GROUP", "Right", obj, depsgraph(), "", 50)
    u = (np.arange(50) + 0.5) / 50
    assert sent.shape == (50, 50) and sent.dtype == np.uint8
    assert np.abs(sent - u * 255).max() <= 0.51
    obj.modifiers.new("Subdivision", "SUBSURF").subdivision_type = "SIMPLE"
    finer = mask.gather_mask("VERTEX_GROUP", "Right", obj, depsgraph(), "", 50)
    assert np.abs(finer.astype(int) - sent).max() <= 1


def test_the_faces_of_a_material(addon: None) -> None:
    obj = square()
    for name in ("Left", "Right"):
        obj.data.materials.append(bpy.data.materials.new(name))
    obj.data.polygons[1].material_index = 1
    sent = mask.gather_mask("MATERIAL", "Right", obj, depsgraph(), "", 32)
    assert (sent[:, 16:] == 255).all() and (sent[:, :16] == 0).all()


def test_an_image_as_a_mask(addon: None) -> None:
    pixels = np.full((2, 3, 4), 255, np.uint8)
    pixels[0, 0, :3], pixels[1, 2, 3] = 0, 0  # black, and clear
    image(pixels, "Stencil")
    sent = mask.gather_mask("IMAGE", "Stencil", square(), depsgraph(), "", 32)
    assert sent.tolist() == [[0, 255, 255], [255, 255, 0]]


def test_masks_that_do_not_work(addon: None) -> None:
    obj = square()
    obj.vertex_groups.new(name="Nothing")
    for kind, name, words in (
        ("VERTEX_GROUP", "Some", "no vertex group 'Some' for the mask. There is: Nothing"),
        ("VERTEX_GROUP", "Nothing", "leaves nothing to paint"),
        ("IMAGE", "x", "no image 'x'"),
        ("MATERIAL", "", "no material ''"),
        ("FACES", "", "no kind of mask 'FACES'"),
    ):
        with pytest.raises(ProblemError, match=words):
            mask.gather_mask(kind, name, obj, depsgraph(), "", 32)
    assert mask.gather_mask("NONE", "", obj, depsgraph(), "", 32) is None


# --- the layout


def test_every_covered_centre_is_painted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random triangles against a test of every centre with every triangle."""
    monkeypatch.setattr("blender_addon.layout.CHUNK", 300)  # many chunks
    uvs = np.random.default_rng(5).uniform(0, 1, (12, 3, 2))
    uvs[0, 1] = uvs[0, 0]  # one without area
    found = rasterise(uvs, 40)
    i, j = np.mgrid[:40, :40]
    centres = np.stack([(j + 0.5) / 40, 1 - (i + 0.5) / 40], axis=-1)
    inside = np.zeros((40, 40), bool)
    for triangle in uvs[1:]:
        edges = np.roll(triangle, -1, axis=0) - triangle
        away = centres[:, :, None] - triangle
        side = edges[:, 0] * away[..., 1] - edges[:, 1] * away[..., 0]
        inside |= (side >= 0).all(axis=-1) | (side <= 0).all(axis=-1)
    painted = np.zeros((40, 40), int)
    np.add.at(painted, (found.rows, found.columns), 1)
    np.testing.assert_array_equal(painted, inside)
    places = np.einsum("nck,nc->nk", uvs[found.triangles], found.weights)
    np.testing.assert_allclose(places, centres[found.rows, found.columns], atol=1e-5)


def test_layouts_wrap_and_islands_have_margins() -> None:
    triangle = np.array([[[0.9, 0.4], [1.2, 0.4], [1.2, 0.6]]])
    found = rasterise(triangle, 100)
    assert {0, 19, 95} <= set(found.columns.tolist()) and found.columns.max() == 99
    picture = found.picture(np.ones((len(found.rows), 1), np.float32))
    assert (picture == 1).all()
    many = np.repeat(triangle * 1e5, 1000, axis=0)  # over thousands of repetitions: soon done
    huge = rasterise(many, 16)
    assert len(huge.rows) == 256


def test_sampling_between_texels_wraps() -> None:
    picture = np.arange(4, dtype=np.float32)[None, :, None] * np.ones((2, 1, 1), np.float32)
    u = np.array([0.125, 0.25, 0.5, 1.0, -0.125])
    read = sample(picture, np.column_stack([u, np.full(5, 0.5)]))[:, 0]
    np.testing.assert_allclose(read, [0, 0.5, 1.5, 1.5, 3])


# --- the whole order


def paint(**given: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What the service gets; the recipe is one that it accepts."""
    with FakeService(steps=1) as service:
        bpy.ops.orbitex.paint(address=service.address, autostart=False, size=64, **given)
    header, buffers = service.requests[0]
    pytest.importorskip("service.recipe").parse_recipe(header["recipe"])
    return header, buffers


def test_a_script_can_set_everything(sphere: Any) -> None:
    sphere.location, sphere.rotation_euler = (1, 2, 3), (0, np.pi / 2, 0)
    cursor = bpy.context.scene.cursor
    cursor.location, cursor.rotation_euler = (1, 2, 5), (0, 0, 0)
    group = sphere.vertex_groups.new(name="Cap")
    group.add(list(range(20)), 1.0, "REPLACE")
    sphere.data.materials.append(material(image(noise(16, 16))))
    bpy.ops.mesh.primitive_cube_add(location=(3, 3, 3))
    bpy.context.view_layer.objects.active = sphere
    header, buffers = paint(
        group="432",
        axis="CURSOR",
        centre="CURSOR",
        action="DIRECTION",
        tolerance=0.02,
        style_size=0.7,
        view_kind="RING",
        views=6,
        start="BASE",
        content=2.5,
        mask_kind="VERTEX_GROUP",
        mask="Cap",
    )
    recipe = header["recipe"]
    # The object's X axis points down: up, along the cursor's Z, is its -X.
    for name, expected in (("axis", (-1, 0, 0)), ("centre", (-2, 0, 0))):
        numbers = [float(x) for x in recipe.pop(name).split(",")]
        np.testing.assert_allclose(numbers, expected, atol=1e-5)
    assert recipe == {
        "target": "mesh",
        "group": "432",
        "colouring": "none",
        "action": "direction",
        "tolerance": 0.02,
        "styles": [{"source": "stained_glass"}],
        "style_size": 0.7,
        "start": "base",
        "objective": {"content": 2.5},
        "size": 64,
        "quality": "standard",
        "seed": 0,
        "views": 6,
        "view_layout": "ring",
    }
    np.testing.assert_array_equal(buffers["base"][..., :3], noise(16, 16)[..., :3])
    assert buffers["mask"].shape == (64, 64) and 0 < (buffers["mask"] == 255).mean() < 1
    assert len(buffers["occluder_triangles"]) == 12
    _, buffers = paint(occluders=False)
    assert set(buffers) == {"vertices", "triangles", "uvs"}


def test_the_panels_settings_are_sent(sphere: Any) -> None:
    settings = sphere.orbitex
    settings.axis, settings.centre, settings.action = "X", "CENTROID", "DIRECTION"
    settings.start, settings.content, settings.view_kind = "BASE", 0.1, "RING"
    header, buffers = paint()
    recipe = header["recipe"]
    assert [recipe[name] for name in ("axis", "centre", "action", "start", "view_layout")] == [
        *("X", "centroid", "direction", "base", "ring")
    ]
    assert recipe["objective"] == {"content": 0.1}
    assert buffers["base"].shape == (1, 1, 4)
    header, _ = paint(views=3)  # the settings' ring, of three
    assert (header["recipe"]["views"], header["recipe"]["view_layout"]) == (3, "ring")
    settings.view_kind = "ACTIVE"
    header, _ = paint(views=3)
    assert (header["recipe"]["views"], header["recipe"]["view_layout"]) == (3, "sphere")
    with pytest.raises(RuntimeError, match="no camera"):
        paint(views=0)


def test_holes_are_sent_even_if_the_colour_does_not_count(sphere: Any) -> None:
    pixels = noise(8, 8)
    made = material(image(pixels))
    sphere.data.materials.append(made)
    assert "base" not in paint()[1]
    picture, shader = node_of(made, "TEX_IMAGE"), node_of(made, "BSDF_PRINCIPLED")
    made.node_tree.links.new(picture.outputs["Alpha"], shader.inputs["Alpha"])
    np.testing.assert_array_equal(paint()[1]["base"], pixels)


def test_painting_changes_no_uv_map(sphere: Any) -> None:
    second = sphere.data.uv_layers.new(name="Second")
    for corner in second.uv:
        corner.vector.x *= 0.5

    def uvs() -> np.ndarray:
        return np.array([[c.vector[:] for c in layer.uv] for layer in sphere.data.uv_layers])

    before, active = uvs(), sphere.data.uv_layers.active.name
    paint(uv_map="Second", start="BASE")
    np.testing.assert_array_equal(uvs(), before)
    assert sphere.data.uv_layers.active.name == active
    assert sphere.orbitex.image[session.UV_MAP_KEY] == "Second"


def test_a_mesh_that_is_not_symmetric_has_its_fix(sphere: Any) -> None:
    problem = from_service({"code": "mesh-not-symmetric", "message": "It is not."})
    assert problem.fix == "orbitex.use_directions"
    assert bpy.ops.orbitex.use_directions() == {"FINISHED"}
    assert sphere.orbitex.action == "DIRECTION"
