"""A scene: what is painted and seen, resolved from a recipe and checked. Pure data."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geometry.catalogue import find_colouring, find_group
from geometry.colour import ColourElement
from geometry.colour_frame import RGB, ColourFrame
from geometry.errors import InputError
from geometry.folds import Folds, check_axis, parse_folds
from geometry.groups import Colouring, Elements, Generator, Group, elements
from geometry.hyperbolic_sides import side_mirrors
from geometry.plane_chart import picture_shape, plane_chart
from geometry.plane_lattices import shaped
from geometry.plane_torus import TorusMap, parse_torus_map
from geometry.spiral import SpiralShape
from service.advice import is_chiral
from service.model import Model
from service.recipe import MAX_SIZE, MIN_SIZE, Recipe
from service.terms import needing_base

if TYPE_CHECKING:
    from geometry.mesh_symmetry import Placement

SAME_ASPECT = 0.02  # heights are whole pixels, and periods whole texels
MAX_PIXELS = 2**26  # of a tiling: periods can be many cells tall, and are repeated

SPACE_OF_TARGET = {
    "tile": "plane",
    "sphere": "sphere",
    "hyperbolic": "hyperbolic",
    "spiral": "spiral",
    "mesh": "sphere",
}
TARGET_OF_SPACE = {
    "plane": "tile",
    "sphere": "sphere",
    "hyperbolic": "hyperbolic",
    "spiral": "spiral",
}


@dataclass(frozen=True, eq=False)
class Scene:
    """The target with its symmetry. folds: the first generator's powers are weighted instead of
    imposed. mirrored: the picture is turned over, which changes its handedness and nothing else.
    style_frame: of the styles' colours, see :mod:`service.colours`.
    start: what the painting starts from.

    Of tiles: torus_map, cut, repeat (periods across, down); base, (H, W, 3) uint8, a picture of one
    period before it is painted. Of spheres: projection. Of the
    hyperbolic plane: model. Of spirals: spiral. Of meshes: body, the mesh and what lies around
    it; placement, where the group stands in it; action, what the group moves; view_layout,
    how views lie around it; style_size, what a style's shorter side spans on it, in its units."""

    target: str
    group: Group
    colouring: Colouring
    folds: Folds | None = None
    mirrored: bool = False
    style_frame: ColourFrame = RGB
    torus_map: TorusMap | None = None
    cut: str = "period"
    repeat: tuple[int, int] = (1, 1)
    base: NDArray[np.uint8] | None = None
    projection: str = "equirectangular"
    model: str = "poincare"
    spiral: SpiralShape | None = None
    body: Model | None = None
    placement: Placement | None = None
    action: str = "surface"
    start: str = "noise"
    view_layout: str = "sphere"
    style_size: float | None = None

    @property
    def frame(self) -> ColourFrame:
        """What the colour rule acts on. One that changes no colours has no frame to differ by: RGB,
        in which pictures are mixed as they always were."""
        return self.style_frame if self.colouring.colours > 1 else RGB

    @property
    def elements(self) -> Elements:
        """All elements of a finite group, with their colours."""
        return elements(self.group, self.colouring)


@dataclass(frozen=True, eq=False)
class StylePicture:
    """One loaded style. pixels: (H, W, 3) uint8 sRGB; sha256: of the pixels, for the receipt."""

    source: str
    weight: float
    pixels: NDArray[np.uint8]
    sha256: str


def check_symmetry(recipe: Recipe) -> None:
    """Whether there is the recipe's group for its target, and the group has its colour rule. Raises
    InputError as :func:`make_scene`."""
    find_colouring(find_group(recipe.group, SPACE_OF_TARGET[recipe.target]), recipe.colouring)


def make_scene(recipe: Recipe, body: Model | None = None) -> Scene:
    """The scene of a recipe; ``body``: of the target "mesh", what is painted.

    Raises InputError: "missing-mesh", "unknown-group", "wrong-space", "unknown-colouring",
    "impossible-colouring", "bad-folds", "bad-cell", "bad-torus-map", "bad-value",
    "too-large".
    """
    if recipe.target == "mesh" and body is None:
        raise InputError("missing-mesh", "mesh", "A mesh recipe needs a mesh.", "Name its file.")
    group = find_group(recipe.group, SPACE_OF_TARGET[recipe.target])
    if recipe.target == "tile":
        group = shaped(group, recipe.aspect, recipe.angle)
    if recipe.chirality != "any" and not is_chiral(group):
        raise InputError(
            "bad-chirality",
            "chirality",
            f"{group.name} has mirrors, so its patterns have no handedness.",
            "Leave it out.",
        )
    folds = parse_folds(recipe.folds) if recipe.folds else None
    if folds is not None and recipe.target != "tile":  # charts of the plane see to it themselves
        check_axis(group, folds)
    across, down = recipe.repeat.split("x")
    scene = Scene(
        target=recipe.target,
        group=group,
        colouring=find_colouring(group, recipe.colouring),
        folds=folds,
        torus_map=parse_torus_map(recipe.torus_map) if recipe.torus_map else None,
        cut=recipe.cut,
        repeat=(int(across), int(down)),
        projection=recipe.projection,
        model=recipe.model,
        spiral=_spiral_shape(recipe) if recipe.target == "spiral" else None,
        body=body,
        action=recipe.action,
        start=recipe.start,
        view_layout=recipe.view_layout,
        style_size=recipe.style_size,
    )
    if recipe.target == "tile":
        _check_tile(scene, recipe.size)
    return scene if body is None else _placed(scene, recipe, body)


def same_canvas(a: Scene, b: Scene, width: int) -> bool:
    """Whether paint of one scene lies where that of the other does: the same scene but for its
    colour rule, no mesh, at a recipe's size ``width``. In the plane and on spirals the canvas is a
    period of the colours, too."""
    if a.target == "spiral":
        return a.colouring.supercell == b.colouring.supercell
    if a.target != "tile":
        return True
    one, two = (
        plane_chart(scene.group, scene.colouring, width, scene.torus_map, scene.folds)
        for scene in (a, b)
    )
    texels = [(c.rows, c.columns, c.skew, c.offset) for c in (one, two)]
    return texels[0] == texels[1] and np.allclose(one.basis, two.basis)


def exact_generators(scene: Scene) -> list[tuple[Generator, ColourElement]]:
    """The generators of a scene's exact symmetry on the sphere or the hyperbolic plane, with their
    colours: of the whole group or, where it is folded partly, of what remains."""
    if scene.folds is None:
        return [(g, scene.colouring.images[g.letter]) for g in scene.group.generators]
    if scene.group.tiling is None:
        return []
    return side_mirrors(scene.group, scene.colouring)


def on_base(scene: Scene, recipe: Recipe, base: NDArray[np.uint8] | None) -> Scene:
    """The scene of a tile over a picture of it, (H, W, 3) uint8 of any size, or a single texel of
    one colour. Raises InputError: "missing-base" if there is none and the recipe wants one,
    "bad-value" for another aspect than that of a period, "bad-chirality"."""
    if base is None:
        if wants := wants_base(recipe):
            raise InputError(
                "missing-base", wants, "There is no picture before.", "Name one: --start PICTURE."
            )
        return scene
    if recipe.chirality != "any":
        raise InputError(
            "bad-chirality",
            "chirality",
            "The picture before says which way things turn.",
            "Leave it out, or turn that picture over.",
        )
    chart = plane_chart(scene.group, scene.colouring, recipe.size, scene.torus_map, scene.folds)
    rows, columns = picture_shape(chart, recipe.size)
    height, width = base.shape[:2]
    if (height, width) != (1, 1) and abs(math.log(height * columns / (width * rows))) > SAME_ASPECT:
        raise InputError(
            "bad-value",
            "base",
            f"A period of this tile is {columns} × {rows} pixels, the picture before it has "
            f"{width} × {height}.",
            f"Crop it to {columns} : {rows}, or choose another --aspect where the cell is free.",
        )
    return dataclasses.replace(scene, base=base)


def wants_base(recipe: Recipe, masked: bool = False) -> str | None:
    """The field of a recipe for which there must be a picture before, of a mesh a base colour;
    None if there need not. masked: whether a mask is given."""
    wanting = ["start"] if recipe.start == "base" else []
    wanting += [f"objective.{term.name}" for term in needing_base(recipe.objective.weights)]
    wanting += ["mask"] if masked else []
    return wanting[0] if wanting else None


def _placed(scene: Scene, recipe: Recipe, body: Model) -> Scene:
    """The scene of a mesh with its group in place, checked."""
    from geometry.mesh_symmetry import check_symmetry, place  # Warp: half a second

    wants = wants_base(recipe, body.mask is not None)
    if body.base is None and wants is not None:
        raise InputError(
            "missing-base", wants, "The mesh has no base colour.", "Give one with --base."
        )
    width = None if body.base is None else body.base.shape[1]
    if body.mask is not None and width not in (1, recipe.size):
        possible = width in range(MIN_SIZE, MAX_SIZE + 1)
        raise InputError(
            "bad-value",
            "size",
            f"With a mask the base stays as it is, and so does its size, {width}.",
            f"Use --size {width}."
            if possible
            else f"Scale the base's picture to {MIN_SIZE} to {MAX_SIZE} pixels across.",
        )
    acting = scene.elements
    if scene.action == "direction" or scene.group.order == 1:
        placement = place(body.mesh, recipe.axis, recipe.centre)
    else:
        placement = place(body.mesh, recipe.axis, recipe.centre, acting)
        check_symmetry(body.mesh, acting, placement, recipe.tolerance)
    return dataclasses.replace(scene, body=body, placement=placement)


def _check_tile(scene: Scene, width: int) -> None:
    """Raise what its chart would, and "too-large"."""
    chart = plane_chart(scene.group, scene.colouring, width, scene.torus_map, scene.folds)
    height, _ = picture_shape(chart, width)
    across, down = scene.repeat
    if scene.cut != "period" and across * down > 1:
        raise InputError(
            "bad-value", "repeat", f"A {scene.cut} is not repeated.", "Leave out --repeat or --cut."
        )
    if width * across * height * down > MAX_PIXELS:
        raise InputError(
            "too-large",
            "size",
            f"This picture would have {width * across} × {height * down} pixels.",
            "Choose a smaller size, or fewer periods.",
        )


def _spiral_shape(recipe: Recipe) -> SpiralShape:
    usual = {"zoom": 2.0, "tunnel": 1.2}[recipe.radius]
    return SpiralShape(recipe.zoom or usual, recipe.twist, recipe.radius)
