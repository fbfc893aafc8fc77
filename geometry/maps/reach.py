"""Reach: which texels of a canvas a picture shows, and where. Only patterns: nothing is weighed,
and colours do not matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from geometry.maps.pyramid import pyramid_shapes
from geometry.maps.sampling import SamplingMap
from geometry.maps.taps import cubic_taps

Mask = NDArray[np.bool_]

RIM = 5  # what two texels of a canvas (its interpolation's taps) and a chart's bilinear taps span


@dataclass(frozen=True, eq=False)
class Linked:
    """Places that read others by a sparse matrix."""

    matrix: sparse.csr_matrix

    @classmethod
    def by(cls, sampling: SamplingMap) -> Linked:
        """What a sampling map reads."""
        ones = np.ones(len(sampling.indices), np.float32)
        shape = (sampling.rows, sampling.columns)
        return cls(sparse.csr_matrix((ones, sampling.indices, sampling.indptr), shape=shape))

    def readers(self, of: Mask) -> Mask:
        """The places that read at least one of these."""
        return np.asarray(self.matrix @ of.astype(np.float32)) > 0

    def read(self, by: Mask) -> Mask:
        """The places that at least one of these reads."""
        return np.asarray(self.matrix.T @ by.astype(np.float32)) > 0


@dataclass(frozen=True, eq=False)
class Resized:
    """Charts (n, h, w), flat, read by cubic interpolation at another size."""

    before: tuple[int, int, int]
    after: tuple[int, int, int]
    wrap: bool

    def readers(self, of: Mask) -> Mask:
        """As Linked."""
        down, across = self._lines()
        return self._through(of, self.before, down, across)

    def read(self, by: Mask) -> Mask:
        """As Linked."""
        down, across = self._lines()
        return self._through(by, self.after, down.T, across.T)

    def _lines(self) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        down, across = (
            _interpolated(self.before[axis], self.after[axis], self.wrap) for axis in (1, 2)
        )
        return down, across

    def _through(
        self,
        mask: Mask,
        shape: tuple[int, int, int],
        down: sparse.csr_matrix,
        across: sparse.csr_matrix,
    ) -> Mask:
        charts = mask.reshape(shape).astype(np.float32)
        return np.concatenate([((across @ (down @ chart).T).T > 0).ravel() for chart in charts])


@dataclass(frozen=True, eq=False)
class Reach:
    """From the texels of a canvas, (charts, h, w), through ``links`` to the pixels (H, W) of a
    picture, which is turned over left to right at the end if it is ``mirrored``. wrap: whether the
    canvas is a torus. rim: how many pixels beside the middle of a texel may show it."""

    canvas: tuple[int, int, int]
    picture: tuple[int, int]
    links: Sequence[Linked | Resized]
    wrap: bool
    mirrored: bool = False
    rim: int = RIM

    def pixels(self, texels: Mask) -> Mask:
        """(H, W): the pixels that show one of these texels, (charts, h, w), at least a little."""
        mask = texels.ravel()
        for link in self.links:
            mask = link.readers(mask)
        pixels = mask.reshape(self.picture)
        return pixels[:, ::-1] if self.mirrored else pixels

    def texels(self, pixels: Mask) -> Mask:
        """(charts, h, w): the texels that these pixels (H, W) show, at least a little."""
        mask = (pixels[:, ::-1] if self.mirrored else pixels).ravel()
        for link in reversed(self.links):
            mask = link.read(mask)
        return mask.reshape(self.canvas)


def pyramid_link(shape: tuple[int, int]) -> Linked:
    """The packed pyramid (:mod:`geometry.maps.pyramid`) of a texture (H, W) reads its texels."""
    level = sparse.identity(shape[0] * shape[1], np.float32, "csr")
    levels = [level]
    for before, after in zip(pyramid_shapes(shape), pyramid_shapes(shape)[1:], strict=False):
        rows, columns = np.indices(before) // 2
        parents = (rows * after[1] + columns).ravel()
        pairs = (np.ones(len(parents), np.float32), (parents, np.arange(len(parents))))
        level = sparse.csr_matrix(pairs, shape=(after[0] * after[1], len(parents))) @ level
        levels.append(level)
    return Linked(sparse.vstack(levels, "csr"))


def _interpolated(source: int, size: int, wrap: bool) -> sparse.csr_matrix:
    if source == size:
        return sparse.identity(size, np.float32, "csr")
    taps, _ = cubic_taps((np.arange(size) + 0.5) * source / size - 0.5)
    taps = taps % source if wrap else taps.clip(0, source - 1)
    rows = np.repeat(np.arange(size), taps.shape[1])
    ones = np.ones(taps.size, np.float32)
    return sparse.csr_matrix((ones, (rows, taps.ravel())), shape=(size, source))
