"""Mesh files: what is read from them, how, and what is refused. trimesh and PIL write the files."""

import json
import os
import struct

import numpy as np
import pytest
import trimesh
from PIL import Image

from geometry.errors import InputError
from service.mesh_files import unwrap as unwrapping
from service.mesh_files.loading import load_mesh
from service.mesh_files.unwrap import unwrap

RED = np.full((4, 4, 3), (200, 30, 20), np.uint8)
QUAD = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"


def textured(image=RED, name="paint", **fields):
    """A unit square at z = 0 with its own UVs and a material with an image."""
    material = trimesh.visual.material.PBRMaterial(
        name=name, baseColorTexture=None if image is None else Image.fromarray(image), **fields
    )
    points = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], float)
    visual = trimesh.visual.TextureVisuals(uv=points[:, :2], material=material)
    faces = [(0, 1, 2), (0, 2, 3)]
    return trimesh.Trimesh(points, faces, visual=visual, process=False)


def written(scene, path):
    scene.export(path)
    return path


def signed_volume(mesh):
    return float(np.linalg.det(mesh.corners).sum() / 6)


def test_both_sides_of_a_uv_seam_keep_their_uvs(tmp_path):
    # a bent strip: the middle edge is cut in the layout
    file = tmp_path / "strip.obj"
    file.write_text(
        QUAD + "v 2 1 1\nv 2 0 1\nvt .1 .1\nvt .2 .1\nvt .2 .2\nvt .1 .2\n"
        "f 1/1 2/2 3/3 4/4\nf 2/5 6/6 5/7 3/8\n"
    )
    mesh = load_mesh(file).mesh
    assert len(mesh.triangles) == 4
    right = mesh.corners[..., 0].max(axis=1) > 1
    np.testing.assert_allclose(mesh.uvs[~right], mesh.corners[~right][..., :2])
    place = mesh.corners[right][..., :2] - (1, 0)
    np.testing.assert_allclose(mesh.uvs[right], 0.1 + 0.1 * place)


def test_an_obj_with_two_materials_has_two_textures(tmp_path):
    Image.fromarray(RED).save(tmp_path / "red skin.png")
    (tmp_path / "two.mtl").write_text(
        "newmtl skin\nKd 0.2 0.2 0.2\nmap_Kd red skin.png\nnewmtl stone\nKd 1 0.5 0\n"
    )
    (tmp_path / "two.obj").write_text(
        f"mtllib two.mtl\n{QUAD}v 0 0 5\nv 1 0 5\nv 1 1 5\nusemtl skin\nf 1/1 2/2 3/3\n"
        "usemtl stone\nf 5/1 6/2 7/3\nusemtl skin\nf 1/1 3/3 4/4\n"
    )
    loaded = load_mesh(tmp_path / "two.obj")
    assert sorted(loaded.names) == ["skin", "stone"] and loaded.up == "Y"
    skin, stone = sorted(loaded.painted, key=lambda part: part.look.name)
    # Kd does not tint a picture: as in Blender
    assert (skin.look.image == (200, 30, 20, 255)).all()
    assert stone.look.image is None
    np.testing.assert_array_equal(stone.look.colour, (255, 188, 0, 255))  # 0.5 of the light
    high = loaded.mesh.corners[..., 2].min(axis=1) > 4
    assert [loaded.names[k] for k in loaded.mesh.texture[high]] == ["stone"]
    assert (~high).sum() == 2

    alone = load_mesh(tmp_path / "two.obj", material="stone")
    assert alone.names == ("stone",) and len(alone.mesh.triangles) == 1
    assert [(part.look.name, len(part.triangles)) for part in alone.others] == [("skin", 2)]
    with pytest.raises(InputError, match="stone") as refused:
        load_mesh(tmp_path / "two.obj", material="stonw")
    assert refused.value.code == "unknown-material"


def test_one_image_is_one_texture_whatever_the_materials(tmp_path):
    scene = trimesh.Scene()
    for k, (image, name) in enumerate([(RED, "a"), (RED, "b"), (RED // 2, "a")]):
        scene.add_geometry(
            textured(image, name), transform=trimesh.transformations.translation_matrix((0, 0, k))
        )
    loaded = load_mesh(written(scene, tmp_path / "three.glb"))
    assert len(loaded.painted) == loaded.mesh.textures == 2
    assert len(set(loaded.names)) == 2  # each is a file's name one day
    heights = sorted(sorted(set(part.vertices[:, 2])) for part in loaded.painted)
    assert heights == [[0, 1], [2]]


@pytest.mark.parametrize("suffix", [".glb", ".gltf"])
def test_objects_stand_where_the_scene_puts_them_right_side_out(tmp_path, suffix):
    box = trimesh.creation.box((2, 2, 2))
    visual = trimesh.visual.TextureVisuals(uv=box.vertices[:, :2] / 4 + 0.5)
    box = trimesh.Trimesh(box.vertices, box.faces, visual=visual, process=False)
    box.vertex_normals  # noqa: B018  (so that they are written)
    scene = trimesh.Scene()
    turn = trimesh.transformations.rotation_matrix(0.7, (1, 2, 3))
    mirror = np.diag([-3.0, 1, 0.5, 1])
    place = trimesh.transformations.translation_matrix((10, 0, -4)) @ turn @ mirror
    scene.add_geometry(box, transform=place)
    scene.add_geometry(box, node_name="again")
    loaded = load_mesh(written(scene, tmp_path / f"scene{suffix}"))
    assert signed_volume(loaded.mesh) == pytest.approx(8 * 1.5 + 8, rel=1e-5)
    for corner in trimesh.transform_points(box.vertices, place):
        assert np.linalg.norm(loaded.mesh.vertices - corner, axis=1).min() < 1e-5
    (part,) = loaded.painted
    faces = np.cross(*np.moveaxis(np.diff(part.vertices[part.triangles], axis=1), 1, 0))
    assert part.normals is not None
    outward = np.einsum("fk,fck->fc", faces, part.normals[part.triangles])
    assert (outward > 0).all()


def test_gltf_alpha_counts_only_where_the_material_says_so(tmp_path):
    image = np.dstack([RED, np.full((4, 4), 100, np.uint8)])
    image[0, :, 3] = 200
    looks = {}
    for mode in ("OPAQUE", "MASK", "BLEND"):
        mesh = textured(image, alphaMode=mode, alphaCutoff=0.5 if mode == "MASK" else None)
        (part,) = load_mesh(written(mesh, tmp_path / f"{mode}.glb")).painted
        looks[mode] = part.look.image[:2, 0, 3].tolist()
    assert looks == {"OPAQUE": [255, 255], "MASK": [255, 0], "BLEND": [200, 100]}


def test_gltf_without_a_material_keeps_its_uvs(tmp_path):
    file = written(textured(None), tmp_path / "bare.gltf")
    tree = json.loads(file.read_text())
    del tree["materials"]
    for primitive in tree["meshes"][0]["primitives"]:
        del primitive["material"]
    file.write_text(json.dumps(tree))
    loaded = load_mesh(file)
    assert loaded.names == ("bare",) and loaded.painted[0].look.colour is None
    np.testing.assert_allclose(loaded.mesh.uvs, loaded.mesh.corners[..., :2], atol=1e-6)


@pytest.mark.parametrize("suffix", [".ply", ".stl"])
def test_what_has_no_uvs_is_unwrapped_only_on_demand(tmp_path, suffix):
    file = written(trimesh.creation.icosphere(subdivisions=2), tmp_path / f"ball{suffix}")
    before = file.read_bytes()
    with pytest.raises(InputError, match="--unwrap") as refused:
        load_mesh(file)
    assert refused.value.code == "mesh-no-uv"
    loaded = load_mesh(file, unwrap=True)
    assert len(loaded.mesh.triangles) == 320 and loaded.mesh.oriented and loaded.up == "Z"
    assert file.read_bytes() == before and list(tmp_path.iterdir()) == [file]


def test_a_new_layout_has_room_between_undistorted_islands(monkeypatch):
    monkeypatch.setattr(unwrapping, "PIECE", 200)  # several pieces
    ball = trimesh.creation.icosphere(subdivisions=3)
    vertices, triangles = np.asarray(ball.vertices), np.asarray(ball.faces)
    source, corners, uvs = unwrap(100 + 3 * vertices, triangles)
    np.testing.assert_array_equal(source[corners], triangles)
    assert uvs.min() >= 0 and uvs.max() <= 1
    u, v = np.moveaxis(uvs[corners[:, 1:]] - uvs[corners[:, :1]], 2, 0)
    areas = np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / 2
    assert areas.sum() > 0.3  # of the square
    assert np.quantile(areas / ball.area_faces, 0.95) < 3 * np.quantile(
        areas / ball.area_faces, 0.05
    )
    # texels of two islands are never neighbours on mip level 3 of a texture of 1024
    labels = trimesh.graph.connected_component_labels(
        trimesh.Trimesh(np.column_stack([uvs, 0 * uvs[:, 0]]), corners, process=False).edges,
        len(uvs),
    )
    assert labels.max() > 0
    spots = uvs[corners].mean(axis=1)
    apart = np.linalg.norm(spots[:, None] - spots, axis=2)
    other = labels[corners[:, 0]][:, None] != labels[corners[:, 0]]
    assert apart[other].min() > 8 / 1024


def crash(*_):
    os._exit(139)


def test_a_crash_of_xatlas_is_survived(monkeypatch):
    monkeypatch.setattr(unwrapping, "_unwrap_pieces", crash)
    with pytest.raises(InputError, match="Smart UV Project") as refused:
        unwrap(np.eye(3), np.array([[0, 1, 2]]))
    assert refused.value.code == "mesh-unwrap"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("absent.obj", None, "missing-file"),
        ("mesh.fbx", b"Kaydara FBX", "bad-mesh-file"),
        ("empty.glb", b"", "bad-mesh-file"),
        ("noise.glb", b"glTF" + bytes(range(256)), "bad-mesh-file"),
        ("cut.glb", b"glTF\2\0\0\0", "bad-mesh-file"),
        ("list.gltf", b"[]", "bad-mesh-file"),
        ("text.gltf", b"no JSON", "bad-mesh-file"),
        ("noise.ply", b"ply\nformat ascii 1.0\nelement vertex 9\n", "bad-mesh-file"),
        ("noise.stl", bytes(range(200)), "bad-mesh-file"),
        ("points.obj", b"v 0 0 0\nv 1 0 0\n", "bad-mesh-file"),
        ("noise.obj", b"\xff\xfe f f f\nf 1 2 3\n", "bad-mesh-file"),
        ("index.obj", f"{QUAD}f 1/1 2/2 9/3\n".encode(), "bad-mesh-file"),
        ("bare.obj", f"{QUAD}f 1 2 3\n".encode(), "mesh-no-uv"),
        ("nan.obj", f"{QUAD.replace('v 1 1 0', 'v 1 nan 0')}f 1/1 2/2 3/3".encode(), None),
        ("flat.obj", f"{QUAD}f 1/1 2/2 2/2\n".encode(), "mesh-zero-area"),
        ("udim.obj", f"{QUAD}vt 2.5 1\nf 1/1 2/2 3/5\n".encode(), "mesh-uv-range"),
    ],
)
def test_bad_files_are_one_clear_line(tmp_path, name, content, code):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as refused:
        load_mesh(tmp_path / name)
    assert refused.value.code == code or code is None
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 400


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_binary_ply_may_mix_triangles_and_larger_faces(tmp_path, order):
    # a triangle, a pentagon, a square in one plane, then edges, as Blender writes them
    points = [(0, 0), (1, 0), (1, 1), (0, 1), (2, 0), (3, 0.5), (2, 1), (1, -1), (0, -1)]
    faces = [(0, 2, 3), (1, 4, 5, 6, 2), (0, 8, 7, 1)]
    form = {"<": "little", ">": "big"}[order]
    head = (
        f"ply\nformat binary_{form}_endian 1.0\ncomment by hand\nelement vertex 9\n"
        "property float x\nproperty float y\nproperty float z\nproperty float s\n"
        "property float t\nelement face 3\nproperty list uchar uint vertex_indices\n"
        "element edge 1\nproperty int vertex1\nproperty int vertex2\nend_header\n"
    )
    body = b"".join(struct.pack(order + "5f", x, y, 0, x / 4, y / 4) for x, y in points)
    for face in faces:
        body += struct.pack(f"{order}B{len(face)}I", len(face), *face)
    file = tmp_path / "mixed.ply"
    file.write_bytes(head.encode() + body + struct.pack(order + "2i", 0, 1))
    mesh = load_mesh(file).mesh
    assert len(mesh.triangles) == 1 + 3 + 2
    assert mesh.areas.sum() == pytest.approx(0.5 + 1.5 + 1)
    apart = 4 * mesh.uvs - mesh.corners[..., :2]  # by whole tiles
    np.testing.assert_allclose(apart, np.broadcast_to(apart[0, 0], apart.shape), atol=1e-6)
    file.write_bytes((head.encode() + body)[:-5])
    with pytest.raises(InputError) as caught:
        load_mesh(file)
    assert caught.value.code == "bad-mesh-file"
