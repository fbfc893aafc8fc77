"""Sampling maps as torch operators: a sparse product forward, its transpose, kept, backward.

torch's own sparse autograd is 20 to 40 times slower than the stored transpose
(measured for this project on two CPU cores).
"""

from __future__ import annotations

import functools
import operator
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from geometry.errors import InputError
from geometry.maps.sampling import SamplingMap, only_read
from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.colour_frame import RGB, ColourFrame
from service.surfaces.sparse_products import parts_of, sparse_product

# torch calls its CSR tensors a beta feature, once per process; products and dtypes used are stable
warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")


class _SparseProduct(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, operator: SparseOperator, x: Tensor) -> Tensor:
        ctx.operator = operator
        return operator.forward @ x

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor]:
        return None, ctx.operator.backward @ gradients[0].contiguous()


class SparseOperator:
    """A :class:`SamplingMap` on a device. Call it with paint (columns, 3); it returns (rows, 3).

    A map that reads through colours works on logits: the paint is stacked once per colour of the
    palette, and the matrix picks from the stack, so that any colour action costs one product. What
    reads few of the texels takes these out first, unless it is used ``once``, without gradients.
    ``frame``: what the colours of the map act on.
    ``frugal``: the transpose, as large as the map, is made for each gradient and not kept.
    Raises InputError("too-large") if that takes more than 32-bit numbers can count.
    """

    def __init__(
        self,
        sampling: SamplingMap,
        device: torch.device | str = "cpu",
        frugal: bool = False,
        frame: ColourFrame = RGB,
        once: bool = False,
    ) -> None:
        palette = sampling.palette if sampling.colours is not None else (IDENTITY,)
        indices, of_paint = sampling.indices.astype(np.int64), sampling.columns
        self.read: Tensor | None = None  # columns, ascending, if they are few
        if len(indices) < of_paint and not once:  # a view of a large chart
            taken, indices = only_read(indices, of_paint)
            self.read, of_paint = torch.from_numpy(taken).to(device), len(taken)
        columns = of_paint * len(palette)
        if sampling.colours is not None:
            indices = indices + sampling.colours.astype(np.int64) * of_paint
        if max(columns, len(indices)) >= 2**31:
            raise InputError(
                "too-large", "size", "The picture is too large for 32-bit columns.", "Choose less."
            )
        shape = (sampling.rows, columns)
        weights = sampling.weights.astype(np.float32)
        forward = sparse.csr_matrix((weights, indices, sampling.indptr), shape=shape)
        self._matrix, self._device, self._frugal = forward, device, frugal
        self.forward = _csr(forward, device)
        self.palette = [
            torch.tensor(frame.action(c)[0].T, dtype=torch.float32, device=device) for c in palette
        ]
        fixed = sampling.fixed(frame)
        self._fixed = (
            None if fixed is None else torch.tensor(fixed, dtype=torch.float32, device=device)
        )
        self.plain = palette == (IDENTITY,)

    @property
    def backward(self) -> Tensor:
        """The transpose, made when the first gradient comes: a bake never needs one."""
        return self._transposed() if self._frugal else self._transpose

    @functools.cached_property
    def _transpose(self) -> Tensor:
        return self._transposed()

    def _transposed(self) -> Tensor:
        return _csr(self._matrix.T.tocsr(), self._device)

    def __call__(self, paint: Tensor) -> Tensor:
        """Paint (columns, 3) float32 → (rows, 3), differentiable."""
        out = self._product(self._stack(paint))
        return out if self._fixed is None else out + self._fixed

    def seen(self, paint: Tensor, look: Callable[[Tensor], Tensor]) -> Tensor:
        """``look`` of what a call returns, without gradients. ``look`` makes each row of a result
        of the same row. Where rows are no more than copies, it looks at what they are copies of: a
        quarter of the work, of a tile p4."""
        stack = self._stack(paint)
        if self._copies is None or len(stack) > len(self._copies):
            return look(self(paint))
        return look(stack).index_select(0, self._copies)

    def _stack(self, paint: Tensor) -> Tensor:
        paint = paint if self.read is None else paint.index_select(0, self.read)
        return paint if self.plain else torch.cat([paint @ m for m in self.palette])

    @functools.cached_property
    def _copies(self) -> Tensor | None:
        """(rows,): the row of the stack that each row is; None where one is anything else."""
        matrix = self._matrix
        if self._fixed is not None or not (np.diff(matrix.indptr) == 1).all():
            return None
        if not (matrix.data == 1).all():
            return None
        return torch.from_numpy(matrix.indices.astype(np.int32, copy=False)).to(self._device)

    def add_gradient(self, gradient: Tensor, total: Tensor) -> None:
        """Add to ``total`` (columns, 3) the gradient by the paint, where it is read, from that by
        what is made of it, (rows, 3)."""
        by_paint = self.backward @ gradient.contiguous()
        if not self.plain:
            colours = zip(by_paint.chunk(len(self.palette)), self.palette, strict=True)
            parts = [part @ m.T for part, m in colours]
            by_paint = functools.reduce(operator.add, reversed(parts))
        if self.read is None:
            total += by_paint
        else:
            total.index_add_(0, self.read, by_paint)

    def _product(self, stack: Tensor) -> Tensor:
        # A transpose that is not kept is none to be recorded.
        if stack.device.type != "cuda" or self._frugal:
            product: Tensor = _SparseProduct.apply(self, stack)
            return product
        graded = torch.is_grad_enabled() and stack.requires_grad
        transpose = parts_of(self.backward) if graded else []
        of_gpu: Tensor = sparse_product(parts_of(self.forward), transpose, len(stack), stack)
        return of_gpu


def seen_by(operators: Sequence[SparseOperator], paint: Tensor) -> Sequence[Tensor]:
    """What each of some operators makes of paint, differentiable."""
    if paint.device.type == "cuda":  # which does the other thing in no time
        return [each(paint) for each in operators]
    seen: tuple[Tensor, ...] = _Seen.apply(paint, operators)
    return seen


class _Seen(torch.autograd.Function):
    """The gradient of each operator would be as large as all of the paint, to be filled with zeros
    and added up: they are added where operators read."""

    @staticmethod
    def forward(ctx: Any, paint: Tensor, operators: Sequence[SparseOperator]) -> tuple[Tensor, ...]:
        ctx.operators, ctx.shape = operators, paint.shape
        return tuple(each(paint) for each in operators)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        total = gradients[0].new_zeros(ctx.shape)
        for each, gradient in zip(reversed(ctx.operators), reversed(gradients), strict=True):
            each.add_gradient(gradient, total)
        return total, None


def _csr(matrix: sparse.csr_matrix, device: torch.device | str) -> Tensor:
    return torch.sparse_csr_tensor(
        torch.from_numpy(matrix.indptr.astype(np.int32, copy=False)),
        torch.from_numpy(matrix.indices.astype(np.int32, copy=False)),
        torch.from_numpy(matrix.data),
        size=matrix.shape,
        device=device,
        check_invariants=False,  # SciPy has checked them
    )
