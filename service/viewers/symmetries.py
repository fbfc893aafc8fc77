"""Symmetries as a page needs them: the sides of a fundamental domain with what they do to points
and colours, its mirrors, glides and centres."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from geometry.catalogue import GROUPS, find_colouring
from geometry.domain.dirichlet import fundamental_domain
from geometry.domain.domain import Domain
from geometry.domain.element import Element, kept_metric
from geometry.errors import InputError
from geometry.hyperbolic.groups import KINDS, tiling_group
from geometry.spaces import FRIEZE, HYPERBOLIC, PLANE, SPHERE, Array, Space, affine
from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.groups import Group
from service.viewers.reading import GeneratorOf

Json = dict[str, Any]

PAINTED = "painted"
_NEAR = 1e-6
_FITS = 0.02  # how far a lattice may be from the one that a group needs: pixels are whole
_ALIKE = 1e-3  # of a domain's size, between points that are meant to be the same
_ASIDE = np.array([[0.57, 0.31, 0.12], [0.43, 0.09, 0.48]])
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


def painted(space: Space, elements: Sequence[Element]) -> Domain:
    """The domain of the symmetry that a picture has. Raises InputError("bad-receipt")."""
    try:
        metric = kept_metric(elements) if space is PLANE else None
        return fundamental_domain(space, elements, metric)
    except ValueError:
        raise no_group() from None


def no_group() -> InputError:
    """What is said of generators without a domain."""
    return InputError(
        "bad-receipt",
        "generators",
        "The generators of this receipt make no group with a fundamental domain.",
        "Paint the picture again.",
    )


def as_json(
    domain: Domain,
    name: str,
    title: str,
    direct: bool = False,
    soft: bool = False,
    cell: Json | None = None,
) -> Json:
    """A symmetry for the page. direct: the picture shows every place itself; cell: of the plane,
    see :func:`cell_json`."""
    inradius = min((float(side.covector @ domain.place) for side in domain.sides), default=1.0)
    return {
        "name": name,
        "title": title,
        "direct": direct,
        "soft": _SOFT * inradius if soft else 0.0,
        "area": domain.area if domain.space is HYPERBOLIC else 1.0,
        "mean": [0.5, 0.5, 0.5],
        "cell": cell,
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


def cell_json(sides: Array, corner: Sequence[float] = (0.0, 0.0)) -> Json:
    """What a page may bake: the parallelogram with these sides, (2, 2), columns, whose copies fill
    the plane, or all of it that is seen."""
    return {"corner": list(map(float, corner)), "sides": sides.T.tolist()}


def others(space: Space, own: str, domain: Domain, cell: Array | None = None) -> Iterator[Json]:
    """Other groups that the same paint may be folded by: of the plane those that fit a ``cell``,
    (2, 2), columns; of a strip all, its period and the way to the next strip being the cell; of the
    sphere all families; of the hyperbolic plane some tilings. None of those by which the picture
    would stay as it is. own, domain: of the group that it was painted with."""
    for group, elements in _candidates(space, own, cell):
        if all(changes_nothing(element, domain) for element in elements):
            continue
        try:
            metric = kept_metric(elements) if space is PLANE else None
            yield folding(group, fundamental_domain(domain.space, elements, metric))
        except ValueError:
            continue


def folding(group: Group, domain: Domain, cell: Json | None = None) -> Json:
    """Another group for the page."""
    title = f"{group.name}: {group.title}" if len(group.title) < 60 else group.name
    return as_json(domain, group.name, title, soft=True, cell=cell)


def changes_nothing(element: Element, domain: Domain) -> bool:
    """Whether it is in the group of a domain, and leaves colours as they are there."""
    if not len(domain.corners):
        return False
    # well inside, and hardly both on lines that something keeps
    count = min(len(domain.corners), 3)
    shares = _ASIDE[:, :count] / _ASIDE[:, :count].sum(axis=1, keepdims=True)
    points = (domain.place + shares @ domain.corners[:count]) / 2
    if domain.space is not PLANE:
        points /= np.sqrt(np.abs(domain.space.inner(points, points)))[:, None]
    here, before = domain.fold(points)
    there, after = domain.fold(points @ element.matrix.T)
    near = _ALIKE * np.abs(domain.corners).max()
    return before == after and bool(np.abs(here - there).max() < near)


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
                yield group, uncoloured(group)
        return
    for group in GROUPS.values():
        if group.space is not space or group.name in (own, "1"):
            continue
        if space is SPHERE:
            yield group, uncoloured(group)
        elif cell is not None and (basis := _fitting(group, cell)) is not None:
            further = [Element(affine(np.eye(2), tuple(basis[:, 1])), IDENTITY)]
            yield group, uncoloured(group, basis) + further * (space is FRIEZE)


def uncoloured(group: Group, basis: Array | None = None) -> list[Element]:
    """A group's generators without a colour rule; of the plane in the coordinates in which its
    lattice has a ``basis``, (2, 2), columns."""
    colouring = find_colouring(group, "none")
    change = np.eye(3) if basis is None else affine(basis)
    back = np.linalg.inv(change)
    return [Element(change @ g.matrix @ back, colouring.images[g.letter]) for g in group.generators]


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
