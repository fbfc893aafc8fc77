"""A space in one file, see docs/extending.md: ribbons that only repeat, along a strip. Its
geometry, its group, its scene and design, its row."""

import numpy as np

from geometry.catalogue import GROUPS, find_group
from geometry.maps.sampling import from_taps
from geometry.maps.taps import bilinear_taps
from geometry.spaces import Space as Geometry
from geometry.spaces import affine
from geometry.symmetry.colour import power
from geometry.symmetry.groups import Generator, Group
from service.spaces import SPACES
from service.spaces.folded import FoldedDesign, View
from service.spaces.frame import Frame, Layout, PictureGenerator
from service.spaces.space import Scene, Space, resolved

PERIODS = 3  # in a picture: points are (x, y, 1), in periods from its upper left corner
ORDERS = 12  # that all colours have the same powers again

STEP = Generator("x", "a step to the right", affine(np.eye(2), (1, 0)))
GROUP = Group(
    "p111", ("reel",), "a ribbon that repeats", Geometry("strip", 0, (1, 1, 0)), (STEP,), (), 1
)


class StripScene(Scene):
    @classmethod
    def of(cls, recipe, body=None):
        return cls(**resolved(recipe, find_group(recipe.group, "strip")))

    def design(self, width):
        return StripDesign(self, width)


class StripDesign(FoldedDesign):
    domain_area = 1.0
    unit = property(lambda self: self.shape[0])

    def __init__(self, scene, width):
        period = round(width / PERIODS)
        shape, chart_shape = (period, PERIODS * period), (1, 2 * period, 2 * period)
        super().__init__(scene, shape, chart_shape, area=period**2)

    def _fold_exactly(self, points):
        _, rows, columns = self.chart_shape
        places = np.stack([points[:, 1] * rows, points[:, 0] * columns], axis=1) - 0.5
        places[:, 0] = places[:, 0].clip(0, rows - 1.001)
        texels, weights = bilinear_taps(places, np.ones(len(points)), 1 << 20)
        row, column = np.divmod(texels, 1 << 20)
        colour = self._scene.colouring.images["x"]
        palette = tuple(power(colour, k) for k in range(ORDERS))
        texels = row * columns + column % columns
        return from_taps(rows * columns, texels, weights, column // columns % ORDERS, palette)

    def _from(self, left, across, rows=None, wanted=None):
        height = self.shape[0]
        y, x = np.mgrid[slice(rows.start, rows.stop) if rows else slice(height), :across] + 0.5
        points = np.stack([left + x.ravel() / height, y.ravel() / height, np.ones(x.size)], axis=1)
        shape, points = (x.shape, points) if wanted is None else ((1, wanted.sum()), points[wanted])
        return View(shape, points, np.arange(len(points) + 1), *np.ones((2, len(points))))

    def picture_view(self, rows=None, wanted=None):
        return self._from(0, self.shape[1], rows, wanted)

    def views(self, count, seed):
        return (self.window(number, count, seed) for number in range(count))

    def window(self, number, count, seed):
        away = np.random.default_rng(seed).uniform()
        return self._from(1 + (away + number / count) % 1, self.shape[0])

    def picture_frame(self):
        step = affine(np.eye(2), (self.shape[0], 0))
        generator = PictureGenerator("x", STEP.title, step, self._scene.colouring.images["x"])
        return Frame("strip", (generator,), StripLayout(self.shape), colours=self.frame)


class StripLayout(Layout):
    """Places are (x, y, 1) in pixels."""

    def __init__(self, shape):
        self.shape = shape

    def points(self, pixels):
        row, column = np.divmod(pixels, self.shape[1])
        return np.stack([column + 0.5, row + 0.5, np.ones(len(row))], axis=1), np.ones(len(row))

    def positions(self, points):
        place = points[:, 1::-1] - 0.5
        return place, self.within(place)


SPACE = Space(
    target="ribbon",
    groups="strip",
    title="Ribbons",
    summary="Paint a strip that repeats.",
    fields=(),
    scene=StripScene.of,
)


def register():
    """What a row in geometry's catalogue and one in the table of spaces would do."""
    GROUPS[GROUP.name] = GROUP
    SPACES[SPACE.target] = SPACE
