"""Models of the hyperbolic plane: flat pictures of all of it, or of a window.

A model maps its picture's coordinates w, as complex numbers (x to the right, y up), to Poincaré's
disc |z| < 1; z = 0 is a tile's centre. Sources: Ratcliffe, Foundations of Hyperbolic Manifolds,
§§4.5-4.6, §6.1 (disc, half-plane, projective disc); Hubbard, Teichmüller Theory I (2006), §2.1
(band); Lee, Conformal Projections Based on Elliptic Functions (1976), §3 (square).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ellipk, hyp2f1

from geometry.errors import unknown_name
from geometry.spaces import Array

Complex = NDArray[np.complex128]

_QUARTER = float(ellipk(0.5))  # K(1/√2), a quarter period of the lemniscate's functions


@dataclass(frozen=True, eq=False)
class Model:
    """extent: (left, right, bottom, top) of the picture; margin: pixels kept free around it, for an
    antialiased rim; inside: which w stand for points; to_disc, from_disc: w → z and back; stretch:
    (w, z) → the largest factor |dz|/|dw| over all directions."""

    name: str
    title: str
    extent: tuple[float, float, float, float]
    margin: int
    inside: Callable[[Complex], NDArray[np.bool_]]
    to_disc: Callable[[Complex], Complex]
    from_disc: Callable[[Complex], Complex]
    stretch: Callable[[Complex, Complex], Array]

    @property
    def aspect(self) -> float:
        """Width over height of the picture."""
        left, right, bottom, top = self.extent
        return (right - left) / (top - bottom)

    def to_space(self, xy: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Points (n, 3) of the hyperboloid at picture coordinates (n, 2), and whether there are
        any (n,): outside the model the point is (0, 0, 1)."""
        w = np.ascontiguousarray(xy, float).view(complex)[:, 0]
        inside = self.inside(w)
        z = self.to_disc(np.where(inside, w, 0.5j))
        inside &= np.abs(z) < 1 - 1e-15  # so that rounding makes no ideal points
        return lift(np.where(inside, z, 0)), inside

    def from_space(self, points: Array) -> Array:
        """Picture coordinates (n, 2) of points (n, 3) of the hyperboloid."""
        w = self.from_disc((points[:, 0] + 1j * points[:, 1]) / (1 + points[:, 2]))
        return np.stack([w.real, w.imag], axis=1)

    def footprint(self, xy: Array) -> Array:
        """Hyperbolic length (n,) of a unit of the picture at (n, 2) inside, in the direction where
        it is longest."""
        w = np.ascontiguousarray(xy, float).view(complex)[:, 0]
        z = self.to_disc(w)
        return 2 * self.stretch(w, z) / (1 - np.abs(z) ** 2)


def lift(z: Complex) -> Array:
    """Points (n, 3) of the hyperboloid from Poincaré's disc (n,)."""
    square = z.real**2 + z.imag**2
    out = np.empty((len(z), 3))
    out[:, 0], out[:, 1], out[:, 2] = 2 * z.real, 2 * z.imag, 1 + square
    out /= (1 - square)[:, None]
    return out


def find_model(name: str) -> Model:
    """A model by name. Raises InputError("unknown-model")."""
    key = name.strip().lower()
    if key not in MODELS:
        raise unknown_name("unknown-model", "model", name, MODELS)
    return MODELS[key]


def _larger(w: Complex) -> Array:
    """The larger of |x| and |y|."""
    return np.maximum(np.abs(w.real), np.abs(w.imag))


def _klein_stretch(w: Complex, z: Complex) -> Array:
    """Radially dr/(1 − r²), more than dφ/√(1 − r²) across, over the disc's 2/(1 − |z|²)."""
    return (1 - np.abs(z) ** 2) / (2 * (1 - np.abs(w) ** 2))


def _square_stretch(w: Complex, z: Complex) -> Array:
    """Singular value of (u, v) → u e^{iφ}, φ = atan(v/u), u ≥ |v|: with c = u²/|w|² the squares of
    its entries sum to 1 + c and its determinant is c."""
    c = np.where(w == 0, 1, _larger(w) ** 2 / np.maximum(np.abs(w) ** 2, 1e-300))
    return (np.sqrt(1 + 3 * c) + np.sqrt(1 - c)) / 2


def _square_to_disc(w: Complex) -> Complex:
    """The square |x|, |y| < 1 to the disc: sd(K(1 + i)w/2 | m = ½)/(1 + i), as √2 θ₁/θ₃ at the nome
    e^−π, where four terms of the series are enough (Abramowitz and Stegun, §16.27, §16.36)."""
    v = np.pi / 4 * (1 + 1j) * w
    sine = np.sin(v)
    twice = 2 - 4 * sine * sine  # 2 cos 2v, which steps through sin (2n + 1)v and 2 cos 2nv
    odd, last_odd, even, last_even = sine, -sine, np.full_like(v, 2), twice
    first, third = sine, np.ones_like(v)
    for n in range(1, 5):
        odd, last_odd = twice * odd - last_odd, odd
        even, last_even = twice * even - last_even, even
        first = first + (-1) ** n * np.exp(-np.pi * n * (n + 1)) * odd
        third = third + np.exp(-np.pi * n * n) * even
    return 2 * np.sqrt(2) * np.exp(-np.pi / 4) / (1 + 1j) * first / third


def _disc_to_square(z: Complex) -> Complex:
    """∫ dz/√(1 + z⁴) as a hypergeometric function, and Newton's steps for the last digits."""
    w = 2 / _QUARTER * z * hyp2f1(0.25, 0.5, 1.25, -(z**4))
    for _ in range(2):
        w = w - (_square_to_disc(w) - z) / (_QUARTER / 2 * np.sqrt(1 + z**4))
    return w


MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        Model(
            "poincare",
            "Poincaré's disc: angles are true",
            (-1, 1, -1, 1),
            1,
            inside=lambda w: np.abs(w) < 1,
            to_disc=lambda w: w,
            from_disc=lambda z: z,
            stretch=lambda w, z: np.ones(len(w)),
        ),
        Model(
            "klein",
            "Klein's disc: lines are straight",
            (-1, 1, -1, 1),
            1,
            inside=lambda w: np.abs(w) < 1,
            to_disc=lambda w: w / (1 + np.sqrt(1 - np.abs(w) ** 2)),
            from_disc=lambda z: 2 * z / (1 + np.abs(z) ** 2),
            stretch=_klein_stretch,
        ),
        Model(
            "halfplane",
            "Poincaré's half-plane: tiles shrink towards one line",
            (-2, 2, 0, 2),
            0,
            inside=lambda w: w.imag > 0,
            to_disc=lambda w: (w - 1j) / (w + 1j),
            from_disc=lambda z: 1j * (1 + z) / (1 - z),
            stretch=lambda w, z: 2 / np.abs(w + 1j) ** 2,
        ),
        Model(
            "band",
            "a band: an endless frieze between two lines",
            (-2, 2, -1, 1),
            0,
            inside=lambda w: np.abs(w.imag) < 1,
            to_disc=lambda w: np.tanh(np.pi / 4 * w),
            from_disc=lambda z: -4j / np.pi * np.arctan(1j * z),  # artanh
            stretch=lambda w, z: np.pi / 4 * np.abs(1 - z**2),
        ),
        Model(
            "square",
            "the disc stretched along its radii to a square",
            (-1, 1, -1, 1),
            0,
            inside=lambda w: _larger(w) < 1,
            to_disc=lambda w: w * _larger(w) / np.maximum(np.abs(w), 1e-300),
            from_disc=lambda z: z * np.abs(z) / np.maximum(_larger(z), 1e-300),
            stretch=_square_stretch,
        ),
        Model(
            "conformal",
            "a square in which angles are true",
            (-1, 1, -1, 1),
            0,
            inside=lambda w: _larger(w) < 1,
            to_disc=_square_to_disc,
            from_disc=_disc_to_square,
            stretch=lambda w, z: _QUARTER / 2 * np.sqrt(np.abs(1 + z**4)),
        ),
    )
}
