"""How symmetric any picture is: its lattice, which of the 17 wallpaper groups it has, its colour
rule, and how far from exact each of its generators is."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from geometry.plane.groups import PLANE_GROUPS
from geometry.spaces import Array, affine
from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.colour_frame import RGB, ColourFrame
from geometry.symmetry.groups import Elements, Group, elements
from service.figures.figures import Figure
from service.figures.plane_figure import pattern_figure
from service.measuring.rules import Placed, placed
from service.measuring.sight import Sight, own_frame, sight_of
from service.measuring.torus import fold
from service.measuring.translations import find_lattice, shortened
from service.measuring.wallpaper import Trial, finest, trials
from service.measuring.window import WindowLayout
from service.reporting.quality import SymmetryError, measure_quality, seam_ratio
from service.spaces.frame import Frame, PictureGenerator

_SMALL = 6  # pixels that a translation is long at least
_APART = 0.75  # of what unrelated places differ by: more is no translation
_SEAM = 3.0  # times the steps inside


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured of a picture of ``shape`` (H, W). scale: its pixels to one that was
    measured; unrelated: the RMS by which two places differ that have nothing to do with each other,
    in 1/255, as all errors. plain, coloured: all groups that fit the lattice, without and with
    changes of colours; trial, pattern: the one that was chosen, in the pixels that were measured;
    frame: of the colours that its rule acts on; shifts: the errors of its two translations without
    colour."""

    shape: tuple[int, int]
    scale: int
    unrelated: float
    plain: tuple[Trial, ...]
    coloured: tuple[Trial, ...]
    trial: Trial
    pattern: Placed
    frame: ColourFrame
    shifts: tuple[SymmetryError, ...]
    generators: tuple[PictureGenerator, ...]
    errors: tuple[SymmetryError, ...]

    @property
    def to_pixels(self) -> Array:
        """(3, 3): the group's lattice coordinates → the picture's pixels."""
        return affine(self.scale * np.eye(2)) @ self.pattern.matrix

    @property
    def cell(self) -> Array:
        """(2, 2): two short translations without colour, as columns, in the picture's pixels: the
        first to the right, if one can be."""
        cell = self.scale * shortened(self.pattern.cell)
        ways = [sign * cell[:, order] for sign in (1, -1) for order in ([0, 1], [1, 0])]
        return max(ways, key=lambda way: round(float(way[0, 0]), 3))

    def figure(self) -> Figure:
        """The symmetry over the picture."""
        group, rule = self.pattern.group, self.pattern.colouring
        assert group.lattice is not None
        form = affine(group.lattice.basis)
        back = np.linalg.inv(form)
        found = elements(group, rule)
        return pattern_figure(
            Elements(form @ found.matrices @ back, found.colours),
            group.lattice.basis @ np.array(rule.supercell),
            [(g.letter, form @ g.matrix @ back) for g in group.generators],
            self.shape,
            form @ np.linalg.inv(self.to_pixels),
        )


def measure_period(
    picture: NDArray[np.uint8], skew: int = 0, group: Group | None = None
) -> Measured:
    """Of a picture (H, W, 4) uint8 that is one period of a pattern, whose copies above and below
    lie ``skew`` pixels aside. Raises InputError as :func:`measure_picture`, and "bad-lattice" for
    one whose borders do not meet."""
    height, width = picture.shape[:2]
    for axis, aside, side in ((1, 0, "right border"), (0, skew, "lower border")):
        ratio = seam_ratio(picture[..., :3], axis, aside)
        if ratio is not None and ratio > _SEAM:
            raise InputError(
                "bad-lattice",
                "lattice",
                f"The {side} of this picture does not meet the other one: the step there is "
                f"{ratio:.1f} times as large as those inside. It is no period.",
                "Give a seamless tile, or its translations: --lattice AX,AY,BX,BY.",
            )
    twice = np.concatenate([picture, np.roll(picture, skew, axis=1)])
    lattice = np.array([[width, skew], [0, height]], float)
    found = measure_picture(np.tile(twice, (1, 2, 1)), lattice, group)
    return dataclasses.replace(found, shape=(height, width))


def measure_picture(
    picture: NDArray[np.uint8], lattice: Array | None = None, group: Group | None = None
) -> Measured:
    """Of a picture (H, W, 4) uint8 that shows a pattern. lattice: (2, 2), two of its translations
    as columns, in pixels, where they are known; group: the only one to look for. Raises InputError:
    "no-symmetry", "bad-lattice", and as :func:`service.measuring.sight.sight_of`."""
    sight = sight_of(picture)
    basis = find_lattice(sight) if lattice is None else _checked(lattice, sight)
    torus = fold(sight, basis)
    found = finest(torus, False)
    if abs(np.linalg.det(found.supercell)) > 1.5:  # more of it repeats than was known
        basis = found.basis
        torus = fold(sight, basis)
    wanted = PLANE_GROUPS if group is None else (group,)
    plain = trials(torus, finest(torus, False), wanted, False)
    tried = [(sight, plain), (sight, trials(torus, finest(torus, True), wanted, True))]
    if (frame := own_frame(torus.mean.reshape(-1, 3) + 0.5)) != RGB:
        inked = dataclasses.replace(sight, frame=frame)
        other = fold(inked, basis)
        tried.append((inked, trials(other, finest(other, True), wanted, True)))
    if not any(found for _, found in tried):
        assert group is not None
        raise _no_fit(group, basis)
    seen, coloured, trial = _highest(tried)
    pattern = placed(seen, basis, trial)
    generators = _generators(pattern)
    return Measured(
        (picture.shape[0], picture.shape[1]),
        sight.block,
        sight.unrelated,
        tuple(plain),
        tuple(coloured if trial.coloured else tried[1][1]),
        trial,
        pattern,
        seen.frame,
        _errors(seen, None, _shifts(pattern)),
        generators,
        _errors(seen, pattern.cell, generators),
    )


def _highest(tried: Sequence[tuple[Sight, list[Trial]]]) -> tuple[Sight, list[Trial], Trial]:
    """The highest group of all that the picture has, and where it was found: without changes of
    colours rather than with them, with those of red, green and blue rather than with others. The
    nearest one, if it has none."""

    def rank(trial: Trial) -> tuple[bool, float]:
        return trial.agrees, round(trial.elements) if trial.agrees else -trial.worst

    best: tuple[Sight, list[Trial], Trial] | None = None
    for seen, found in tried:
        here = max(found, key=lambda trial: (rank(trial), -trial.worst), default=None)
        if here is not None and (best is None or rank(here) > rank(best[2])):
            best = seen, found, here
    assert best is not None
    return best


def _generators(pattern: Placed) -> tuple[PictureGenerator, ...]:
    to_pixels, images = pattern.matrix, pattern.colouring.images
    back = np.linalg.inv(to_pixels)
    return tuple(
        PictureGenerator(g.letter, g.title, to_pixels @ g.matrix @ back, images[g.letter])
        for g in pattern.group.generators
    )


def _shifts(pattern: Placed) -> tuple[PictureGenerator, ...]:
    """The two translations without colour."""
    return tuple(
        PictureGenerator(name, "a translation", affine(np.eye(2), step), IDENTITY)
        for name, step in zip("ab", shortened(pattern.cell).T, strict=True)
    )


def _checked(lattice: Array, sight: Sight) -> Array:
    """A given lattice in the sight's pixels, as short as can be, if the picture has it."""
    area = abs(float(np.linalg.det(lattice))) / sight.block**2
    if area < _SMALL**2:
        raise InputError(
            "bad-lattice",
            "lattice",
            "The cell of this lattice is too small to be measured.",
            f"Give two that are not parallel, of {_SMALL * sight.block} pixels or more.",
        )
    basis = shortened(lattice / sight.block)
    shifts = tuple(
        PictureGenerator(name, "", affine(np.eye(2), step), IDENTITY)
        for name, step in zip("ab", basis.T, strict=True)
    )
    errors = _errors(sight, None, shifts)
    if len(errors) < len(shifts):
        raise InputError(
            "bad-lattice",
            "lattice",
            "This picture is smaller than the translations of this lattice.",
            "Give the lattice in pixels of the picture, or leave out --lattice to have it found.",
        )
    worst = max(error.rms for error in errors)
    if worst > _APART * sight.unrelated:
        raise InputError(
            "bad-lattice",
            "lattice",
            f"This picture does not repeat so: it differs from its image by {worst:.0f}/255, and "
            f"places that are not related by {sight.unrelated:.0f}/255.",
            "Leave out --lattice to have it found.",
        )
    return basis


def _errors(
    sight: Sight, cell: Array | None, motions: Sequence[PictureGenerator]
) -> tuple[SymmetryError, ...]:
    """Of motions on the measured pixels, each with a name of its own. A translation is never undone
    by one of the cell."""
    found: dict[str, SymmetryError] = {}
    for layout, wanted in (
        (WindowLayout(sight.seen), True),
        (WindowLayout(sight.seen, cell), False),
    ):
        some = tuple(g for g in motions if np.allclose(g.matrix[:2, :2], np.eye(2)) is wanted)
        quality = measure_quality(sight.picture, Frame("tiling", some, layout, {}, sight.frame))
        found |= {error.name: error for error in quality.symmetry}
    return tuple(found[g.name] for g in motions if g.name in found)


def _no_fit(group: Group, basis: Array) -> InputError:
    assert group.lattice is not None
    a, b = basis.T
    cosine = float(a @ b) / float(np.linalg.norm(a) * np.linalg.norm(b))
    return InputError(
        "bad-lattice",
        "group",
        f"{group.name} needs a {group.lattice.name} lattice. This one has translations of "
        f"{np.linalg.norm(a):.1f} and {np.linalg.norm(b):.1f} pixels at "
        f"{math.degrees(math.acos(cosine)):.1f} degrees.",
        "Leave out --group to see the groups that fit.",
    )
