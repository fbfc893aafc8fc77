"""A solid to print, and how it is hollowed, drained and given a flat base. Millimetres, z up."""

from __future__ import annotations

from dataclasses import dataclass, replace

import manifold3d
import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from geometry.solid.checks import Surface, Triangles, volume
from geometry.solid.rounding import rounded, same_points
from geometry.spaces import Array

LEAST_WALL = 0.4  # mm: one line of a common nozzle
_ROUND = 64  # sides of a drain
_HALVINGS = 12  # of a width, until a middle is found
_SHORT = 1e-3  # mm: edges that may be drawn together where a cut has made one that files lose


@dataclass(frozen=True, eq=False)
class Body:
    """points: (V, 3) mm, each a float32, as files have them; triangles: (F, 3), counter-clockwise
    seen from outside; colours: (V, 3) sRGB, 0..255; painted: (F,) which triangles show paint, and
    not what cutting has made."""

    points: Array
    triangles: Triangles
    colours: Array
    painted: NDArray[np.bool_]

    @classmethod
    def of(cls, points: Array, triangles: Triangles, colours: Array) -> Body:
        """A body that is painted all over, its points rounded."""
        return cls(rounded(points), triangles, colours, np.ones(len(triangles), bool))

    @property
    def volume(self) -> float:
        """mm³."""
        return volume(self.points, self.triangles)

    @property
    def size(self) -> Array:
        """Of its box, (3,)."""
        return np.ptp(self.points, axis=0)

    def floor(self, base: float) -> float:
        """z of a base that is so much higher than the lowest point."""
        return float(self.points[:, 2].min()) + base

    def on_the_bed(self) -> Body:
        """Moved up or down so that its lowest point is at z = 0."""
        return replace(self, points=rounded(self.points - [0, 0, self.floor(0)]))


@dataclass(frozen=True)
class Cuts:
    """base: mm cut off from below; wall: thickness of the shell, None for a solid; drain: diameter
    of a hole through the bottom into the hollow, 0 for none."""

    base: float = 0.0
    wall: float | None = None
    drain: float = 0.0


def check_wall(wall: float, depth: float) -> None:
    """Raise InputError("thin-wall") where too little of a shell is left under the relief."""
    if wall - depth < LEAST_WALL - 1e-9:
        raise InputError(
            "thin-wall",
            "wall",
            f"A wall of {wall:g} mm with a relief {depth:g} mm deep leaves "
            f"{max(wall - depth, 0):.2g} mm; {LEAST_WALL:g} can be printed.",
            f"Choose --wall {depth + LEAST_WALL:g} or more, or a smaller --depth.",
        )


def cut(body: Body, cavity: Surface | None, cuts: Cuts) -> Body:
    """A body with a flat base and a ``cavity`` inside it, which keeps off the base. Raises
    InputError("no-cavity") where the cavity is empty."""
    if cavity is None and not cuts.base:
        return body
    numbers = np.concatenate([body.points, body.colours], axis=1)
    own = manifold3d.Manifold.reserve_ids(1)
    whole = _closed(numbers, body.triangles, own)
    if cuts.base:
        whole = whole.trim_by_plane((0, 0, 1), body.floor(cuts.base))
    if cavity is not None:
        if not len(cavity[1]):
            raise InputError(
                "no-cavity",
                "wall",
                f"Nothing is left to hollow inside walls of {cuts.wall:g} mm.",
                "Choose a thinner --wall or a larger --mm, or leave --wall out: solid.",
            )
        inner = _closed(*cavity)
        if cuts.drain:
            inner += _drain(inner, float(body.points[:, 2].min()), cuts.drain)
        whole -= inner
    found = _body(whole, own)
    if same_points(found.points):
        found = _body(whole.simplify(_SHORT), own)
    return found


def trimmed(surface: Surface, floor: float) -> Surface:
    """A closed surface without what lies below z = ``floor``."""
    mesh = _closed(*surface).trim_by_plane((0, 0, 1), floor).to_mesh64()
    return np.array(mesh.vert_properties)[:, :3], np.array(mesh.tri_verts, np.int64)


def _drain(inner: manifold3d.Manifold, bottom: float, diameter: float) -> manifold3d.Manifold:
    """A hole from below the bottom up into the cavity, where this is widest near its lowest
    point."""
    low, high = inner.bounding_box()[2], inner.bounding_box()[5]
    top = low + min(diameter, high - low) / 2
    hole = manifold3d.Manifold.cylinder(top - bottom + 1, diameter / 2, circular_segments=_ROUND)
    return hole.translate((*_widest(inner.slice(top)), bottom - 1))


def _widest(section: manifold3d.CrossSection) -> tuple[float, float]:
    """The middle of about the largest circle in a section: what is left of it last if it shrinks
    from all its borders."""
    left, _, right, _ = section.bounds()
    fits, fails, last = 0.0, right - left, section
    for _ in range(_HALVINGS):
        radius = (fits + fails) / 2
        shrunk = section.offset(-radius, manifold3d.JoinType.Miter)
        if shrunk.is_empty():
            fails = radius
        else:
            fits, last = radius, shrunk
    left, lower, right, upper = max(last.decompose(), key=lambda part: part.area()).bounds()
    return (left + right) / 2, (lower + upper) / 2


def _closed(numbers: Array, triangles: Triangles, mark: int | None = None) -> manifold3d.Manifold:
    """Points with colours, if they have some. mark: which faces come from here."""
    mark = manifold3d.Manifold.reserve_ids(1) if mark is None else mark
    mesh = manifold3d.Mesh64(
        np.ascontiguousarray(numbers),
        triangles.astype(np.uint64),
        run_index=np.array([0, triangles.size], np.uint64),
        run_original_id=np.array([mark], np.uint32),
    )
    return _checked(manifold3d.Manifold(mesh))


def _checked(found: manifold3d.Manifold) -> manifold3d.Manifold:
    if found.status() != manifold3d.Error.NoError:
        raise ValueError(f"no manifold: {found.status()}")
    return found


def _body(whole: manifold3d.Manifold, own: int) -> Body:
    mesh = whole.to_mesh64()
    numbers = np.asarray(mesh.vert_properties)
    corners = np.asarray(mesh.tri_verts, np.int64)
    same = _welding(mesh)
    runs = np.diff(np.asarray(mesh.run_index, np.int64)) // 3
    painted = np.repeat(np.asarray(mesh.run_original_id) == own, runs)
    # where paint meets a cut, the corner has the paint's colour
    source = same.copy()
    source[same[corners[painted]]] = corners[painted]
    kept, triangles = np.unique(same[corners], return_inverse=True)
    return Body(
        rounded(numbers[kept, :3]), triangles.reshape(-1, 3), numbers[source[kept], 3:6], painted
    )


def refined(
    points: Array, triangles: Triangles, numbers: Array, edge: float
) -> tuple[Array, Triangles, Array]:
    """A closed surface in triangles with edges of about ``edge`` and below: its points, triangles,
    and the ``numbers`` (F, 3, k) of the faces' corners, interpolated."""
    rows = np.concatenate([points[triangles], numbers], axis=2).reshape(len(triangles) * 3, -1)
    distinct, first, row = np.unique(
        np.concatenate([triangles.reshape(-1, 1), rows[:, 3:]], axis=1),
        axis=0,
        return_index=True,
        return_inverse=True,
    )
    # rows of one point lie together: all are that of the first
    point = distinct[:, 0].astype(np.int64)
    leader = np.searchsorted(point, point)
    more = np.flatnonzero(leader != np.arange(len(point)))
    mesh = manifold3d.Mesh64(
        np.ascontiguousarray(rows[first]),
        row.reshape(-1, 3).astype(np.uint64),
        merge_from_vert=more.astype(np.uint64),
        merge_to_vert=leader[more].astype(np.uint64),
    )
    fine = _checked(manifold3d.Manifold(mesh)).refine_to_length(edge).to_mesh64()
    found, corners = np.asarray(fine.vert_properties), np.asarray(fine.tri_verts, np.int64)
    same = _welding(fine)
    kept, again = np.unique(same[corners], return_inverse=True)
    return found[kept, :3], again.reshape(-1, 3), found[corners, 3:]


def _welding(mesh: manifold3d.Mesh64) -> NDArray[np.int64]:
    """Of each row of a mesh the row that stands for its point."""
    same = np.arange(len(mesh.vert_properties))
    same[np.asarray(mesh.merge_from_vert, int)] = np.asarray(mesh.merge_to_vert, int)
    return same
