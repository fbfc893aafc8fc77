"""The textures of a large mesh, made box by box."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray
from scipy import special
from torch import Tensor

from geometry.mesh.mesh import Mesh
from geometry.mesh.seams import find_seams
from geometry.mesh.surface import texels_at_a_time
from geometry.spaces import Array
from geometry.texture.margins import Filling
from geometry.texture.seam_erasure import seam_change
from service.blocks.boxes import Box, around, boxes
from service.blocks.ground import Paint
from service.blocks.mesh_paint import FullPaint
from service.blocks.places import Places
from service.blocks.pyramid import Pyramid, Resized
from service.pictures.base_colour import fitted_stack
from service.spaces.frame import Picture
from service.spaces.mesh_design import MARGIN_TEXELS, MeshDesign
from service.surfaces.operators import SparseOperator
from service.surfaces.surface import logit, start_of, to_pixels

Piece = Callable[[Box], Tensor]  # (3, h, w) of a box of a chart
_CPU = torch.device("cpu")


def textures(
    design: MeshDesign, filling: Filling | None, paint: Paint, axes: Tensor, dtype: DTypeLike
) -> Picture:
    """The textures (H, W, 3), as :meth:`MeshSurface.delivered` makes them of all at once."""
    count, (rows, columns) = design.scene.body.mesh.textures, design.shape
    picture = np.empty((rows, columns, 3), dtype)
    each = rows // count, columns
    is_plain = design.scene.group.order == 1
    pieces = [_Shown(chart, axes).piece for chart in paint]
    full, base = None, None
    if not is_plain:
        full = FullPaint(design)
    elif design.scene.starts_from_base and design.scene.body.base is not None:
        base = fitted_stack(design.scene.body.base, design.shape, count)
    if filling is not None:
        size = each if full is None else full.shape[1:]
        pieces = [Resized(part, size).piece for part in _filled(design, filling, pieces)]

    def make(place: tuple[int, Box]) -> None:
        number, box = place
        whole = box._replace(top=number * each[0] + box.top)
        if full is None:
            logits = pieces[number](box)
            if base is not None:
                begun = _part(base, whole)[..., :3].reshape(-1, 3) / 255
                logits = logits + _start(design, begun, box)
        else:
            logits = _folded(design, full, pieces, whole)
        made = to_pixels(torch.sigmoid(logits), dtype).transpose(1, 2, 0)
        _part(picture, whole)[:] = made

    with ThreadPoolExecutor(2) as pool:  # Warp's kernels let go of the interpreter's lock
        list(pool.map(make, itertools.product(range(count), boxes(each))))
    return picture


class _Shown(NamedTuple):
    """The logits of red, green and blue of a chart. axes: see Canvas."""

    chart: Pyramid
    axes: Tensor

    def piece(self, box: Box) -> Tensor:
        """(3, h, w) of a box."""
        return torch.einsum("ij,jhw->ihw", self.axes, self.chart.read(box))


class _Texels(NamedTuple):
    """A level of values (h, w, 3)."""

    values: NDArray[np.float16]

    @property
    def size(self) -> tuple[int, int]:
        """See Level."""
        return self.values.shape[0], self.values.shape[1]

    def piece(self, box: Box) -> Tensor:
        """See Level."""
        rows, columns = around(box, self.size)
        read = self.values[rows.numpy()[:, None], columns.numpy()]
        return torch.from_numpy(read.astype(np.float32)).permute(2, 0, 1)


def _filled(design: MeshDesign, filling: Filling, pieces: Sequence[Piece]) -> list[_Texels]:
    """The coarse textures with their margins; where a group folds them next, on what paint starts
    from and without seams: afterwards nothing may be changed but alike everywhere. 16-bit numbers
    are as fine as a quarter of a grey level."""
    scene, shape = design.scene, design.coarse_shape
    mesh, folds = scene.body.mesh, scene.group.order != 1
    each = shape[0] // mesh.textures, shape[1]
    logits = np.empty((*shape, 3), np.float16)
    for number, piece in enumerate(pieces):
        for box in boxes(each):
            whole = box._replace(top=number * each[0] + box.top)
            shown = piece(box)
            if folds and scene.starts_from_base:
                begun = design.base_of(_numbers(whole, shape[1]))
                shown = shown + _start(design, begun, box)
            _part(logits, whole)[:] = shown.permute(1, 2, 0).numpy()
    texels = logits.reshape(-1, 3)
    filling.fill(texels)
    if folds and _without_seams(texels, mesh, shape, filling):
        filling.fill(texels)
    return [_Texels(part) for part in np.split(logits, mesh.textures)]


def _without_seams(
    texels: NDArray[np.float16], mesh: Mesh, shape: tuple[int, int], filling: Filling
) -> bool:
    """Move logits (texels, 3) so that their colours agree across UV seams, all but what lies in
    margins; whether there are any. They are read where they count: all colours and all that they
    change by would be gigabytes."""

    def colours(some: NDArray[np.integer]) -> NDArray[np.float32]:
        return special.expit(texels[some].astype(np.float32))

    change = seam_change(colours, mesh, find_seams(mesh), shape, MARGIN_TEXELS, filling)
    if change is None:
        return False
    for some in texels_at_a_time(len(texels)):
        given = colours(some)
        texels[some] += (logit(given + change.at(some), _CPU) - logit(given, _CPU)).numpy()
    return True


def _folded(design: MeshDesign, full: FullPaint, pieces: Sequence[Piece], box: Box) -> Tensor:
    """The logits (3, h, w) of a box of the textures, under the group."""
    read, few = full.at(_numbers(box, design.shape[1])).narrowed()
    paint = Places(read, full.shape).read(pieces)
    logits = SparseOperator(few, _CPU, frame=design.frame, once=True)(paint)
    return logits.T.reshape(3, box.height, box.width)


def _start(design: MeshDesign, base: Array, box: Box) -> Tensor:
    """What the paint of a box is added to, (3, h, w), of the base's colours (h · w, 3) there."""
    return start_of(design.scene, base, _CPU).T.reshape(3, box.height, box.width)


def _numbers(box: Box, columns: int) -> NDArray[np.int64]:
    """The numbers of a box's texels in textures of so many columns."""
    rows = np.arange(box.top, box.top + box.height)
    return (rows[:, None] * columns + np.arange(box.left, box.left + box.width)).ravel()


def _part(picture: Any, box: Box) -> Any:
    return picture[box.top : box.top + box.height, box.left : box.left + box.width]
