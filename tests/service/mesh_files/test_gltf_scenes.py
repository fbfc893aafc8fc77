"""Where the surfaces of glTF files stand: nodes, skins, morph targets, instances, all kinds of
arrays."""

import json

import DracoPy
import numpy as np
import pytest
from gltf_files import HALVES, SQUARE, SQUARE_UVS, GltfFile

from geometry.errors import InputError
from service.mesh_files.loading import load_mesh

TURN = [0, 0, np.sqrt(0.5), np.sqrt(0.5)]  # by 90° about z
EYE = np.eye(4).ravel()


def corners(path):
    """The corners (F, 3, 3) of a file's triangles, rounded."""
    return np.round(load_mesh(path).mesh.corners, 6)


def sides(path):
    """The lowest and highest corner."""
    found = corners(path).reshape(-1, 3)
    return found.min(axis=0).tolist(), found.max(axis=0).tolist()


def test_nodes_move_their_children_and_only_the_shown_scene_is_read(tmp_path):
    file = GltfFile(scene=1, scenes=[{"nodes": [3]}, {"nodes": [0, 4]}])
    file.mesh(file.square())
    file.tree["nodes"] = [
        {"children": [1], "translation": [10, 0, 0], "scale": [2, 2, 2]},
        {"children": [2], "rotation": TURN},
        {"mesh": 0, "translation": [1, 0, 0]},
        {"mesh": 0, "translation": [50, 0, 0]},
        {"mesh": 0, "extensions": {"KHR_node_visibility": {"visible": False}}},
    ]
    assert sides(file.write(tmp_path / "tree.glb")) == ([8, 2, 0], [10, 4, 0])


def test_a_matrix_is_given_by_columns_and_mirrors_turn_faces_back(tmp_path):
    file = GltfFile()
    file.mesh(file.square(NORMAL=file.array([(0, 0, 1)] * 4)))
    file.tree["nodes"] = [{"mesh": 0, "matrix": [-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 5, 6, 7, 1]}]
    path = file.write(tmp_path / "mirror.gltf")
    assert sides(path) == ([4, 6, 7], [5, 7, 7])
    a, b, c = np.moveaxis(corners(path), 1, 0)
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()
    np.testing.assert_array_equal(load_mesh(path).painted[0].normals, [(0, 0, 1)] * 4)


def skin(file, weights, second=None):
    """The square hung on two joints; the second, 3 along x, is turned by 90° about z."""
    own = {"JOINTS_0": file.array([(0, 1, 0, 0)] * 4, "u1"), "WEIGHTS_0": file.array(weights)}
    file.mesh(file.square(**own, NORMAL=file.array([(0, 0, 1)] * 4)))
    away = np.eye(4)
    away[3, 0] = -3  # by columns: to the joint's frame
    inverse = file.array([EYE, away.ravel()])
    file.tree["skins"] = [{"joints": [1, 2], "inverseBindMatrices": inverse}]
    file.tree["nodes"] = [
        {"mesh": 0, "skin": 0, "translation": [100, 100, 100]},  # not heeded: the joints place it
        {"translation": [0, 0, 1]},
        {"translation": [3, 0, 0], **(second or {"rotation": TURN})},
    ]
    return file


def test_skins_stand_in_their_pose(tmp_path):
    weights = [(1, 0, 0, 0), (0, 2, 0, 0), (0.5, 0.5, 0, 0), (1, 0, 0, 0)]  # need not sum to 1
    path = skin(GltfFile(), weights).write(tmp_path / "skin.glb")
    # the second joint turns (1, 0) about (3, 0): to (3, -2); and (1, 1) to (2, -2)
    expected = [(0, 0, 1), (3, -2, 0), (1.5, -0.5, 0.5), (0, 1, 1)]
    (part,) = load_mesh(path).painted
    np.testing.assert_allclose(part.vertices, expected, atol=1e-6)
    np.testing.assert_allclose(part.normals, [(0, 0, 1)] * 4, atol=1e-6)


def test_morph_targets_have_the_weights_of_node_or_mesh(tmp_path):
    up, aside = [(0, 0, 1)] * 4, [(1, 0, 0)] * 4
    heights = []
    for mesh, node in ([None, None], [[0.5, 0], None], [[0.5, 0], [0.25, 2]]):
        file = GltfFile()
        targets = [{"POSITION": file.array(up)}, {"POSITION": file.array(aside)}]
        file.mesh({**file.square(), "targets": targets}, **({"weights": mesh} if mesh else {}))
        file.tree["nodes"] = [{"mesh": 0, **({"weights": node} if node else {})}]
        heights.append(sides(file.write(tmp_path / "morph.glb"))[0])
    assert heights == [[0, 0, 0], [0, 0, 0.5], [2, 0, 0.25]]


def test_sparse_arrays_and_those_without_data(tmp_path):
    file = GltfFile()
    square = file.square()
    # a morph target as Blender writes it: zeros but for one vertex
    sparse = {
        "count": 1,
        "indices": {"bufferView": file.view(np.uint8([2]).tobytes()), "componentType": 5121},
        "values": {"bufferView": file.view(np.float32([0, 0, 3]).tobytes())},
    }
    target = {"componentType": 5126, "count": 4, "type": "VEC3", "sparse": sparse}
    square["targets"] = [{"POSITION": file.add("accessors", target)}]
    file.mesh(square, weights=[1])
    path = file.write(tmp_path / "sparse.glb")
    np.testing.assert_allclose(
        load_mesh(path).painted[0].vertices, SQUARE + 3 * (SQUARE.sum(1) == 2)[:, None] * (0, 0, 1)
    )
    file.tree["accessors"][-1]["sparse"]["indices"]["componentType"] = 5123
    with pytest.raises(InputError, match="beyond"):
        load_mesh(file.write(tmp_path / "cut.glb"))


def test_instances_stand_where_their_arrays_say(tmp_path):
    file = GltfFile(extensionsRequired=["EXT_mesh_gpu_instancing"])
    file.mesh(file.square())
    half = np.rint(127 * np.array([(0, 0, 0, 1), TURN, (0, 0, 0, 1)]))
    attributes = {
        "TRANSLATION": file.array([(0, 0, 0), (5, 0, 0), (9, 0, 0)]),
        "ROTATION": file.array(half, "i1", normalized=True),
        "SCALE": file.array([(1, 1, 1), (2, 2, 2), (1, 1, 1)]),
    }
    own = {"EXT_mesh_gpu_instancing": {"attributes": attributes}}
    file.tree["nodes"] = [{"mesh": 0, "translation": [0, 0, 4], "extensions": own}]
    path = file.write(tmp_path / "many.glb")
    found = corners(path)
    assert len(found) == 6 and (found[..., 2] == 4).all()
    np.testing.assert_allclose(found[2:4].min(axis=(0, 1)), (3, 0, 4), atol=0.02)
    np.testing.assert_allclose(found[2:4].max(axis=(0, 1)), (5, 2, 4), atol=0.02)


def test_too_many_instances_are_refused_before_memory_is_full(tmp_path):
    file = GltfFile()
    file.mesh(file.square())
    none = {"componentType": 5126, "count": 10_000_001, "type": "VEC3"}
    attributes = {"TRANSLATION": file.add("accessors", none)}
    file.tree["nodes"] = [
        {"mesh": 0, "extensions": {"EXT_mesh_gpu_instancing": {"attributes": attributes}}}
    ]
    with pytest.raises(InputError) as refused:
        load_mesh(file.write(tmp_path / "many.glb"))
    assert refused.value.code == "mesh-too-large"


@pytest.mark.parametrize(
    ("mode", "order", "expected"),
    [
        (4, None, [(0, 1, 2), (3, 4, 5)]),
        (5, [0, 1, 2, 3, 4], [(0, 1, 2), (1, 3, 2), (2, 3, 4)]),
        (6, [0, 1, 2, 3], [(1, 2, 0), (2, 3, 0)]),
    ],
)
def test_strips_fans_and_triangles_without_indices(tmp_path, mode, order, expected):
    points = np.array([(0, 0, 0), (2, 0, 0), (1, 1, 0), (3, 1, 1), (2, 2, 0), (4, 3, 0)], float)
    file = GltfFile()
    entry = {
        "attributes": {"POSITION": file.array(points), "TEXCOORD_0": file.array(points[:, :2] / 4)}
    }
    if order is not None:
        entry["indices"] = file.array(order, "u1")
    lines = {"attributes": {"POSITION": file.array(points)}, "mode": 1}
    file.mesh({**entry, "mode": mode}, lines)
    np.testing.assert_array_equal(corners(file.write(tmp_path / "strip.glb")), points[expected])


def test_quantised_and_interleaved_coordinates(tmp_path):
    file = GltfFile(extensionsRequired=["KHR_mesh_quantization"])
    rows = np.zeros(4, [("place", "<i2", 3), ("pad", "<u2"), ("uv", "<u2", 2)])
    rows["place"], rows["uv"] = 100 * SQUARE, 65535 * SQUARE_UVS
    view = file.view(rows.tobytes(), byteStride=12)
    entry = {
        "attributes": {
            "POSITION": file.add(
                "accessors", {"bufferView": view, "componentType": 5122, "count": 4, "type": "VEC3"}
            ),
            "TEXCOORD_0": file.add(
                "accessors",
                {
                    "bufferView": view,
                    "byteOffset": 8,
                    "componentType": 5123,
                    "count": 4,
                    "type": "VEC2",
                    "normalized": True,
                },
            ),
        },
        "indices": file.array(np.ravel(HALVES), "u1"),
    }
    file.mesh(entry)
    file.tree["nodes"] = [{"mesh": 0, "scale": [0.01, 0.01, 0.01]}]
    mesh = load_mesh(file.write(tmp_path / "small.glb")).mesh
    np.testing.assert_allclose(mesh.corners, SQUARE[HALVES], atol=1e-7)
    np.testing.assert_allclose(mesh.uvs, SQUARE[HALVES][..., :2], atol=1e-7)


@pytest.mark.parametrize("fallback", [False, True])
def test_draco_is_decoded_where_there_is_no_other_copy(tmp_path, fallback):
    packed = DracoPy.encode(
        SQUARE.astype("f4"), np.array(HALVES), quantization_bits=14, tex_coord=SQUARE_UVS
    )
    numbers = {
        entry["attribute_type"]: entry["unique_id"] for entry in DracoPy.decode(packed).attributes
    }
    file = GltfFile(extensionsUsed=["KHR_draco_mesh_compression"])
    square = file.square()
    if not fallback:
        for accessor in file.tree["accessors"]:
            del accessor["bufferView"]
    draco = {
        "bufferView": file.view(packed if not fallback else b"never looked at"),
        "attributes": {"POSITION": numbers[0], "TEXCOORD_0": numbers[3]},
    }
    square["extensions"] = {"KHR_draco_mesh_compression": draco}
    file.mesh(square)
    mesh = load_mesh(file.write(tmp_path / "draco.glb")).mesh
    assert mesh.areas.sum() == pytest.approx(1, rel=1e-3)
    np.testing.assert_allclose(mesh.uvs, mesh.corners[..., :2], atol=1e-3)


def test_broken_draco_is_named(tmp_path):
    file = GltfFile(extensionsUsed=["KHR_draco_mesh_compression"])
    square = file.square()
    for accessor in file.tree["accessors"]:
        del accessor["bufferView"]
    draco = {"bufferView": file.view(bytes(288)), "attributes": {"POSITION": 0}}
    square["extensions"] = {"KHR_draco_mesh_compression": draco}
    file.mesh(square)
    with pytest.raises(InputError, match=r"Draco data cannot be decoded.*without compression"):
        load_mesh(file.write(tmp_path / "draco.glb"))


def required(name):
    return "extensionsRequired", [name]


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (*required("EXT_meshopt_compression"), "EXT_meshopt_comp.*without compression"),
        (*required("KHR_meshopt_compression"), "KHR_meshopt_comp.*without compression"),
        (*required("KHR_gaussian_splatting"), "extension KHR_gaussian_splatting"),
        ("asset version", "1.0", "version 1.0.*2.0"),
        ("nodes", [{"mesh": 1}], r"meshes\[1\]"),
        ("accessors 0 count", 5, "beyond"),
        ("accessors 0 count", None, "'count'"),
        ("accessors 0 count", "four", "header"),
        ("accessors 2 count", 2, "too few UVs"),
        ("accessors 2 type", "SCALAR", "TEXCOORD_0 .* of 2 numbers"),
        ("bufferViews 0 byteLength", 2**40, "beyond"),
        ("bufferViews 0 buffer", 1, r"buffers\[1\]"),
        ("buffers", [{"byteLength": 10**6}], "cut off"),
        ("buffers", [{"byteLength": 8, "uri": "gone.bin"}], "gone.bin.*Put it"),
        ("meshes 0 primitives 0 attributes", 7, "header"),
        ("scene", 3, r"scenes\[3\]"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(tmp_path, place, value, words):
    file = GltfFile(scenes=[{"nodes": [0]}])
    file.mesh(file.square())
    *path, last = (int(step) if step.isdigit() else step for step in place.split())
    entry = file.tree
    for step in path:
        entry = entry[step]
    if value is None:
        del entry[last]
    else:
        entry[last] = value
    with pytest.raises(InputError, match=words) as refused:
        load_mesh(file.write(tmp_path / "bad.glb"))
    assert refused.value.code == "bad-mesh-file"
    assert "\n" not in str(refused.value) and "Error" not in str(refused.value)


def test_nodes_in_a_ring_end(tmp_path):
    file = GltfFile(scenes=[{"nodes": [0]}])
    file.mesh(file.square())
    file.tree["nodes"] = [{"mesh": 0, "children": [1]}, {"children": [0]}]
    with pytest.raises(InputError, match="own parent"):
        load_mesh(file.write(tmp_path / "ring.glb"))


@pytest.mark.parametrize("nodes", [[], [{"mesh": 0}, {"translation": [1, 0, 0], "children": [0]}]])
def test_a_file_without_a_scene_shows_all_its_nodes_or_meshes(tmp_path, nodes):
    file = GltfFile(scenes=[], nodes=nodes)
    file.mesh(file.square())
    shift = 1 if nodes else 0
    assert sides(file.write(tmp_path / "loose.glb")) == ([shift, 0, 0], [1 + shift, 1, 0])


def test_materials_that_only_gloss_stop_nothing(tmp_path):
    names = ["KHR_materials_clearcoat", "KHR_lights_punctual", "KHR_materials_unlit"]
    file = GltfFile(extensionsRequired=names, extensionsUsed=names)
    file.mesh(file.square())
    path = file.write(tmp_path / "gloss.gltf")
    assert json.loads(path.read_text())["extensionsRequired"] == names
    assert len(corners(path)) == 2
