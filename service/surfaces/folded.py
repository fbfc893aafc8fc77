"""The sphere and the hyperbolic plane as surfaces to paint. Views need no texture: the points that
make up a view's pixels are folded straight onto the charts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray
from torch import Tensor

from geometry.maps.pixel_moves import first_of_each
from geometry.symmetry.colour import ColourElement
from service.finisher import Finisher
from service.perception.looks import Look
from service.spaces.folded import FoldedDesign, View
from service.spaces.frame import Picture
from service.spaces.resolution import MANY, views_new, views_prepared
from service.surfaces.grids import enlarge_where_read
from service.surfaces.host import to_host
from service.surfaces.kept_views import KeptViews
from service.surfaces.operators import SparseOperator, seen_by
from service.surfaces.surface import BodyView, Making, Surface


class FoldedSurface(Surface):
    """A design that folds, on a device."""

    in_bands = True
    _design: FoldedDesign

    def __init__(self, design: FoldedDesign, views: int, making: Making) -> None:
        super().__init__(design, views_prepared(views, design.needed), making)
        self.in_turn = design.needed > 0
        self.new_a_step = views_new(self.views, self.views_a_step)
        self._pictures = KeptViews[BodyView](self._window, self.views, self.views_a_step)
        self._kept: list[tuple[View, SparseOperator]] = []
        self._seed = 0

    def prepare_views(self, seed: int) -> None:
        """See Surface. Windows on large pictures are made when they are looked at."""
        self._seed = seed
        self._pictures.clear()
        if self._design.is_seen_whole:
            views = self._design.views(self.views, seed)
            with ThreadPoolExecutor(2) as pool:  # NumPy and SciPy let go of the interpreter's lock
                self._pictures.fill(pool.map(self._picture_of, views))

    def _window(self, number: int) -> BodyView:
        return self._picture_of(self._design.window(number, self.views, self._seed))

    def _picture_of(self, view: View) -> BodyView:
        operator = self._operator(self._design.pixel_map(view))
        return BodyView.of(operator, view.weight, view.coverage, view.shape, self._device)

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        pictures = self._pictures.get(which)
        looks = _looks(pictures, self._seen_paint(logits, pictures))
        if self._motif is None:
            return looks
        bases = _looks(pictures, self._motif)
        return [
            dataclasses.replace(look, base=base.pixels)
            for look, base in zip(looks, bases, strict=True)
        ]

    def _seen_paint(self, logits: Tensor, pictures: Sequence[BodyView]) -> Tensor:
        """Paint of the canvas brought to the charts' texels that these pictures show, or to all."""
        read = [picture.operator.read for picture in pictures]
        few = [texels for texels in read if texels is not None]
        sees_all = self._design.needed <= MANY or len(few) < len(read)
        if sees_all or self._device.type == "cuda":  # which enlarges all of them in no time
            return self._enlarged(logits)
        size = self._design.chart_shape[1:]
        paint = enlarge_where_read(logits, self.canvas_shape, size, self.phases[0], few)
        return paint if self._motif is None else paint + self._motif

    def _unfinished(self, logits: Tensor, dtype: DTypeLike) -> Picture:
        paint = self._enlarged(logits)
        mean = self._design.mean_colour(to_host(paint))
        if self.is_large:
            return self._large_picture(paint, mean, dtype)
        return self._design.joined(
            [
                self._design.developed(view, to_host(operator(paint)), mean, dtype)
                for view, operator in self._bands()
            ]
        )

    def _large_picture(self, paint: Tensor, mean: NDArray, dtype: DTypeLike) -> Picture:
        """Of pixels that the symmetry takes to each other the first is made, and what colours make
        of it is put where the others are. Windows are forgotten: their room is needed."""
        self._pictures.clear()
        design, moves = self._design, self._design.moves
        picture: Picture = np.empty((*design.shape, 3), dtype)
        pixels = picture.reshape(-1, 3)

        def band(rows: range) -> None:
            wanted = first_of_each(moves, rows, design.shape)
            if not wanted.any():
                return
            numbers = rows.start * design.shape[1] + np.flatnonzero(wanted)
            view = design.picture_view(rows, wanted)
            fold = design.fold(view.points)
            operator = SparseOperator(fold, self._device, frame=design.frame, once=True)
            logits = to_host(operator(paint))
            made: dict[ColourElement, Picture] = {}
            for move in moves:
                if move.colour not in made:
                    seen = design.frame.on_logits(move.colour, logits)
                    made[move.colour] = design.developed(view, seen, mean, dtype).reshape(-1, 3)
                pixels[move.numbers(numbers)] = made[move.colour]

        with ThreadPoolExecutor(2) as pool:  # NumPy, SciPy and torch let go of the lock
            list(pool.map(band, design.bands))
        return design.joined([picture])

    def delivered(
        self, logits: Tensor, finish: Finisher | None = None, dtype: DTypeLike = np.uint8
    ) -> Picture:
        """See Surface. Filters act on the paint of the canvas, of which the fold makes what is
        symmetric."""
        if finish is None:
            return self._unfinished(logits, dtype)
        design = self._design
        if finish.gaussians:
            canvas = to_host(logits).astype(np.float64).reshape(*self.canvas_shape, 3)
            filtered = finish.filtered(canvas, design.smoothed).reshape(-1, 3)
            logits = torch.tensor(filtered, dtype=torch.float32, device=self._device)
        paint = self._enlarged(logits)
        seen = [to_host(operator(paint)) for _, operator in self._bands()]
        fitted = finish.fitted(np.concatenate(seen))
        mean = design.mean_colour(fitted.toned(to_host(paint)))
        views = (design.picture_view(rows) for rows in design.bands)
        picture = design.joined(
            [
                design.developed(view, fitted.toned(band), mean, dtype)
                for view, band in zip(views, seen, strict=True)
            ]
        )
        return fitted.settled(picture)

    def _bands(self) -> Iterable[tuple[View, SparseOperator]]:
        """All of the picture: some rows after the other, and what makes their samples of paint.
        They are kept, for frames, unless they are large."""
        if self.is_large:
            return map(self._band, self._design.bands)
        if not self._kept:
            self._kept = [self._band(rows) for rows in self._design.bands]
        return self._kept

    def _band(self, rows: range) -> tuple[View, SparseOperator]:
        view = self._design.picture_view(rows)
        if self._making.rough:
            view = view.thinned
        fold = self._design.fold(view.points)
        return view, SparseOperator(fold, self._device, frame=self._design.frame)


def _looks(pictures: Sequence[BodyView], paint: Tensor) -> list[Look]:
    seen = seen_by([picture.operator for picture in pictures], paint)
    return [
        picture.look(picture.coverage * torch.sigmoid(logits))
        for picture, logits in zip(pictures, seen, strict=True)
    ]
