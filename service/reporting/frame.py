"""Where a picture's symmetry lies, in the picture's own coordinates: what a checker needs besides
the pixels, and what :mod:`service.reporting.quality` measures by."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geometry import plane_chart, spiral
from geometry.colour import ColourElement
from geometry.colour_frame import RGB, ColourFrame
from geometry.hyperbolic_models import find_model
from geometry.hyperbolic_views import placement
from geometry.spaces import Array, affine
from geometry.sphere_pictures import PROJECTIONS
from service.reporting.layouts import (
    HyperbolicLayout,
    Layout,
    SphereLayout,
    SpiralLayout,
    TileLayout,
)
from service.scene import Scene, exact_generators

_MIRROR = np.diag([1.0, -1.0, 1.0])  # what a mirrored scene's points go through


@dataclass(frozen=True, eq=False)
class PictureGenerator:
    """One generator g: the colour at g·p is ``colour`` applied to the colour at p. matrix: (3, 3),
    see :class:`Frame` for its coordinates."""

    name: str
    title: str
    matrix: Array
    colour: ColourElement


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture's symmetry, the part that is exact. Matrices act

    - of a "tiling" on (x, y, 1) in pixels, x right, y down, pixel centres at +½;
    - of a sphere's "equirectangular", "cube" and "octahedral" pictures on unit vectors, z up;
    - of the "hyperbolic" plane on (x, y, t), x² + y² − t² = −1;
    - of a "spiral" on (log |z|, arg z, 1), of a "tunnel" on (|z|, arg z, 1);
    - of a mesh's texture ("uv") on the object's own coordinates.

    layout: where the pixels lie in that space, None for meshes; fields: the same for the receipt;
    colours: what the generators' colours act on.
    """

    projection: str
    generators: tuple[PictureGenerator, ...]
    layout: Layout | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    colours: ColourFrame = RGB


def picture_frame(scene: Scene, width: int, shape: tuple[int, int]) -> Frame:
    """The frame of a picture of ``shape`` (height, width), painted at a recipe's size ``width``:
    one period of a tiling."""
    return dataclasses.replace(_placed(scene, width, shape), colours=scene.frame)


def _placed(scene: Scene, width: int, shape: tuple[int, int]) -> Frame:
    if scene.target == "tile":
        return _tiling(scene, width, shape)
    if scene.target == "spiral":
        return _spiral(scene, width, shape)
    generators = [
        PictureGenerator(g.letter, g.title, _turned_over(scene, g.matrix), colour)
        for g, colour in exact_generators(scene)
    ]
    if scene.target == "mesh":
        return Frame("uv", tuple(generators))
    if scene.target == "hyperbolic":
        model = find_model(scene.model)
        scale, centre = placement(model, shape)
        fields = {"model": {"name": model.name, "radius": scale, "center": list(centre)}}
        return Frame("hyperbolic", tuple(generators), HyperbolicLayout(model, shape), fields)
    layout = SphereLayout(PROJECTIONS[scene.projection], shape)
    return Frame(scene.projection, tuple(generators), layout)


def moved_frame(frame: Frame, corner: tuple[int, int]) -> Frame:
    """The frame of a piece of a tiling that begins at pixel ``corner`` (x, y) of the picture."""
    if frame.projection != "tiling" or corner == (0, 0):
        return frame
    there, back = (affine(np.eye(2), (s * corner[0], s * corner[1])) for s in (-1, 1))
    generators = tuple(
        dataclasses.replace(g, matrix=there @ g.matrix @ back) for g in frame.generators
    )
    lattice = dict(frame.fields["lattice"])
    lattice["origin"] = (np.array(lattice["origin"]) - corner).tolist()
    return dataclasses.replace(frame, generators=generators, fields={"lattice": lattice})


def _turned_over(scene: Scene, matrix: Array) -> Array:
    return _MIRROR @ matrix @ _MIRROR if scene.mirrored else matrix


def _tiling(scene: Scene, width: int, shape: tuple[int, int]) -> Frame:
    chart = plane_chart.plane_chart(
        scene.group, scene.colouring, width, scene.torus_map, scene.folds
    )
    over = affine(np.diag([-1.0, 1.0]), (shape[1], 0.0)) if scene.mirrored else np.eye(3)
    a, b, origin = plane_chart.picture_lattice(chart, shape)
    a, b, origin = over[:2, :2] @ a, over[:2, :2] @ b, over[:2, :2] @ origin + over[:2, 2]
    generators = tuple(
        PictureGenerator(g.letter, g.title, over @ g.matrix @ over, colour)
        for g, colour in plane_chart.picture_generators(chart, shape)
    )
    skew = int(plane_chart.picture_periods(chart, shape)[0, 1]) * (-1 if scene.mirrored else 1)
    lattice = {"a": a.tolist(), "b": b.tolist(), "origin": origin.tolist()}
    return Frame("tiling", generators, TileLayout(shape, skew), {"lattice": lattice})


def _spiral(scene: Scene, width: int, shape: tuple[int, int]) -> Frame:
    assert scene.spiral is not None
    chart = spiral.spiral_chart(scene.group, scene.colouring, scene.spiral, width)
    generators = tuple(
        PictureGenerator(
            g.letter,
            g.title,
            affine(np.eye(2), chart.basis @ g.matrix[:2, 2]),
            scene.colouring.images[g.letter],
        )
        for g in scene.group.generators
    )
    kind = {"zoom": "spiral", "tunnel": "tunnel"}[scene.spiral.kind]
    fields = {"center": [shape[1] / 2, shape[0] / 2], "radius": shape[1] / 2}
    return Frame(kind, generators, SpiralLayout(chart, shape), fields)
