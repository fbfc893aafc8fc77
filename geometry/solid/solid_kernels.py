# Kernels are Warp's language in Python's clothes: int(0) declares a variable that may change, and
# array types are values. mypy and two rules of ruff take them for plain Python.
# mypy: ignore-errors
# ruff: noqa: UP018, RUF046, SIM102
"""Warp kernels: triangles that cross (candidates by float32 boxes, the test in float64), and how
deep points lie inside a closed surface."""

from __future__ import annotations

import warp as wp

from geometry.kernels import Doubles3, Floats, Ints, Vec3s

wp.set_module_options({"enable_backward": False})


@wp.func
def above(a: wp.vec3d, b: wp.vec3d, c: wp.vec3d, point: wp.vec3d) -> wp.float64:
    """Six times the volume of the tetrahedron: positive on the front of the triangle."""
    return wp.dot(wp.cross(b - a, c - a), point - a)


@wp.func
def pierces(
    p: wp.vec3d, q: wp.vec3d, a: wp.vec3d, b: wp.vec3d, c: wp.vec3d, least: wp.float64
) -> bool:
    """Whether the segment goes through the triangle and at least so far beyond it at both ends."""
    slack = least * wp.length(wp.cross(b - a, c - a))
    before, behind = above(a, b, c, p), above(a, b, c, q)
    if wp.min(before, behind) > -slack or wp.max(before, behind) < slack:
        return False
    zero = wp.float64(0.0)
    first, second, third = above(p, q, a, b), above(p, q, b, c), above(p, q, c, a)
    inside = first > zero and second > zero and third > zero
    return inside or (first < zero and second < zero and third < zero)


@wp.func
def corner(points: Doubles3, triangles: Ints, face: int, k: int) -> wp.vec3d:
    """A corner of a face, counted around it."""
    return points[triangles[3 * face + k % 3]]


@wp.func
def folded(points: Doubles3, triangles: Ints, one: int, other: int, least: wp.float64) -> bool:
    """Whether two faces with a common edge lie on one another."""
    a, b, c = (
        corner(points, triangles, one, 0),
        corner(points, triangles, one, 1),
        corner(points, triangles, one, 2),
    )
    d, e, f = (
        corner(points, triangles, other, 0),
        corner(points, triangles, other, 1),
        corner(points, triangles, other, 2),
    )
    m = wp.cross(b - a, c - a)
    n = wp.cross(e - d, f - d)
    size = wp.length(m) * wp.length(n)
    return size > least * least * least * least and wp.dot(m, n) < -wp.float64(1.0 - 1.0e-10) * size


@wp.func
def cross(points: Doubles3, triangles: Ints, one: int, other: int, least: wp.float64) -> bool:
    """Whether two faces cross, other than in a common corner or edge."""
    shared = int(0)
    tip_one = int(0)
    tip_other = int(0)
    for i in range(3):
        for j in range(3):
            if triangles[3 * one + i] == triangles[3 * other + j]:
                shared += 1
                tip_one = i
                tip_other = j
    if shared == 3:
        return True
    if shared == 2:
        return folded(points, triangles, one, other, least)
    for k in range(3):
        # of faces with a common corner only the sides opposite it can go through the other
        if shared == 0 or k == (tip_one + 1) % 3:
            if pierces(
                corner(points, triangles, one, k),
                corner(points, triangles, one, k + 1),
                corner(points, triangles, other, 0),
                corner(points, triangles, other, 1),
                corner(points, triangles, other, 2),
                least,
            ):
                return True
        if shared == 0 or k == (tip_other + 1) % 3:
            if pierces(
                corner(points, triangles, other, k),
                corner(points, triangles, other, k + 1),
                corner(points, triangles, one, 0),
                corner(points, triangles, one, 1),
                corner(points, triangles, one, 2),
                least,
            ):
                return True
    return False


@wp.kernel
def first_crossings(
    mesh: wp.uint64,
    points: Doubles3,
    triangles: Ints,
    least: wp.float64,
    reach: wp.float32,
    partner: Ints,
) -> None:
    """For each face the lowest number of another that crosses it; −1: none. mesh: the same points
    in float32; reach: how much they may have been rounded."""
    face = wp.tid()
    m = wp.mesh_get(mesh)
    a = m.points[m.indices[3 * face]]
    b = m.points[m.indices[3 * face + 1]]
    c = m.points[m.indices[3 * face + 2]]
    margin = wp.vec3(reach, reach, reach)
    low = wp.min(a, wp.min(b, c)) - margin
    high = wp.max(a, wp.max(b, c)) + margin
    found = int(-1)
    query = wp.mesh_query_aabb(mesh, low, high)
    other = int(0)
    while wp.mesh_query_aabb_next(query, other):
        if other != face and (found < 0 or other < found):
            if cross(points, triangles, face, other, least):
                found = other
    partner[face] = found


@wp.kernel
def depths(mesh: wp.uint64, points: Vec3s, depth: Floats) -> None:
    """How far inside the closed mesh each point is; negative outside."""
    i = wp.tid()
    found = wp.mesh_query_point_sign_winding_number(mesh, points[i], 1.0e6)
    there = wp.mesh_eval_position(mesh, found.face, found.u, found.v)
    depth[i] = -found.sign * wp.length(there - points[i])
