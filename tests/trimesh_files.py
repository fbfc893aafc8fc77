"""Mesh files with textures, as trimesh writes them."""

import numpy as np
import trimesh
from PIL import Image

RED = np.full((4, 4, 3), (200, 30, 20), np.uint8)


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
