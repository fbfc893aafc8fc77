"""What a client is answered about a mesh is what the command makes of its file."""

import sys
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))
from test_orb import painted_box, run

from geometry.errors import InputError
from service.serving.protocol.mesh_messages import Solid
from service.solids.of_mesh import solid_of_mesh

__all__ = ["painted_box"]  # a fixture


@pytest.fixture
def sent(painted_box):
    """The box as a client sends it: z is up."""
    box = trimesh.creation.box((1, 2, 1))
    x, y, z = box.vertices.T
    uvs = (box.vertices[box.faces] + (0.5, 1, 0.5))[..., :2] / (2, 4)
    return {
        "vertices": np.stack([x, -z, y], axis=1).astype(np.float32),
        "triangles": box.faces.astype(np.int32),
        "uvs": uvs.astype(np.float32),
        "picture": np.array(Image.open(painted_box.with_suffix(".png"))),
    }


def fields(**given):
    return Solid(**given).model_dump()


@pytest.mark.parametrize("suffix", ["3mf", "ply"])
def test_it_is_the_solid_of_the_command(painted_box, sent, tmp_path, suffix):
    run("relief", painted_box, "--mm", 30, "--detail", 2, "-o", tmp_path / f"box.{suffix}")
    header, made = solid_of_mesh(fields(mm=30, detail=2, format=suffix), sent)
    (tmp_path / f"sent.{suffix}").write_bytes(bytes(made["file"]))
    own, theirs = (
        trimesh.load(tmp_path / f"{name}.{suffix}", force="mesh") for name in ("box", "sent")
    )
    assert theirs.is_volume and np.isclose(theirs.volume, header["volume"])
    assert own.faces.shape == theirs.faces.shape
    assert np.allclose(np.sort(own.vertices, axis=0), np.sort(theirs.vertices, axis=0), atol=1e-3)
    assert np.allclose(np.sort(made["points"], axis=0), np.sort(theirs.vertices, axis=0), atol=1e-4)
    if suffix == "3mf":
        assert len(made["palette"]) == 4 and made["filament"].max() == 3
    else:
        assert "palette" not in made
        assert (theirs.visual.vertex_colors[:, :3] == made["colours"]).all()


def test_it_is_refused_as_by_the_command(sent):
    for wrong, code in (
        ({"wall": 1.0}, "thin-wall"),
        ({"colours": 3, "format": "stl"}, "bad-value"),
        ({"mm": 2000, "detail": 0.05}, "too-large"),
    ):
        with pytest.raises(InputError) as error:
            solid_of_mesh(fields(**wrong), sent)
        assert error.value.code == code
    with pytest.raises(InputError) as error:
        solid_of_mesh(fields(), sent | {"triangles": sent["triangles"][1:], "uvs": sent["uvs"][1:]})
    assert error.value.code == "mesh-open"
