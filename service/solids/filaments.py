"""A solid's colours as those of a few filaments."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2, vq

from geometry.solid.body import Body
from service.pictures.oklab import to_oklab

Filaments = tuple[NDArray[np.uint8], NDArray[np.int64]]  # colours (n, 3), each triangle's (F,)

_SAMPLES = 20_000
_ROUNDS = 2


def filaments(body: Body, count: int) -> Filaments:
    """``count`` colours, or fewer, (n, 3) sRGB, the most used first, and the number of each
    triangle's (F,). Chosen by k-means in Oklab; what cutting has made gets the first. Each
    triangle takes the colour of most around it, twice: a nozzle cannot draw single ones."""
    colours = body.colours[body.triangles].mean(axis=1)
    seen = np.flatnonzero(body.painted)
    places = to_oklab(colours[seen] / 255)
    some = places[:: max(1, len(places) // _SAMPLES)]
    distinct = len(np.unique(some.round(6), axis=0))
    centres, _ = kmeans2(some, min(count, distinct), minit="++", seed=0, iter=30)
    nearest, _ = vq(places, centres)
    used, number, times = np.unique(nearest, return_inverse=True, return_counts=True)
    rank = np.argsort(-times, kind="stable")
    number = np.argsort(rank)[number]
    means = [colours[seen][number == k].mean(axis=0) for k in range(len(used))]
    of_face = np.zeros(len(colours), np.int64)
    of_face[seen] = number
    for _ in range(_ROUNDS):
        around = _votes(body, of_face, len(used))[body.triangles[seen]].sum(axis=1)
        of_face[seen] = around.argmax(axis=1)
    return np.rint(means).astype(np.uint8), of_face


def corner_colours(body: Body, chosen: Filaments | None) -> NDArray[np.uint8]:
    """(V, 3) sRGB: all colours of a body, or at each corner the filament of most triangles."""
    if chosen is None:
        return np.rint(body.colours).astype(np.uint8)
    palette, number = chosen
    return palette[_votes(body, number, len(palette)).argmax(axis=1)]


def _votes(body: Body, number: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """(V, count): how many of the triangles at each corner have each of the numbers (F,)."""
    found = np.zeros((len(body.points), count), np.int64)
    for k in range(3):
        np.add.at(found, (body.triangles[:, k], number), 1)
    return found
