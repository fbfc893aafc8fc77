"""glTF files as Blender writes them, against what Blender shows."""

import json

import numpy as np
import pytest
from PIL import Image
from scipy.spatial import cKDTree

from service.mesh_files.loading import load_mesh

SIDE = 96  # of what Blender bakes


@pytest.fixture
def figure(empty_blender, tmp_path):
    """A monkey in a pose and with a shape key, under a Mapping node; its picture has a blank in
    its name. (bpy, object)"""
    bpy = empty_blender
    bpy.ops.mesh.primitive_monkey_add()
    body = bpy.context.object
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.uv.smart_project(angle_limit=1.15, island_margin=0.02)
    bpy.ops.object.mode_set(mode="OBJECT")
    body.data.materials.append(mapped_material(bpy, tmp_path / "my wood.png"))
    body.shape_key_add(name="Basis")
    key = body.shape_key_add(name="spikes")
    for number, point in enumerate(key.data):
        point.co.z += 0.5 * (number % 7 == 0)
    key.value = 0.7
    pose(bpy, body)
    return bpy, body


def mapped_material(bpy, file):
    from blender_addon.picture.shading import node_tree_of

    rows, columns = np.mgrid[:32, :32]
    pixels = np.stack(
        [8 * rows, 8 * columns, 128 + 120 * ((rows // 8 + columns // 8) % 2)], axis=-1
    )
    Image.fromarray(pixels.astype(np.uint8)).save(file)
    material = bpy.data.materials.new("Wood")
    tree = node_tree_of(material)
    uv_map, mapping, image = (
        tree.nodes.new(f"ShaderNode{kind}") for kind in ("UVMap", "Mapping", "TexImage")
    )
    image.image = bpy.data.images.load(str(file))
    mapping.inputs["Location"].default_value = (0.3, 0.1, 0)
    mapping.inputs["Rotation"].default_value = (0, 0, 0.6)
    mapping.inputs["Scale"].default_value = (2, 3, 1)
    tree.links.new(uv_map.outputs[0], mapping.inputs[0])
    tree.links.new(mapping.outputs[0], image.inputs[0])
    tree.links.new(image.outputs[0], tree.nodes["Principled BSDF"].inputs["Base Color"])
    return material


def pose(bpy, body):
    bones = bpy.data.armatures.new("bones")
    rig = bpy.data.objects.new("rig", bones)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    low, high = bones.edit_bones.new("low"), bones.edit_bones.new("high")
    low.head, low.tail, high.head, high.tail = (0, 0, -1), (0, 0, 0), (0, 0, 0), (0, 0, 1)
    high.parent = low
    bpy.ops.object.mode_set(mode="OBJECT")
    groups = [body.vertex_groups.new(name=name) for name in ("low", "high")]
    for vertex in body.data.vertices:
        share = min(max(vertex.co.z + 0.5, 0), 1)
        groups[0].add([vertex.index], 1 - share, "REPLACE")
        groups[1].add([vertex.index], share, "REPLACE")
    body.parent = rig
    body.modifiers.new("pose", "ARMATURE").object = rig
    rig.pose.bones["high"].rotation_mode = "XYZ"
    rig.pose.bones["high"].rotation_euler = (0.5, 0.2, 0.9)
    rig.location, rig.scale = (1, 2, 3), (1, 2, 0.5)


def shown_points(bpy):
    """Where Blender shows the vertices of all meshes, instances too, in glTF's frame."""
    found = []
    for shown in bpy.context.evaluated_depsgraph_get().object_instances:
        if shown.object.type == "MESH":
            points = np.array([vertex.co for vertex in shown.object.to_mesh().vertices])
            matrix = np.array(shown.matrix_world)
            x, y, z = (points @ matrix[:3, :3].T + matrix[:3, 3]).T
            found.append(np.column_stack([x, z, -y]))
    return np.concatenate(found)


def exported(bpy, path, **options):
    kind = "GLB" if path.suffix == ".glb" else "GLTF_SEPARATE"
    bpy.ops.export_scene.gltf(
        filepath=str(path),
        export_format=kind,
        export_rest_position_armature=False,
        export_animations=False,
        **options,
    )
    return load_mesh(path)


def expect_same_points(bpy, mesh, within=1e-5):
    shown = shown_points(bpy)
    used = mesh.vertices[np.unique(mesh.triangles)]
    for one, other in ((shown, used), (used, shown)):
        assert cKDTree(one).query(other)[0].max() < within


def baked(bpy, file):
    """The base colour of a file's mesh, (rows, columns, 4) uint8, as Blender draws it onto the
    layout; alpha is 0 around the islands."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(file))
    (body,) = (o for o in bpy.data.objects if o.type == "MESH" and o.data.materials)
    picture = bpy.data.images.new("baked", SIDE, SIDE)
    tree = body.data.materials[0].node_tree
    tree.nodes.active = tree.nodes.new("ShaderNodeTexImage")
    tree.nodes.active.image = picture
    bpy.context.scene.render.engine = "CYCLES"
    bpy.context.scene.cycles.samples = 1
    bpy.ops.object.select_all(action="DESELECT")
    body.select_set(True)
    bpy.context.view_layer.objects.active = body
    bpy.ops.object.bake(type="DIFFUSE", pass_filter={"COLOR"}, margin=0, use_clear=True)
    pixels = np.array(picture.pixels).reshape(SIDE, SIDE, 4)[::-1]
    return np.rint(255 * pixels).astype(np.uint8)


def test_a_pose_a_shape_key_and_a_mapping_node(figure, tmp_path):
    bpy, _ = figure
    (tmp_path / "out").mkdir()
    file = tmp_path / "out" / "My Model.gltf"
    loaded = exported(bpy, file)
    written = json.loads(file.read_text())
    assert written["images"][0]["uri"] == "my%20wood.png"
    assert "KHR_texture_transform" in written["extensionsUsed"]
    assert written["skins"] and any("sparse" in accessor for accessor in written["accessors"])
    expect_same_points(bpy, loaded.mesh)
    (part,) = loaded.painted
    assert part.look.unread is None
    drawn = np.asarray(Image.fromarray(part.look.image).resize((SIDE, SIDE), Image.Resampling.BOX))
    picture = baked(bpy, file)
    inside = picture[..., 3] == 255
    assert 0.2 < inside.mean() < 0.6
    apart = np.abs(drawn[inside][:, :3].astype(int) - picture[inside][:, :3]).max(axis=1)
    assert np.median(apart) <= 6 and np.mean(apart > 40) < 0.1  # borders of checks are mixed


def test_draco_and_instances(figure, tmp_path):
    bpy, body = figure
    packed = exported(bpy, tmp_path / "packed.glb", export_draco_mesh_compression_enable=True)
    assert b"KHR_draco_mesh_compression" in (tmp_path / "packed.glb").read_bytes()
    expect_same_points(bpy, packed.mesh, within=0.01)

    for other in list(bpy.data.objects):
        if other is not body:
            bpy.data.objects.remove(other)
    body.modifiers.clear()
    body.shape_key_clear()
    above = bpy.data.objects.new("above", None)
    above.location, above.rotation_euler = (1, 2, 3), (0.1, 0.2, 0.3)
    bpy.context.scene.collection.objects.link(above)
    for number in range(3):
        copy = bpy.data.objects.new(f"copy{number}", body.data)
        copy.parent, copy.location = above, (4 * number, number, 0)
        copy.rotation_euler, copy.scale = (0, number, 1), (1, 1, 1 + number)
        bpy.context.scene.collection.objects.link(copy)
    bpy.data.objects.remove(body)
    bpy.context.view_layer.update()
    many = exported(bpy, tmp_path / "many.glb", export_gpu_instances=True)
    assert b"EXT_mesh_gpu_instancing" in (tmp_path / "many.glb").read_bytes()
    expect_same_points(bpy, many.mesh)
