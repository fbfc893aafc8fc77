"""A new UV layout for a mesh without one, or with a bad one: xatlas, in pieces, in a process of its
own.

xatlas 0.0.11 crashes on meshes of some 80 000 triangles and more (measured: icospheres), takes time
that grows faster than the mesh, and a crash would take the whole service along. Pieces of 16 000
triangles are quick and have not crashed yet; if one does, it is said in a line.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError

PIECE = 16_000  # triangles that xatlas is given at once; a UV island is never larger
PADDING = 16 / 1024  # between islands, of the layout's side: one texel is left on mip level 4


def unwrap(
    vertices: NDArray[np.float64], triangles: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """A layout of a mesh (V, 3), (F, 3) in the unit square.

    Vertices are split along the new seams. Returns which old vertex each of the W new ones is
    (W,), the triangles by new vertices (F, 3), in their old order, and the new vertices' UVs
    (W, 2), v up.
    Islands keep their shape, some mirrored, and are 16/1024 of the side apart, so that margins
    around them have room. Raises InputError("mesh-unwrap").
    """
    # xatlas asks for single precision: far from the origin little of it would be left
    centred = vertices - vertices.mean(axis=0)
    points = (centred / (np.abs(centred).max() or 1.0)).astype(np.float32)
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    with pool:
        try:
            pieces = _pieces(points, triangles)
            found, uvs = pool.submit(_unwrap_pieces, points, triangles, pieces).result()
        except BrokenProcessPool:
            raise InputError(
                "mesh-unwrap",
                "unwrap",
                "xatlas crashed on this mesh.",
                "Unwrap it in Blender (UV > Smart UV Project), and leave out --unwrap.",
            ) from None
    source = np.concatenate([s for s, _ in found])
    starts = np.cumsum([0] + [len(s) for s, _ in found])
    corners = np.empty(triangles.shape, np.int64)
    for faces, start, (_, indices) in zip(pieces, starts, found, strict=False):
        corners[faces] = indices + start
    return source, corners, uvs


def _pieces(points: NDArray[np.float32], triangles: NDArray[np.integer]) -> list[NDArray[np.int64]]:
    """Numbers of triangles that are near each other, up to ``PIECE`` at a time: halved across the
    longest side until small enough."""
    centres = points[triangles].mean(axis=1)
    waiting, done = [np.arange(len(triangles))], []
    while waiting:
        faces = waiting.pop()
        if len(faces) <= PIECE:
            done.append(faces)
            continue
        own = centres[faces]
        order = np.argsort(own[:, np.ptp(own, axis=0).argmax()], kind="stable")
        waiting += np.array_split(faces[order], 2)
    return done


def _unwrap_pieces(
    points: NDArray[np.float32],
    triangles: NDArray[np.integer],
    pieces: list[NDArray[np.int64]],
) -> tuple[list[tuple[NDArray[np.int64], NDArray[np.int64]]], NDArray[np.float64]]:
    """Old vertices and (faces, 3) new indices of every piece, and all new vertices' UVs."""
    import xatlas

    atlas = xatlas.Atlas()
    used = []
    for faces in pieces:
        vertices, indices = np.unique(triangles[faces], return_inverse=True)
        used.append(vertices)
        atlas.add_mesh(points[vertices], indices.reshape(-1, 3).astype(np.uint32))
    packing = xatlas.PackOptions()
    packing.resolution = 1024
    packing.padding = round(PADDING * 1024)
    atlas.generate(pack_options=packing)
    # xatlas measures u by the layout's width and v by its height: islands would be stretched
    scale = np.array([atlas.width, atlas.height]) / max(atlas.width, atlas.height)
    found, uvs = [], []
    for number, vertices in enumerate(used):
        mapping, indices, own = atlas[number]
        found.append((vertices[mapping].astype(np.int64), indices.astype(np.int64)))
        uvs.append(own * scale)
    return found, np.concatenate(uvs)
