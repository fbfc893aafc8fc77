"""Symmetric textures of spirals: f(λe^{iθ}z) = c(x) f(z) and f(e^{2πi/n}z) = c(r) f(z).

In polar coordinates (log |z|, arg z) both are translations, and those that carry no colour, whole
turns among them, make a lattice. A chart is a grid of texels over one of its cells, a torus, so
there is no seam anywhere: not between arms, not between a picture and its zoomed copy, and not
where the angle jumps from 2π to 0. The group permutes the texels, and the kaleidoscope is plain
superposition over it, exact to the bit. The additive tunnel is the same with the radius itself in
place of its logarithm: rings of equal width instead of ever smaller ones.

Points z = (x, y) have their origin in the picture's middle, x to the right and y up, and half the
picture's width is the unit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError, unknown_name
from geometry.maps.sampling import SamplingMap, from_taps
from geometry.spaces import Array
from geometry.symmetry.colour import ColourElement, inverse, order, palette_of
from geometry.symmetry.groups import Colouring, Elements, Group, elements

Kind = Literal["zoom", "tunnel"]

_ZOOMS: dict[Kind, tuple[float, float]] = {"zoom": (1.05, 16.0), "tunnel": (1.05, 2.0)}
MIDDLE = 1e-9  # the smallest radius
_ROUNDING = 0.06  # of the texels along a side: a pyramid then ends at 8 to 15 of them or more


@dataclass(frozen=True)
class SpiralShape:
    """What the generator x does: it takes the circle |z| = 1 to |z| = ``zoom`` and turns by
    ``twist`` degrees, counterclockwise. A "zoom" is the similarity z → λe^{iθ}z, λ 1.05 to 16; a
    "tunnel" adds λ − 1 to every radius, λ 1.05 to 2: a tunnel of zoom 1.2 has five rings from the
    middle to the edge.

    Raises InputError: "unknown-kind", "bad-zoom", "bad-twist".
    """

    zoom: float = 2.0
    twist: float = 30.0
    kind: Kind = "zoom"

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise unknown_name("unknown-kind", "kind", self.kind, get_args(Kind))
        low, high = _ZOOMS[self.kind]
        if not low <= self.zoom <= high:
            raise InputError(
                "bad-zoom",
                "zoom",
                f"A {self.kind} by {self.zoom:g} cannot be painted.",
                f"Choose {low:g} to {high:g}.",
            )
        if not abs(self.twist) <= 360:
            raise InputError(
                "bad-twist",
                "twist",
                f"A twist of {self.twist:g}° cannot be used.",
                "Choose -360 to 360 degrees.",
            )

    def basis(self, arms: int) -> Array:
        """(2, 2): x and r as columns, in polar coordinates; for one arm r is a whole turn."""
        outward = math.log(self.zoom) if self.kind == "zoom" else self.zoom - 1
        return np.array([[outward, 0.0], [math.radians(self.twist), 2 * math.pi / arms]])

    def polar(self, points: Array) -> Array:
        """Points (n, 2) in polar coordinates (n, 2): (log |z|, arg z), of a tunnel (|z|, arg z).
        A zoom has no middle: the point 0 counts as one next to it."""
        radius = np.maximum(np.hypot(points[:, 0], points[:, 1]), MIDDLE)
        outward = np.log(radius) if self.kind == "zoom" else radius
        return np.column_stack([outward, np.arctan2(points[:, 1], points[:, 0])])

    def points(self, polar: Array) -> Array:
        """The inverse of :meth:`polar`. A tunnel has no points at negative radii: NaN there."""
        outward, angle = polar.T
        radius = np.exp(outward) if self.kind == "zoom" else np.where(outward < 0, np.nan, outward)
        return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


@dataclass(frozen=True, eq=False)
class SpiralChart:
    """basis: (2, 2), the translations x and r as columns, in polar coordinates; period: (2, 2)
    likewise, a short basis of the colour-free translations; rows, columns: texels along the second
    and the first of them. Texel (i, j) sits at period @ ((j + ½)/columns, (i + ½)/rows).
    elements: the group modulo the periods, in multiples of x and r. levels: of the mip pyramid, the
    texture itself counted, that the group permutes too. width: of the picture that the texels are
    made for, in pixels. loop: how many steps of x bring the colours back."""

    shape: SpiralShape
    basis: Array
    period: Array
    rows: int
    columns: int
    elements: Elements
    levels: int
    width: int
    loop: int

    @property
    def density(self) -> float:
        """Texels per radian."""
        return math.sqrt(self.rows * self.columns / abs(float(np.linalg.det(self.period))))


def spiral_chart(group: Group, colouring: Colouring, shape: SpiralShape, width: int) -> SpiralChart:
    """The chart for a picture ``width`` pixels wide: a texel is about as large as a pixel where
    |z| = 1, and nearly square, to 6 % and the shear of a short basis. Both sides have many factors
    of two, for a deep pyramid."""
    assert group.order is not None and colouring.supercell is not None
    basis = shape.basis(group.order)
    period = upright_basis(basis @ np.array(colouring.supercell, float))
    found = elements(group, colouring)
    shifts = found.matrices[:, :2, 2] @ (np.linalg.inv(period) @ basis).T
    divisors = [
        math.lcm(*(Fraction(x).limit_denominator(96).denominator for x in side))
        for side in shifts.T
    ]
    columns, rows, levels = _sides(np.linalg.norm(period, axis=0) * width / 2, divisors)
    loop = order(colouring.images["x"])
    return SpiralChart(shape, basis, period, rows, columns, found, levels, width, loop)


def kaleidoscope(chart: SpiralChart) -> tuple[SamplingMap, SamplingMap]:
    """The two factors of the kaleidoscope, canvas → orbits → all texels (rows · columns,
    row-major): see :func:`_superposition`."""
    size = np.array([chart.columns, chart.rows])
    to_period = np.linalg.inv(chart.period) @ chart.basis
    steps = chart.elements.matrices[:, :2, 2] @ to_period.T * size
    whole = np.rint(steps).astype(np.int64)
    assert np.abs(steps - whole).max() < 1e-6, "the group does not permute the texels"
    i, j = np.divmod(np.arange(chart.rows * chart.columns), chart.columns)
    column, row = (j + whole[:, :1]) % chart.columns, (i + whole[:, 1:]) % chart.rows
    return _superposition(row * chart.columns + column, chart.elements.colours)


def _superposition(
    images: NDArray[np.integer], colours: tuple[ColourElement, ...]
) -> tuple[SamplingMap, SamplingMap]:
    """The two factors of a kaleidoscope from ``images`` (elements, texels), the texel to which each
    element of the group takes each texel, and the elements' colours.

    ``average``: canvas → one texel per orbit, F(r) = Σ_g c(g)⁻¹ K(g·r) / √|G|.
    ``unfold``: orbit → all texels, F(p) = c(g)⁻¹ F(g·p) for a g that takes p to its
    representative: one entry per row, weight 1, so the symmetry of what it makes is exact.
    """
    count, texels = images.shape
    orbit, row_of = np.unique(images.min(axis=0), return_inverse=True)
    of_element, palette = palette_of([inverse(c) for c in colours])
    average = from_taps(
        texels,
        images[:, orbit].T,
        np.full((len(orbit), count), 1 / math.sqrt(count)),
        np.broadcast_to(of_element, (len(orbit), count)),
        palette,
    )
    unfold = from_taps(
        len(orbit),
        row_of[:, None],
        np.ones((texels, 1)),
        of_element[images.argmin(axis=0)][:, None],
        palette,
    )
    return average, unfold


def upright_basis(basis: Array) -> Array:
    """Lagrange-Gauss reduction: two shortest translations of a plane lattice, as columns. The
    second goes inward more than the first and the first clockwise, so that a picture on the texels,
    top row first, is seen as it is, with its top outward."""
    u, v = basis.T
    while True:
        if v @ v < u @ u:
            u, v = v, u
        step = round(float(u @ v) / float(u @ u) - 1e-9)
        if step == 0:
            break
        v = v - step * u
    if abs(u[0]) * np.linalg.norm(v) > abs(v[0]) * np.linalg.norm(u):
        u, v = v, u
    if v[0] > 0:
        v = -v
    if u[0] * v[1] > u[1] * v[0]:
        u = -u
    return np.column_stack([u, v])


def _sides(wanted: Array, divisors: list[int]) -> tuple[int, int, int]:
    """Numbers of texels near ``wanted``, which ``divisors`` divide on as many levels of a pyramid
    as possible, and how many those are."""
    for power in reversed(range(16)):
        steps = np.array(divisors) * 2**power
        sides = steps * np.maximum(1, np.rint(wanted / steps).astype(int))
        if np.abs(sides / wanted - 1).max() < _ROUNDING:
            break
    return int(sides[0]), int(sides[1]), power + 1
