"""Example meshes to paint: `make meshes`, or `python -m recipes.make_meshes [FOLDER]`.

Writes vase.obj, a turned vase with twelve flutes and a wall of some thickness (Y up, symmetric
under *12.12 about Y), and, where Blender is at hand, monkey.glb: Blender's Suzanne, subdivided and
laid out by Smart UV Project, an everyday mesh with many UV islands.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.interpolate import PchipInterpolator

FLUTES, COLUMNS, ROWS = 12, 192, 120
SMALL = 72, 32  # columns and rows of meshes/small_vase.obj, which comes with the recipes
# Radius and height from the middle of the foot, up the outside, over the lip, down the inside.
PROFILE = np.array(
    [
        (0.00, 0.02),
        (0.26, 0.00),
        (0.34, 0.02),
        (0.33, 0.08),
        (0.44, 0.30),
        (0.60, 0.62),
        (0.64, 0.88),
        (0.50, 1.22),
        (0.31, 1.46),
        (0.27, 1.62),
        (0.33, 1.78),
        (0.40, 1.86),
        (0.36, 1.87),
        (0.28, 1.77),
        (0.23, 1.62),
        (0.27, 1.45),
        (0.45, 1.20),
        (0.58, 0.88),
        (0.54, 0.62),
        (0.38, 0.32),
        (0.22, 0.12),
        (0.00, 0.08),
    ]
)


def vase(columns: int = COLUMNS, rows: int = ROWS) -> str:
    """The vase as the text of an OBJ file. u runs around it, v along the profile."""
    along = np.concatenate([[0], np.linalg.norm(np.diff(PROFILE, axis=0), axis=1).cumsum()])
    curve = PchipInterpolator(along / along[-1], PROFILE)
    v, u = np.meshgrid(np.linspace(0, 1, rows + 1), np.linspace(0, 1, columns + 1), indexing="ij")
    radius, height = np.moveaxis(curve(v), -1, 0)
    angle = 2 * math.pi * u
    # flutes where the wall is wide and outside: none at foot, neck, lip and inside
    belly = np.exp(-(((height - 0.8) / 0.42) ** 2)) * np.clip((0.52 - v) * 12, 0, 1)
    radius = radius * (1 + 0.075 * belly * np.cos(FLUTES * angle))
    points = np.stack([radius * np.sin(angle), height, radius * np.cos(angle)], axis=-1)
    lines = ["# made by recipes/make_meshes.py", "o vase"]
    lines += [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in points[:, :-1].reshape(-1, 3)]
    lines += [f"vt {a:.6f} {b:.6f}" for a, b in np.stack([u, v], -1).reshape(-1, 2)]
    for i in range(rows):
        for j in range(columns):
            corners = ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j))
            names = [
                f"{a * columns + b % columns + 1}/{a * (columns + 1) + b + 1}" for a, b in corners
            ]
            lines.append("f " + " ".join(names))
    return "\n".join(lines) + "\n"


def write_monkey(path: Path) -> None:
    """Suzanne as a GLB. Needs bpy."""
    import bpy

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.mesh.primitive_monkey_add()
    monkey: Any = bpy.context.object
    modifier: Any = monkey.modifiers.new("smooth", "SUBSURF")
    modifier.levels = 2
    bpy.ops.object.modifier_apply(modifier="smooth")
    bpy.ops.object.shade_smooth()
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.uv.smart_project(angle_limit=math.radians(66), island_margin=0.01)
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.export_scene.gltf(filepath=str(path), export_materials="NONE")


def write_meshes(folder: Path) -> None:
    """Write the meshes into a folder, and say where."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vase.obj").write_text(vase())
    try:
        import bpy  # noqa: F401
    except ImportError:
        print(f"{folder / 'vase.obj'}  (no Blender module: no monkey)")
        return
    write_monkey(folder / "monkey.glb")
    print(f"{folder / 'vase.obj'}  {folder / 'monkey.glb'}")


if __name__ == "__main__":
    write_meshes(Path(sys.argv[1] if len(sys.argv) > 1 else "out/meshes"))
