"""STL files, which trimesh reads: triangles and no more."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from service.mesh_files.parts import Part
from service.pictures.look import Look


def read_stl(path: Path) -> list[Part]:
    """Every solid of a file. Raises whatever a broken file makes trimesh raise."""
    import trimesh  # slow to import, and only needed here

    # never the path: trimesh stumbles over names that are no UTF-8
    stream = io.BytesIO(path.read_bytes())
    scene = trimesh.load_scene(stream, file_type="stl", process=False)
    look = Look(path.stem)
    return [
        Part(
            np.asarray(solid.vertices, np.float64),
            np.asarray(solid.faces, np.int64),
            None,
            None,
            look,
        )
        for solid in scene.geometry.values()
        if len(solid.faces)
    ]
