# Kernels are Warp's language in Python's clothes: int(0) declares a variable that may change, and
# array types are values. mypy and two rules of ruff take them for plain Python.
# mypy: ignore-errors
# ruff: noqa: UP018, RUF046
"""The Warp structs and functions that say where a ray meets what, for rasterising and casting."""

from __future__ import annotations

import warp as wp

from geometry.kernels import Flags, Ints, Vec2s, Vec3s

wp.set_module_options({"enable_backward": False})

MAX_HOLES = wp.constant(256)  # clear hits that a ray passes at most
PAST_HOLE = wp.constant(1.0e-5)  # how far behind a clear hit a ray goes on, in the unit ball


@wp.struct
class Rays:
    """Rays that are affine in pixel coordinates (x right, y down), in the space of a unit ball:
    the ray of (x, y) is start + x·start_x + y·start_y + τ·(along + x·along_x + y·along_y),
    0 <= τ <= reach. The body's rays reach with their τ as far as these with offset + ratio·τ.
    mesh: the ray hierarchy in the ball; 0: none, nothing is hit."""

    start: wp.vec3
    start_x: wp.vec3
    start_y: wp.vec3
    along: wp.vec3
    along_x: wp.vec3
    along_y: wp.vec3
    reach: float
    offset: float
    ratio: float
    mesh: wp.uint64


@wp.struct
class Body:
    """What is painted, in the space of its unit ball.

    planes: 4 vectors per triangle, its first corner, unit normal, and the gradients of u and v
    over its plane. layout: 3 pairs per triangle, (u, v) of the first corner and the least and
    greatest u and v. texture: each triangle's texture, of ``textures``. facing: +1 where normals
    point to the front, −1 to the back, 0 where front and back mean nothing. holes: 1 for each
    clear texel of hole_rows × hole_columns (rows of all textures), row-major; hole_rows 0: none.
    """

    planes: Vec3s
    layout: Vec2s
    texture: Ints
    textures: int
    facing: float
    holes: Flags
    hole_rows: int
    hole_columns: int


@wp.func
def wrap(i: int, n: int) -> int:
    """i modulo n, for negative i too (REPEAT)."""
    r = i % n
    if r < 0:
        r = r + n
    return r


@wp.func
def start_of(rays: Rays, x: float, y: float) -> wp.vec3:
    """Where the ray of a point of the picture starts."""
    return rays.start + x * rays.start_x + y * rays.start_y


@wp.func
def along_of(rays: Rays, x: float, y: float) -> wp.vec3:
    """How the ray of a point of the picture runs per τ."""
    return rays.along + x * rays.along_x + y * rays.along_y


@wp.func
def met(body: Body, f: int, start: wp.vec3, along: wp.vec3) -> wp.vec3:
    """(u, v, τ) of the place where a ray meets the plane of triangle f."""
    corner = body.planes[4 * f]
    slope = slope_of(body, f, along)
    depth = wp.dot(body.planes[4 * f + 1], corner - start) / slope
    there = start + depth * along - corner
    u = wp.dot(body.planes[4 * f + 2], there)
    v = wp.dot(body.planes[4 * f + 3], there)
    # Seen nearly edge on, rounding may put the point off the triangle.
    uv = wp.min(
        wp.max(body.layout[3 * f] + wp.vec2(u, v), body.layout[3 * f + 1]), body.layout[3 * f + 2]
    )
    return wp.vec3(uv[0], uv[1], depth)


@wp.func
def slope_of(body: Body, f: int, along: wp.vec3) -> float:
    """The ray's run along triangle f's normal, never 0."""
    slope = wp.dot(body.planes[4 * f + 1], along)
    if wp.abs(slope) < 1.0e-12:  # seen exactly edge on: any point of the edge will do
        slope = 1.0e-12
    return slope


@wp.func
def clear_at(body: Body, f: int, u: float, v: float) -> bool:
    """Whether the texture of triangle f has a hole at (u, v)."""
    if body.hole_rows == 0:
        return False
    h = body.hole_rows // body.textures
    row = body.texture[f] * h + wrap(int(wp.floor((1.0 - v) * float(h))), h)
    column = wrap(int(wp.floor(u * float(body.hole_columns))), body.hole_columns)
    return body.holes[row * body.hole_columns + column] != wp.uint8(0)


@wp.func
def first_hit(body: Body, rays: Rays, shield: Rays, x: float, y: float) -> int:
    """The painted triangle that the ray of a point of the picture sees; -1: none."""
    start = start_of(rays, x, y)
    along = along_of(rays, x, y)
    gone = float(0.0)
    f = int(-1)
    for _hole in range(MAX_HOLES):
        found = wp.mesh_query_ray(rays.mesh, start + gone * along, along, rays.reach - gone)
        if not found.result:
            break
        gone = gone + found.t
        there = met(body, found.face, start, along)
        if not clear_at(body, found.face, there[0], there[1]):
            f = found.face
            break
        gone = gone + PAST_HOLE
        if gone > rays.reach:
            break
    if f >= 0 and shield.mesh != wp.uint64(0):
        reach = shield.offset + gone * shield.ratio
        if reach > 0.0 and wp.mesh_query_ray_anyhit(
            shield.mesh, start_of(shield, x, y), along_of(shield, x, y), wp.min(reach, shield.reach)
        ):
            f = -1
    return f
