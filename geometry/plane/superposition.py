"""What the plane kaleidoscope adds up: copies of the paint under a group modulo the periods of the
picture, all alike for full symmetry, weighted for folds (partial degeneracy)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from geometry.spaces import Array, affine
from geometry.symmetry.colour import ColourElement, compose, power
from geometry.symmetry.folds import Folds
from geometry.symmetry.groups import (
    Colouring,
    Elements,
    Generator,
    Group,
    elements,
    kernel_lattice,
    word_matrix,
)
from geometry.symmetry.presentation import image

MAX_STEPS = 5  # weighted powers of each translation: 25 copies of the paint are added up


@dataclass(frozen=True, eq=False)
class Superposition:
    """F(p) = Σ_k weights[k] · c(copies[k])⁻¹ · K(copies[k]·p), in lattice coordinates.

    period: (2, 2) whole numbers, columns: translations modulo which all else is meant; cell:
    (2, 2), columns: those of the exact symmetry that carry no colour, a short basis. elements: the
    exact symmetry of F; generators: of it, with their colours; copies: whole cosets of it; weights:
    (copies,), of unit norm up to the elements that fix a point.
    """

    period: NDArray[np.int64]
    cell: NDArray[np.int64]
    elements: Elements
    generators: tuple[tuple[Generator, ColourElement], ...]
    copies: Elements
    weights: Array


def superposition(
    group: Group, colouring: Colouring, period: NDArray[np.int64], folds: Folds | None = None
) -> Superposition:
    """The copies that make a picture symmetric modulo ``period``, (2, 2) colour-free translations
    as columns in lattice coordinates.

    With folds, only the translations stay exact. The turns of p2, p3, p4 and p6 are folded with
    weights w_k on r^k. For p1 the period becomes N × N cells and x^j y^k has weight w_j w_k, so
    that things repeat N times each way, more or less.
    Raises InputError("bad-folds") for other groups, for another number of folds than the rotation
    has, and for more than 5 translations each way.
    """
    supercell = np.array(colouring.supercell)
    found = _modulo(elements(group, colouring), supercell, period)
    if folds is None:
        generators = tuple((g, colouring.images[g.letter]) for g in group.generators)
        alike = np.full(len(found), len(found) ** -0.5)
        return Superposition(period, supercell, found, generators, found, alike)
    _check_folds(group, folds)
    steps = folds.order if group.order == 1 else 1
    keep = [k for k, m in enumerate(found.matrices) if np.array_equal(m[:2, :2], np.eye(2))]
    exact = Elements(
        np.stack([affine(np.eye(2), steps * found.matrices[k, :2, 2]) for k in keep]),
        tuple(power(found.colours[k], steps) for k in keep),
    )
    matrices: list[Array] = []
    colours: list[ColourElement] = []
    weights: list[float] = []
    for word, weight in _folded(group, folds):
        turn, colour = word_matrix(group, word), image(word, colouring.images)
        matrices.append(turn @ exact.matrices)
        colours += [compose(colour, c) for c in exact.colours]
        weights += [weight * len(exact) ** -0.5] * len(exact)
    copies = Elements(np.concatenate(matrices), tuple(colours))
    generators = tuple(_translation(group, colouring, k, steps) for k in (0, 1))
    (_, across), (_, down) = generators
    assert group.lattice is not None
    cell = steps * np.array(kernel_lattice(across, down, group.lattice.basis))
    return Superposition(steps * period, cell, exact, generators, copies, np.array(weights))


def _modulo(found: Elements, supercell: NDArray[np.int64], period: NDArray[np.int64]) -> Elements:
    """The elements modulo a sublattice of the supercell: each of them, moved by every colour-free
    translation of the period."""
    (width, _), (_, height) = _triangular(np.rint(np.linalg.solve(supercell, period)).astype(int))
    j, i = np.meshgrid(np.arange(width), np.arange(height))
    steps = np.stack([j.ravel(), i.ravel()], axis=1) @ supercell.T
    matrices = np.repeat(found.matrices[None], len(steps), axis=0)
    matrices[:, :, :2, 2] += steps[:, None]
    return Elements(matrices.reshape(-1, 3, 3), found.colours * len(steps))


def _triangular(period: NDArray[np.int64]) -> NDArray[np.int64]:
    """Columns of the same lattice, the first of them along the first axis (Hermite's form)."""
    (a, b), (c, d) = period.tolist()
    while c:
        a, b, c, d = b - d // c * a, a, d - d // c * c, c
    return np.array([[abs(a), b], [0, abs(d)]])


def _check_folds(group: Group, folds: Folds) -> None:
    if group.order == 1:
        if np.count_nonzero(folds.weights) > MAX_STEPS:
            raise InputError(
                "bad-folds",
                "folds",
                f"Translations take at most {MAX_STEPS} weights other than 0.",
                "Write K/N, or fewer weights.",
            )
        return
    turns = all(np.linalg.det(g.matrix[:2, :2]) > 0 for g in group.generators)
    if turns and folds.order == group.order:
        return
    if turns:
        n = group.order
        raise InputError(
            "bad-folds",
            "folds",
            f"{group.name} turns by 1/{n}: it has {n} folds, not {folds.order}.",
            f"Write 1/{n}, or {n} weights.",
        )
    raise InputError(
        "bad-folds",
        "folds",
        f"{group.name} has mirrors or glides, which cannot be folded partly.",
        "Choose p2, p3, p4 or p6 to fold turns, p1 to fold translations.",
    )


def _folded(group: Group, folds: Folds) -> list[tuple[str, float]]:
    """Words and weights of what is superposed; weights that are 0 are left out."""
    powers = [(k, w) for k, w in enumerate(folds.weights) if w]
    if group.order == 1:
        return [("x" * j + "y" * k, v * w) for j, v in powers for k, w in powers]
    return [("r" * k, w) for k, w in powers]


def _translation(
    group: Group, colouring: Colouring, which: int, steps: int
) -> tuple[Generator, ColourElement]:
    assert group.translations is not None
    word = group.translations[which] * steps
    title = f"the {('first', 'second')[which]} translation" + (f", {steps} times" * (steps > 1))
    return Generator("xy"[which], title, word_matrix(group, word)), image(word, colouring.images)
