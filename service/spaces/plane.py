"""The plane: wallpaper patterns, periods or one cell of them."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geometry.catalogue import find_group
from geometry.errors import InputError
from geometry.plane import chart as plane_chart
from geometry.plane import tiles
from geometry.plane.lattices import shaped
from geometry.plane.torus import TorusMap, parse_torus_map
from service.inputs.body import Body
from service.pictures.files import over_white
from service.spaces.frame import Picture
from service.spaces.plane_design import CELLS, PlaneDesign
from service.spaces.space import MOTIF, Space, resolved
from service.spaces.torus import MOST_SIZE, WHOLE_SIZE, TorusScene, check_pixels

if TYPE_CHECKING:
    from service.recipe.recipe import Recipe

_SAME_ASPECT = 0.02  # heights are whole pixels, and periods whole texels


@dataclass(frozen=True, eq=False, kw_only=True)
class PlaneScene(TorusScene):
    """A wallpaper pattern. cut: what is delivered of it; repeat: periods across, down; base: (H, W,
    3) uint8, a picture of one period before it is painted."""

    torus_map: TorusMap | None = None
    cut: str = "period"
    repeat: tuple[int, int] = (1, 1)
    base: Picture | None = None

    @classmethod
    def of(cls, recipe: Recipe, body: Body | None = None) -> PlaneScene:
        """See Space. Raises InputError, besides what :func:`resolved` does: "bad-cell",
        "bad-torus-map", "bad-folds", "bad-value", "too-large"."""
        group = shaped(find_group(recipe.group, SPACE.groups), recipe.aspect, recipe.angle)
        across, down = map(int, recipe.repeat.split("x"))
        scene = cls(
            **resolved(recipe, group),
            torus_map=parse_torus_map(recipe.torus_map) if recipe.torus_map else None,
            cut=recipe.cut,
            repeat=(across, down),
        )
        if recipe.size > WHOLE_SIZE:
            scene._check_texels(recipe.size)
        height, width = scene.period(recipe.size)
        if scene.cut != "period" and across * down > 1:
            raise InputError(
                "bad-value",
                "repeat",
                f"A {scene.cut} is not repeated.",
                "Leave out --repeat or --cut.",
            )
        once = scene.cut == "period" and across * down == 1
        check_pixels(recipe.size, (height * down, width * across), once)
        return scene

    def _check_texels(self, size: int) -> None:
        """Raise InputError("bad-value") where texels are no pixels, as on hexagonal lattices: they
        are brought to them all at once, which takes too much memory for a ``size`` so large."""
        design = self.design(size)
        if design.texels_are_pixels:
            return
        near = design.chart.columns  # of a torus map: where its lattice is whole pixels
        fits = near <= MOST_SIZE and self.design(near).texels_are_pixels
        raise InputError(
            "bad-value",
            "size",
            f"Tiles of {self.group.name} {'with this torus map ' if self.torus_map else ''}are "
            f"{WHOLE_SIZE} pixels wide at most: their texels are no pixels, and are brought to "
            "them all at once.",
            f"Choose {WHOLE_SIZE} or less{f', or {near}' if fits else ''}.",
        )

    def colours_before(self) -> Picture | None:
        """See Scene."""
        return self.base

    def chart(self, width: int) -> plane_chart.PlaneChart:
        """Of a picture ``width`` pixels wide. Raises InputError: "bad-torus-map", "bad-folds"."""
        return plane_chart.plane_chart(
            self.group, self.colouring, width, self.torus_map, self.folds
        )

    def period(self, width: int) -> tuple[int, int]:
        """(height, width) of the period that is painted, so that what is delivered is ``width``
        pixels wide: a cell of it may be wider than it is. Where no cell is just so wide, the next
        smaller one. Raises InputError as :meth:`chart`."""

        def shape(width: int) -> tuple[int, int]:
            return plane_chart.picture_shape(self.chart(width), width)

        if (cell := CELLS.get(self.cut)) is None:
            return shape(width)

        def missing(period: int) -> int:
            return width - tiles.cell_width(self.chart(period), shape(period), cell)

        if not (less := missing(width)):
            return shape(width)
        near = max(4, round(width * width / (width - less)))
        periods = [w for w in range(near - 3, near + 4) if missing(w) >= 0]
        # An even one rather than an odd one: half a period is whole pixels then.
        return shape(min(periods, key=lambda w: (missing(w), w % 2)))

    def design(self, width: int) -> PlaneDesign:
        """See Scene."""
        return PlaneDesign(self, width)

    def same_canvas(self, other: PlaneScene, width: int) -> bool:
        """See Scene. The canvas is a period of the colours, too."""
        one, two = self.design(width).chart, other.design(width).chart
        texels = [(c.rows, c.columns, c.skew, c.offset) for c in (one, two)]
        return texels[0] == texels[1] and np.allclose(one.basis, two.basis)

    def on_base(self, recipe: Recipe, base: Picture | None) -> PlaneScene:
        """The scene over a picture of it, (H, W, 4) uint8 of any size, or a single texel of one
        colour. Raises InputError: "missing-base" if there is none and the recipe wants one,
        "bad-value" for another aspect than that of a period, "bad-chirality"."""
        if base is None:
            if wants := recipe.wants_base():
                raise InputError(
                    "missing-base",
                    wants,
                    "There is no picture before.",
                    "Name one: --start PICTURE.",
                )
            return self
        if recipe.size > WHOLE_SIZE:
            raise InputError(
                "bad-value",
                "size",
                f"Tiles over a base colour are {WHOLE_SIZE} pixels wide at most.",
                f"Choose {WHOLE_SIZE} or less, or leave out the base colour.",
            )
        if recipe.chirality != "any":
            raise InputError(
                "bad-chirality",
                "chirality",
                "The picture before says which way things turn.",
                "Leave it out, or turn that picture over.",
            )
        rows, columns = self.period(recipe.size)
        height, width = base.shape[:2]
        apart = abs(math.log(height * columns / (width * rows)))
        if (height, width) != (1, 1) and apart > _SAME_ASPECT:
            raise InputError(
                "bad-value",
                "base",
                f"A period of this tile is {columns} × {rows} pixels, the picture before it has "
                f"{width} × {height}.",
                f"Crop it to {columns} : {rows}, as its middle: service style PICTURE --set "
                f"crop={_middle(width / height, columns / rows)} -o FILE. Or choose another "
                "--aspect where the cell is free.",
            )
        return dataclasses.replace(self, base=over_white(base))


def _middle(aspect: float, wanted: float) -> str:
    """The largest middle part, as wide as ``wanted`` times its height, of a picture with another
    such ``aspect``: left, top, right and bottom, as ``crop`` takes them."""
    x, y = (1 - min(1, wanted / aspect)) / 2, (1 - min(1, aspect / wanted)) / 2
    return f"{x:.4g},{y:.4g},{1 - x:.4g},{1 - y:.4g}"


SPACE = Space(
    target="tile",
    groups="plane",
    title="The plane: 17 wallpaper groups",
    summary="Paint one period of a wallpaper pattern.",
    fields=(
        "aspect",
        "angle",
        "torus_map",
        "cut",
        "repeat",
        "folds",
        "chirality",
        "base",
        "start",
        *MOTIF,
    ),
    scene=PlaneScene.of,
    largest=MOST_SIZE,
)
