"""Symmetries as a page needs them: the sides of a fundamental domain with what they do to points
and colours, its mirrors, glides and centres."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from geometry.catalogue import GROUPS, find_colouring
from geometry.errors import InputError
from geometry.hyperbolic.groups import KINDS, tiling_group
from geometry.spaces import FRIEZE, HYPERBOLIC, PLANE, SPHERE, Array, Space, affine
from geometry.symmetry.colour import ColourElement
from geometry.symmetry.diagram import action
from geometry.symmetry.domain import Domain, Element, fundamental_domain, kept_metric
from geometry.symmetry.groups import Group
from service.viewers.reading import GeneratorOf

Json = dict[str, Any]

PAINTED = "painted"
_NEAR = 1e-6
_FITS = 0.02  # how far a lattice may be from the one that a group needs: pixels are whole
_SOFT = 0.35  # of the inradius, where neighbours mix
_TILINGS = ((4, 6), (6, 4), (5, 4), (4, 5), (7, 3), (3, 8), (6, 6))
_BASES = ((1, 0, 0, 1), (1, 1, 0, 1), (1, -1, 0, 1), (0, 1, 1, 0))  # of one lattice


def elements_of(generators: Sequence[GeneratorOf]) -> list[Element]:
    """The generators of a receipt. Raises InputError("bad-receipt") for what is no isometry or no
    colour."""
    found = []
    for generator in generators:
        matrix = np.array(generator.matrix)
        if sorted(map(abs, generator.colour)) != [1, 2, 3] or abs(np.linalg.det(matrix)) < _NEAR:
            raise InputError(
                "bad-receipt",
                "generators",
                f"The generator '{generator.name[:20]}' is no isometry with a colour.",
                "Paint the picture again.",
            )
        found.append(Element(matrix, generator.colour))
    return found


def painted(space: Space, elements: Sequence[Element], title: str, direct: bool) -> Json:
    """The symmetry that a picture has. direct: the picture shows every place itself. Raises
    InputError("bad-receipt")."""
    try:
        metric = kept_metric(elements) if space is PLANE else None
        domain = fundamental_domain(space, elements, metric)
    except ValueError:
        raise InputError(
            "bad-receipt",
            "generators",
            "The generators of this receipt make no group with a fundamental domain.",
            "Paint the picture again.",
        ) from None
    return as_json(domain, PAINTED, title, direct)


def as_json(
    domain: Domain, name: str, title: str, direct: bool = False, soft: bool = False
) -> Json:
    """A symmetry for the page."""
    inradius = min((float(side.covector @ domain.place) for side in domain.sides), default=1.0)
    return {
        "name": name,
        "title": title,
        "direct": direct,
        "soft": _SOFT * inradius if soft else 0.0,
        "area": domain.area if domain.space is HYPERBOLIC else 1.0,
        "mean": [0.5, 0.5, 0.5],
        "sides": [
            {
                "covector": side.covector.tolist(),
                "matrix": side.pairing.matrix.ravel().tolist(),
                "colour": list(side.pairing.colour),
            }
            for side in domain.sides
        ],
        "lines": [
            {"covector": line.covector.tolist(), "glide": line.glide}
            for line in (*domain.mirrors, *domain.glides)
        ],
        "centres": [
            {"place": centre.place.tolist(), "order": centre.order}
            for centre in domain.centres
            if centre.order > 1
        ],
    }


def others(space: Space, own: str, cell: Array | None = None) -> Iterator[Json]:
    """Other groups that the same paint may be folded by: of the plane those that fit a ``cell``,
    (2, 2), columns; of a strip all, its period and the way to the next strip being the cell; of the
    sphere all families; of the hyperbolic plane some tilings."""
    is_strip = space is FRIEZE
    for group, elements in _candidates(space, own, cell):
        try:
            metric = kept_metric(elements) if space is PLANE else None
            domain = fundamental_domain(PLANE if is_strip else space, elements, metric)
        except ValueError:
            continue
        if domain.sides:
            title = f"{group.name}: {group.title}" if len(group.title) < 60 else group.name
            yield as_json(domain, group.name, title, soft=True)


def _candidates(
    space: Space, own: str, cell: Array | None
) -> Iterator[tuple[Group, list[Element]]]:
    if space is HYPERBOLIC:
        tilings = [tiling_group(p, q, "full") for p, q in _TILINGS]
        known = GROUPS.get(own) or next((g for g in tilings if g.name == own), None)
        if known is not None and known.tiling is not None:
            p, q = known.tiling.p, known.tiling.q
            for kind in KINDS:
                if not ((kind == "turned" and q % 2) or (kind == "mirrored" and p % 2)):
                    tilings.insert(0, tiling_group(p, q, kind))
        for name, group in {g.name: g for g in tilings}.items():
            if name != own:
                yield group, _elements(group)
        return
    for group in GROUPS.values():
        if group.space is not space or group.name in (own, "1"):
            continue
        if space is SPHERE:
            yield group, _elements(group)
        elif cell is not None and (basis := _fitting(group, cell)) is not None:
            further = [Element(affine(np.eye(2), tuple(basis[:, 1])), (1, 2, 3))]
            yield group, _elements(group, affine(basis)) + further * (space is FRIEZE)


def _elements(group: Group, basis: Array | None = None) -> list[Element]:
    colouring = find_colouring(group, "none")
    matrices = [g.matrix for g in group.generators]
    if basis is not None:
        matrices = [basis @ m @ np.linalg.inv(basis) for m in matrices]
    images = [colouring.images[g.letter] for g in group.generators]
    return [Element(m, colour) for m, colour in zip(matrices, images, strict=True)]


def _fitting(group: Group, cell: Array) -> Array | None:
    """A basis (2, 2) of the cell's lattice in which a group acts by what are nearly isometries."""
    for change in _BASES:
        basis = cell @ np.array(change, float).reshape(2, 2)
        for generator in group.generators:
            linear = basis @ generator.matrix[:2, :2] @ np.linalg.inv(basis)
            if np.abs(linear.T @ linear - np.eye(2)).max() > _FITS:
                break
        else:
            return basis
    return None


def movement(space: Space, matrix: Array) -> list[float] | None:
    """The logarithm of an isometry, nine numbers: what it does is done little by little by its
    multiples' exponentials. None for mirrors and glides, and where there is none."""
    if np.linalg.det(matrix) < 0:
        return None
    acting = action(space, matrix) if np.abs(matrix - np.eye(3)).max() > _NEAR else None
    if acting is None:
        return None
    if acting.point is None:
        return (matrix - np.eye(3)).ravel().tolist() if space is PLANE else None
    x, y, z = acting.point
    turning = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    if space is PLANE:
        turning = np.array([[0, -1, y], [1, 0, -x], [0, 0, 0]])
    elif space is HYPERBOLIC:
        turning = np.array([[0, -z, y], [z, 0, -x], [y, -x, 0]])
    trace = np.trace(matrix) - 1
    angle = math.acos(float(np.clip(trace / 2, -1, 1)))
    # the sense of the turn: of sin(angle) · turning and the antisymmetric part of the matrix
    sense = float(np.sum(turning * (matrix - np.linalg.inv(matrix))))
    return (turning * (angle if sense >= 0 else -angle)).ravel().tolist()


def stripes(step: Array, colour: ColourElement, title: str, limit: float) -> Json:
    """The symmetry of a zoom: a stripe of the log-polar plane between ``limit`` − step and
    ``limit``, (2,) the step of the generator x."""
    outward, inward = affine(np.eye(2), tuple(step)), affine(np.eye(2), tuple(-step))
    back = Element(inward, colour).inverse.colour
    sides = [([-1, 0, limit], inward, back), ([1, 0, step[0] - limit], outward, colour)]
    return {
        **as_json(fundamental_domain(PLANE, []), PAINTED, title),
        "sides": [
            {"covector": list(map(float, c)), "matrix": m.ravel().tolist(), "colour": list(e)}
            for c, m, e in sides
        ],
    }
