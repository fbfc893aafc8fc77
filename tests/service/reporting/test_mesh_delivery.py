"""A painted mesh on the disk: GLB files as trimesh and Blender read them, renders, names."""

import dataclasses
import json

import numpy as np
import pytest
import trimesh
from PIL import Image
from trimesh_files import RED, textured, written

from geometry.errors import InputError
from service.mesh_files.loading import load_mesh
from service.painting.kept import Paint
from service.reporting import mesh_pictures
from service.reporting.glb import glb_bytes
from service.reporting.mesh_delivery import deliver_mesh, mesh_destination
from service.reporting.mesh_pictures import preview_views
from service.reporting.overwriting import FilesRead
from service.reporting.receipt import SCHEMA

GREEN, BLUE = np.uint8([30, 160, 60]), np.uint8([20, 40, 200])


def quarters(side=16):
    """A texture of four plain quarters: top left green, bottom right blue, the others grey."""
    picture = np.full((side, side, 3), 90, np.uint8)
    picture[: side // 2, : side // 2] = GREEN
    picture[side // 2 :, side // 2 :] = BLUE
    return picture


def two_squares(folder, suffix=".glb"):
    """A scene of a square at z = 0 and a smaller one at z = 2 above its corner at the origin."""
    scene = trimesh.Scene()
    scene.add_geometry(textured(RED, "low"))
    scene.add_geometry(textured(RED // 2, "high"), transform=np.diag([0.5, 0.5, 1, 1]))
    scene.geometry["geometry_1"].apply_translation((0, 0, 2))
    return written(scene, folder / f"two{suffix}")


def test_blender_shows_the_texture_where_it_was_painted(tmp_path, empty_blender):
    bpy = empty_blender
    loaded = load_mesh(written(textured(), tmp_path / "square.ply"), unwrap=True)
    side = 64
    v, u = (np.mgrid[:side, :side] + 0.5) / side
    painted = np.dstack([255 * u, 255 * (1 - v), 0 * u]).astype(np.uint8)  # colour = (u, v)
    file = tmp_path / "out.glb"
    file.write_bytes(glb_bytes(loaded, [painted]))
    bpy.ops.import_scene.gltf(filepath=str(file))
    (thing,) = [thing for thing in bpy.data.objects if thing.type == "MESH"]
    mesh = thing.data
    (material,) = mesh.materials
    shader = next(n for n in material.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
    image = shader.inputs["Base Color"].links[0].from_node.image
    pixels = np.array(image.pixels[:]).reshape(side, side, 4)  # bottom row first
    np.testing.assert_allclose(255 * pixels[::-1, :, :3], painted, atol=0.6)
    layout = np.array([d.uv[:] for d in mesh.uv_layers.active.data])
    places = np.array([thing.matrix_world @ mesh.vertices[k.vertex_index].co for k in mesh.loops])
    # PLY is Z up, as Blender: every corner is where it was, with the UV that it was given
    given = np.concatenate([loaded.mesh.corners, loaded.mesh.uvs], axis=2).reshape(-1, 5)
    for row in np.column_stack([places, layout]):
        assert np.abs(given - row).max(axis=1).min() < 1e-5


def test_every_material_keeps_its_name_and_gets_its_texture(tmp_path):
    loaded = load_mesh(two_squares(tmp_path))
    colours = {"low": GREEN, "high": BLUE}
    textures = [np.tile(colours[name], (8, 8, 1)) for name in loaded.names]
    (tmp_path / "again.glb").write_bytes(glb_bytes(loaded, textures))
    again = load_mesh(tmp_path / "again.glb")
    assert sorted(again.names) == ["high", "low"]
    for part in again.painted:
        assert (part.look.image[..., :3] == colours[part.look.name]).all()
        (before,) = [p for p in loaded.painted if p.look.name == part.look.name]
        np.testing.assert_allclose(part.vertices, before.vertices, atol=1e-6)
        np.testing.assert_allclose(part.uvs, before.uvs, atol=1e-6)


def test_what_is_not_painted_keeps_its_look(tmp_path):
    loaded = load_mesh(two_squares(tmp_path), material="high")
    (tmp_path / "again.glb").write_bytes(glb_bytes(loaded, [quarters()]))
    looks = {part.look.name: part.look for part in load_mesh(tmp_path / "again.glb").painted}
    assert (looks["low"].image[..., :3] == RED[0, 0]).all()
    assert (looks["high"].image[..., :3] == quarters()).all()


@pytest.mark.parametrize("suffix", [".obj", ".ply"])
def test_a_mesh_far_away_is_written_about_its_own_centre(tmp_path, suffix):
    home = np.array((512345.25, 4612345.5, 311.0))
    ball = trimesh.creation.icosphere(subdivisions=3)
    lines = [f"v {x:.9f} {y:.9f} {z:.9f}" for x, y, z in ball.vertices + home]
    lines += [f"vt {x / 4 + 0.5:.9f} {y / 4 + 0.5:.9f}" for x, y, _ in ball.vertices]
    lines += ["f " + " ".join(f"{k + 1}/{k + 1}" for k in face) for face in ball.faces]
    (tmp_path / "far.obj").write_text("\n".join(lines))
    loaded = load_mesh(tmp_path / "far.obj")
    if suffix == ".ply":
        loaded = dataclasses.replace(loaded, up="Z")
    data = glb_bytes(loaded, [quarters()])
    header = json.loads(data[20 : 20 + int.from_bytes(data[12:16], "little")])
    (node,) = header["nodes"]
    y_up = np.eye(3) if suffix == ".obj" else np.array([(1, 0, 0), (0, 0, 1), (0, -1, 0)])
    np.testing.assert_allclose(node["translation"], y_up @ home, atol=1e-6)
    (tmp_path / "far.glb").write_bytes(data)
    (again,) = load_mesh(tmp_path / "far.glb").painted
    points = again.vertices @ y_up - home
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, atol=1e-6)
    areas = trimesh.Trimesh(points, again.triangles, process=False).area_faces
    assert len(areas) == 1280 and areas.min() > 0.5 * areas.max()

    near = load_mesh(written(textured(), tmp_path / "near.glb"))
    data = glb_bytes(near, [quarters()])
    header = json.loads(data[20 : 20 + int.from_bytes(data[12:16], "little")])
    assert "translation" not in header["nodes"][0]  # its origin stays where it is


def test_normals_are_smooth_but_at_sharp_edges(tmp_path):
    def normals_of(shape):
        visual = trimesh.visual.TextureVisuals(uv=shape.vertices[:, :2] / 4 + 0.5)
        shape = trimesh.Trimesh(shape.vertices, shape.faces, visual=visual, process=False)
        (tmp_path / "s.glb").write_bytes(
            glb_bytes(load_mesh(written(shape, tmp_path / "s.ply")), [quarters()])
        )
        (part,) = load_mesh(tmp_path / "s.glb").painted
        return part.vertices, part.normals

    places, normals = normals_of(trimesh.creation.icosphere(subdivisions=3))
    np.testing.assert_allclose(normals, places, atol=0.02)
    assert len(places) == 642  # none was split
    places, normals = normals_of(trimesh.creation.box((2, 2, 2)))
    assert len(places) == 24  # every corner thrice
    np.testing.assert_allclose(np.sort(np.abs(normals), axis=1), [(0, 0, 1)] * 24, atol=1e-6)


def test_the_first_render_shows_the_front_upright(tmp_path, monkeypatch):
    monkeypatch.setattr(mesh_pictures, "SIDE", 64)
    glb = load_mesh(written(textured(), tmp_path / "square.glb"))  # faces +z, its format's front
    front, _, back, above = preview_views(glb, quarters())
    assert front.shape == (64, 64, 3)

    def hue(pixel):
        return int(np.argmax(pixel)) if np.ptp(pixel.astype(int)) > 30 else None

    assert hue(front[20, 20]) == 1 and hue(front[44, 44]) == 2  # green top left, blue below
    assert hue(front[20, 44]) is None and (front[0, 0] == 236).all()
    assert hue(back[20, 44]) == 1 and hue(back[44, 20]) == 2  # seen from behind, mirrored
    assert hue(above[24, 20]) == 1
    # painted larger, it looks the same
    monkeypatch.setattr(mesh_pictures, "_LARGEST", 16)
    large = preview_views(glb, quarters(64))[0]
    assert np.abs(large[8:24, 8:24].astype(int) - front[8:24, 8:24]).max() <= 1


def test_clear_texels_show_the_ground(tmp_path, monkeypatch):
    monkeypatch.setattr(mesh_pictures, "SIDE", 48)
    glb = load_mesh(written(textured(), tmp_path / "square.glb"))
    clear = np.dstack([quarters(), np.full((16, 16), 255, np.uint8)])
    clear[:8, :8, 3] = 0
    front = preview_views(glb, clear)[0]
    assert (front[10:14, 10:14] == 236).all() and front[34, 34].max() > 1.5 * front[34, 34].min()


def test_all_files_are_named_checked_and_written(tmp_path, monkeypatch):
    monkeypatch.setattr(mesh_pictures, "SIDE", 16)
    file = two_squares(tmp_path)
    loaded = load_mesh(file)
    place = mesh_destination(tmp_path / "out" / "p.png", ["Skin/1", "skin 1"], FilesRead([file]))
    assert [path.name for path in place.textures] == ["p_Skin_1.png", "p_skin_1_2.png"]
    stacked = np.concatenate([quarters(), quarters()[::-1]])
    paint = Paint(np.zeros((2, 16, 16, 3), np.float32), False)
    deliver_mesh(place, loaded, stacked, {"schema": SCHEMA}, stacked, paint=paint)
    assert json.loads(place.receipt.read_text())["paint"]["file"] == place.paint.name
    assert {path.name for path in place.files} == {p.name for p in place.receipt.parent.iterdir()}
    np.testing.assert_array_equal(np.array(Image.open(place.textures[1])), quarters()[::-1])
    mesh_destination(
        tmp_path / "out" / "p.png", ["a", "b"], FilesRead([file])
    )  # its own may be replaced
    with pytest.raises(InputError, match=r"two\.glb is read"):
        mesh_destination(tmp_path / "two.png", ["a"], FilesRead([file]))
    with pytest.raises(InputError, match="did not make it"):
        mesh_destination(tmp_path / "two.png", ["a"], FilesRead([]))
