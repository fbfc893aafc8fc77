"""The wallpaper groups: a table of presentations in lattice coordinates.

Sources: presentations from Coxeter and Moser, Generators and Relations for Discrete Groups (1980),
§4.5, and Conway, Burgiel, Goodman-Strauss, The Symmetries of Things (2008), ch. 3-5, whose orbifold
signatures are the first aliases. Origins and axes are those of the International Tables, vol. A,
plane groups 1-17 (mirrors of pm, pg, cm stand upright).
"""

from __future__ import annotations

import math

import numpy as np

from geometry.plane.lattices import HEXAGONAL, OBLIQUE, RECTANGULAR, RHOMBIC, SQUARE
from geometry.spaces import PLANE, Array, affine
from geometry.symmetry.groups import Generator, Group, Lattice, turn_title

_Place = tuple[float, float]
_CORNER, _MIDDLE = (0.0, 0.0), (0.5, 0.5)
_TRIANGLE = (2 / 3, 1 / 3)  # the centre of a triangle of the hexagonal lattice


def _turn(letter: str, order: int, centre: _Place, where: str, lattice: Lattice) -> Generator:
    """The rotation by 2π/order about ``centre``, in lattice coordinates, free of rounding."""
    angle = 2 * math.pi / order
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    linear = np.rint(np.linalg.solve(lattice.basis, turn @ lattice.basis))
    return Generator(letter, f"{turn_title(order)} about {where}", _about(linear, centre))


def _mirror(letter: str, point: _Place, along: _Place, where: str, lattice: Lattice) -> Generator:
    """The reflection in the line through ``point`` along ``along``, in lattice coordinates."""
    return Generator(letter, f"a mirror {where}", _about(_reflection(along, lattice), point))


def _glide(letter: str, point: _Place, step: _Place, where: str, lattice: Lattice) -> Generator:
    """The reflection in the line through ``point`` along ``step``, then the shift by ``step``."""
    matrix = _about(_reflection(step, lattice), point)
    matrix[:2, 2] += step
    return Generator(letter, f"a glide {where}", matrix)


def _reflection(along: _Place, lattice: Lattice) -> Array:
    axis = lattice.basis @ np.array(along)
    mirror = 2 * np.outer(axis, axis) / (axis @ axis) - np.eye(2)
    return np.rint(np.linalg.solve(lattice.basis, mirror @ lattice.basis))


def _about(linear: Array, point: _Place) -> Array:
    shift = np.array(point) - linear @ np.array(point)
    return affine(linear, np.rint(shift * 12) / 12)


def _group(
    name: str,
    aliases: str,
    title: str,
    lattice: Lattice,
    order: int,
    generators: tuple[Generator, ...],
    relators: str,
    translations: str,
) -> Group:
    """aliases, relators, translations: words with blanks between them."""
    first, second = translations.split()
    return Group(
        name,
        tuple(aliases.split()),
        title,
        PLANE,
        generators,
        tuple(relators.split()),
        order,
        lattice,
        (first, second),
    )


def _translation(letter: str, step: _Place, title: str) -> Generator:
    return Generator(letter, title, affine(np.eye(2), step))


_RIGHT, _DOWN = (1.0, 0.0), (0.0, 1.0)
# In the rhombic lattice's coordinates: along the sides of the centred rectangle.
_ACROSS, _UPRIGHT = (1.0, -1.0), (1.0, 1.0)

PLANE_GROUPS: tuple[Group, ...] = (
    _group(
        "p1", "o", "translations only", OBLIQUE, 1,
        (
            _translation("x", _RIGHT, "the first translation"),
            _translation("y", _DOWN, "the second translation"),
        ),
        "xyXY", "x y",
    ),
    _group(
        "p2", "2222 p211", "half turns", OBLIQUE, 2,
        (
            _turn("r", 2, _CORNER, "a corner", OBLIQUE),
            _turn("s", 2, (0.5, 0.0), "the middle of a side", OBLIQUE),
            _turn("t", 2, (0.0, 0.5), "the middle of the other side", OBLIQUE),
        ),
        "r^2 s^2 t^2 (srt)^2", "sr tr",
    ),
    _group(
        "pm", "** p1m1", "parallel mirrors", RECTANGULAR, 2,
        (
            _mirror("m", _CORNER, _DOWN, "along a side", RECTANGULAR),
            _mirror("n", _MIDDLE, _DOWN, "through the middle", RECTANGULAR),
            _translation("y", _DOWN, "the translation along the mirrors"),
        ),
        "m^2 n^2 myMY nyNY", "nm y",
    ),
    _group(
        "pg", "xx p1g1", "parallel glides", RECTANGULAR, 2,
        (
            _glide("g", _CORNER, (0.0, 0.5), "along a side", RECTANGULAR),
            _glide("h", _MIDDLE, (0.0, 0.5), "through the middle", RECTANGULAR),
        ),
        "ggHH", "hG gg",
    ),
    _group(
        "cm", "*x c1m1", "mirrors with glides between them", RHOMBIC, 2,
        (
            _mirror("m", _CORNER, _UPRIGHT, "along a side of the centred cell", RHOMBIC),
            _glide("g", (0.25, -0.25), _MIDDLE, "between two mirrors", RHOMBIC),
        ),
        "m^2 mggmGG", "gm mg",
    ),
    _group(
        "pmm", "*2222 p2mm", "mirrors in two directions", RECTANGULAR, 4,
        (
            _mirror("m", _CORNER, _DOWN, "along the upright side", RECTANGULAR),
            _mirror("n", _CORNER, _RIGHT, "along the level side", RECTANGULAR),
            _mirror("o", _MIDDLE, _DOWN, "upright through the middle", RECTANGULAR),
            _mirror("p", _MIDDLE, _RIGHT, "level through the middle", RECTANGULAR),
        ),
        "m^2 n^2 o^2 p^2 (mn)^2 (no)^2 (op)^2 (pm)^2", "om pn",
    ),
    _group(
        "pmg", "22* p2mg", "half turns between parallel mirrors", RECTANGULAR, 4,
        (
            _turn("r", 2, _CORNER, "a corner", RECTANGULAR),
            _turn("s", 2, (0.0, 0.5), "the middle of a side", RECTANGULAR),
            _mirror("m", (0.25, 0.0), _DOWN, "at a quarter of the cell", RECTANGULAR),
        ),
        "r^2 s^2 m^2 rmrsms", "mrmr sr",
    ),
    _group(
        "pgg", "22x p2gg", "half turns between glides in two directions", RECTANGULAR, 4,
        (
            _turn("r", 2, _CORNER, "a corner", RECTANGULAR),
            _turn("s", 2, (0.5, 0.0), "the middle of a side", RECTANGULAR),
            _glide("g", (0.0, 0.25), (0.5, 0.0), "at a quarter of the cell", RECTANGULAR),
        ),
        "r^2 s^2 rsgg", "gg GRGR",
    ),
    _group(
        "cmm", "2*22 c2mm", "mirrors in two directions, half turns between them", RHOMBIC, 4,
        (
            _turn("r", 2, (0.5, 0.0), "a quarter of the centred cell", RHOMBIC),
            _mirror("m", _CORNER, _UPRIGHT, "along the upright side", RHOMBIC),
            _mirror("n", _CORNER, _ACROSS, "along the level side", RHOMBIC),
        ),
        "r^2 m^2 n^2 (mn)^2 (mrnr)^2", "rmn mrn",
    ),
    _group(
        "p4", "442 p411", "quarter turns", SQUARE, 4,
        (
            _turn("r", 4, _CORNER, "a corner", SQUARE),
            _turn("s", 4, _MIDDLE, "the middle of the cell", SQUARE),
        ),
        "r^4 s^4 (rs)^2", "sR rsRR",
    ),
    _group(
        "p4m", "*442 p4mm", "mirrors of the square", SQUARE, 8,
        (
            _mirror("m", _CORNER, _RIGHT, "along a side", SQUARE),
            _mirror("n", _CORNER, _MIDDLE, "along the diagonal", SQUARE),
            _mirror("o", _MIDDLE, _DOWN, "through the middle", SQUARE),
        ),
        "m^2 n^2 o^2 (mn)^4 (no)^4 (om)^2", "onmn nonm",
    ),
    _group(
        "p4g", "4*2 p4gm", "quarter turns between diagonal mirrors", SQUARE, 8,
        (
            _turn("r", 4, _CORNER, "a corner", SQUARE),
            _mirror("m", (0.5, 0.0), (-1.0, 1.0), "across the corner", SQUARE),
        ),
        "r^4 m^2 (mRmr)^2", "mRmR rmRmRR",
    ),
    _group(
        "p3", "333 p311", "third turns", HEXAGONAL, 3,
        (
            _turn("r", 3, _CORNER, "a corner", HEXAGONAL),
            _turn("s", 3, _TRIANGLE, "a triangle's centre", HEXAGONAL),
        ),
        "r^3 s^3 (rs)^3", "sR rsRR",
    ),
    _group(
        "p3m1", "*333", "mirrors of the triangle", HEXAGONAL, 6,
        (
            _mirror("m", _CORNER, _TRIANGLE, "through a triangle's centre", HEXAGONAL),
            _mirror("n", _CORNER, (1 / 3, 2 / 3), "through the next one's", HEXAGONAL),
            _mirror("o", _TRIANGLE, (-1 / 3, 1 / 3), "through both", HEXAGONAL),
        ),
        "m^2 n^2 o^2 (mn)^3 (no)^3 (om)^3", "momn nomnmn",
    ),
    _group(
        "p31m", "3*3", "third turns between mirrors", HEXAGONAL, 6,
        (
            _turn("r", 3, _TRIANGLE, "a triangle's centre", HEXAGONAL),
            _mirror("m", _CORNER, _RIGHT, "along the triangle's side", HEXAGONAL),
        ),
        "r^3 m^2 (mRmr)^3", "rmRmr RmRm",
    ),
    _group(
        "p6", "632 p611", "sixth turns", HEXAGONAL, 6,
        (
            _turn("r", 6, _CORNER, "a corner", HEXAGONAL),
            _turn("s", 3, _TRIANGLE, "a triangle's centre", HEXAGONAL),
        ),
        "r^6 s^3 (rs)^2", "sRR rrsRRRR",
    ),
    _group(
        "p6m", "*632 p6mm", "mirrors of the hexagon", HEXAGONAL, 12,
        (
            _mirror("m", _CORNER, _RIGHT, "along a side", HEXAGONAL),
            _mirror("n", _CORNER, _TRIANGLE, "through a triangle's centre", HEXAGONAL),
            _mirror("o", (0.5, 0.0), (0.5, 1.0), "across the middle of the side", HEXAGONAL),
        ),
        "m^2 n^2 o^2 (mn)^6 (no)^3 (om)^2", "onmnmn nmnmonmnmnmnmn",
    ),
)  # fmt: skip
