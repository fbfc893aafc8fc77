"""Whether triangles bound a solid: closed, oriented, nowhere through itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import warp as wp
from numpy.typing import NDArray

from geometry import kernels
from geometry.errors import InputError
from geometry.solid import solid_kernels
from geometry.solid.rounding import same_points
from geometry.spaces import Array

TOUCHING = 4e-7  # of the solid's size: two roundings to float32, which files have

Triangles = NDArray[np.int64]  # (F, 3)
Surface = tuple[Array, Triangles]  # points (V, 3) and triangles


def volume(points: Array, triangles: Triangles) -> float:
    """Of what the triangles bound; negative if their fronts face inward."""
    a, b, c = np.moveaxis(points[triangles], 1, 0)
    return float(np.einsum("fk,fk->", a, np.cross(b, c))) / 6


def check_closed(points: Array, triangles: Triangles, field: str) -> None:
    """Raise InputError("mesh-open", field) where an edge has one side, "mesh-not-manifold" where it
    has more than two, "mesh-not-oriented" where both run along it the same way."""
    start, end = triangles.ravel(), np.roll(triangles, -1, axis=1).ravel()
    edge = np.stack([np.minimum(start, end), np.maximum(start, end)], axis=1)
    edges, number, count = np.unique(edge, axis=0, return_inverse=True, return_counts=True)
    forward = np.bincount(number.ravel(), start < end, len(edges))
    for wrong, code, what, hint in (
        (
            count == 1,
            "mesh-open",
            "The mesh is open: {} of its edges have a face on one side only, as",
            "Close it (in Blender: Select > All by Trait > Non Manifold, then Fill), or give a "
            "sheet a thickness (the modifier Solidify).",
        ),
        (
            count > 2,
            "mesh-not-manifold",
            "More than two faces meet at {} edges of the mesh, as",
            "Remove inner faces (in Blender: Select > All by Trait > Interior Faces), or remesh it "
            "(the modifier Remesh).",
        ),
        (
            (count == 2) & (forward != 1),
            "mesh-not-oriented",
            "At {} edges of the mesh one face shows its front and the other its back, as",
            "Make them agree (in Blender: Mesh > Normals > Recalculate Outside).",
        ),
    ):
        if wrong.any():
            first = points[edges[wrong.argmax()]].mean(axis=0)
            message = f"{what.format(f'{wrong.sum():,}')} near {place_words(first)}."
            raise InputError(code, field, message, hint)


def check_solid(points: Array, triangles: Triangles) -> None:
    """That a finished solid is one, whatever file it goes to: raise InputError("bad-solid") where
    it is open, inside out or crosses itself, or two of its points are one."""
    wrong = ""
    try:
        check_closed(points, triangles, "solid")
    except InputError as error:
        wrong = error.message
    if not wrong and same_points(points):
        wrong = "Some of its points fall together."
    if not wrong and volume(points, triangles) <= 0:
        wrong = "It is inside out."
    if not wrong and len(pairs := crossings(points, triangles)):
        where = place_words(points[triangles[pairs[0, 0]]].mean(axis=0))
        wrong = f"It goes through itself near {where} mm."
    if wrong:
        raise InputError(
            "bad-solid",
            "solid",
            f"What came of it could not be printed: {wrong}",
            "Choose a little different --base, --drain, --wall or --detail.",
        )


def crossings(points: Array, triangles: Triangles) -> NDArray[np.int64]:
    """Pairs (n, 2) of triangles that go through one another by more than TOUCHING, each once; of
    one that crosses several only the first."""
    kernels.load("cpu", solid_kernels.__name__)
    low, high = points.min(axis=0), points.max(axis=0)
    size = float((high - low).max()) or 1.0
    unit = (points - (low + high) / 2) / size
    surface = wp.Mesh(
        points=wp.array(unit, dtype=wp.vec3, device="cpu"),
        indices=wp.array(triangles.ravel(), dtype=wp.int32, device="cpu"),
    )
    partner = wp.empty(len(triangles), dtype=wp.int32, device="cpu")
    wp.launch(
        solid_kernels.first_crossings,
        dim=len(triangles),
        inputs=[
            surface.id,
            wp.array(unit, dtype=wp.vec3d, device="cpu"),
            surface.indices,
            TOUCHING,
            TOUCHING,
        ],
        outputs=[partner],
        device="cpu",
    )
    found = np.flatnonzero(partner.numpy() >= 0)
    pairs = np.stack([found, partner.numpy()[found]], axis=1)
    return np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int64)


def place_words(point: Array | Sequence[float]) -> str:
    """A place, for messages."""
    return "(" + ", ".join(f"{x:.4g}" for x in point) + ")"
