"""Spirals and tunnels as pages need them: the plane of log r (of a tunnel r) and angle, in which a
zoom is a translation."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence

import numpy as np

from geometry.domain.dirichlet import fundamental_domain
from geometry.domain.domain import Domain, Side
from geometry.domain.element import Element, kept_metric
from geometry.plane.groups import PLANE_GROUPS
from geometry.plane.lattices import HEXAGONAL, SQUARE
from geometry.spaces import PLANE, Array, affine
from geometry.symmetry.colour import ColourElement, generated
from geometry.symmetry.groups import Group
from service.viewers.symmetries import PAINTED, Json, as_json, cell_json, folding, uncoloured


def stripes(step: Array, colour: ColourElement, title: str, limit: float) -> Json:
    """The symmetry of a zoom: a stripe of the log-polar plane between ``limit`` − step and
    ``limit``, (2,) the step of the generator x."""
    outward, inward = affine(np.eye(2), tuple(step)), affine(np.eye(2), tuple(-step))
    back = Element(inward, colour).inverse.colour
    sides = [([-1, 0, limit], inward, back), ([1, 0, step[0] - limit], outward, colour)]
    # after so many steps its colours are the same again
    period = len(generated((colour,))) * np.asarray(step)
    return {
        **as_json(fundamental_domain(PLANE, []), PAINTED, title, cell=_cell(period)),
        "sides": [
            {"covector": list(map(float, c)), "matrix": m.ravel().tolist(), "colour": list(e)}
            for c, m, e in sides
        ],
    }


def other_zooms(zoom: float, elements: Sequence[Element], limit: float) -> Iterator[Json]:
    """Wallpaper groups that the paint of a spiral may be folded by: each on the lattice nearest to
    the painting's own that goes once around. Angles stay as they are, so a mirror across a ring is
    an inversion in a circle, and one along it a line through the middle. zoom, limit: of the
    stripe, see :func:`stripes`."""
    around = [e.matrix[1, 2] for e in elements if abs(e.matrix[0, 2]) < 1e-6]
    arms = max(
        [round(2 * math.pi / abs(angle)) for angle in around if abs(angle) > 1e-6], default=1
    )
    for group in PLANE_GROUPS:
        if group.name == "p1":  # what nearly is there already
            continue
        basis = _lattice(group, zoom, arms)
        made = uncoloured(group, basis)
        domain = fundamental_domain(PLANE, made, kept_metric(made))
        outward = basis[:, np.abs(basis[0]).argmax()]
        moved = _moved_out(domain, limit - float(domain.corners[:, 0].max()))
        yield folding(group, moved, _cell(outward))


def _cell(outward: Array) -> Json:
    return cell_json(np.column_stack([outward, (0.0, 2 * math.pi)]))


def _moved_out(domain: Domain, way: float) -> Domain:
    """A domain, and its group, farther from the middle: all of it shall be in the picture."""
    out, back = affine(np.eye(2), (way, 0.0)), affine(np.eye(2), (-way, 0.0))
    return dataclasses.replace(
        domain,
        place=out @ domain.place,
        sides=tuple(
            Side(
                side.covector @ back, Element(out @ side.pairing.matrix @ back, side.pairing.colour)
            )
            for side in domain.sides
        ),
        corners=domain.corners @ out.T,
        mirrors=tuple(dataclasses.replace(m, covector=m.covector @ back) for m in domain.mirrors),
        glides=tuple(dataclasses.replace(g, covector=g.covector @ back) for g in domain.glides),
        centres=tuple(dataclasses.replace(c, place=out @ c.place) for c in domain.centres),
    )


def _lattice(group: Group, zoom: float, arms: int) -> Array:
    """(2, 2): a basis whose translations include once around."""
    assert group.lattice is not None
    upright = np.array([[0.0, 1.0], [1.0, 0.0]])
    if group.lattice.name in (SQUARE.name, HEXAGONAL.name):
        side = 2 * math.pi / max(1, round(2 * math.pi / zoom))
        return side * upright @ group.lattice.basis
    return np.diag([zoom, 2 * math.pi / arms]) @ group.lattice.basis
