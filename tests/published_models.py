"""Models of the hyperbolic plane by published formulas, for the receipt checker."""

import numpy as np
from scipy.special import ellipj, ellipk, elliprf


def _klein_to_disc(w):
    with np.errstate(invalid="ignore"):
        return w / (1 + np.sqrt(1 - np.abs(w) ** 2))


def _square_to_disc(w):
    """Along the radius: the square |x|, |y| ≤ r goes to the circle |z| = r."""
    reach = np.maximum(np.abs(w.real), np.abs(w.imag))
    return reach * np.exp(1j * np.angle(w))


def _disc_to_square(z):
    direction = np.exp(1j * np.angle(z))
    return np.abs(z) * direction / np.maximum(np.abs(direction.real), np.abs(direction.imag))


def _cn(u):
    """Jacobi's cn(u | ½) of complex u from real functions (Abramowitz and Stegun, 16.21.3)."""
    s, c, d, _ = ellipj(u.real, 0.5)
    s1, c1, d1, _ = ellipj(u.imag, 0.5)
    return (c * c1 - 1j * s * d * s1 * d1) / (c1**2 + 0.5 * s**2 * s1**2)


def _conformal_to_disc(w):
    """Fong, Analytical Methods for Squaring the Disc (2015): z = (1 − i)/√2 ·
    cn(K(1 + i)/2 · w − K, 1/√2)."""
    return (1 - 1j) / np.sqrt(2) * _cn(ellipk(0.5) * ((1 + 1j) / 2 * w - 1))


def _disc_to_conformal(z):
    """Its inverse by Legendre's integral F(arccos q) = √(1 − q²) · R_F(q², (1 + q²)/2, 1)
    (Carlson, 1979), from that branch of it where q = 0 is the quarter period."""
    q = (1 + 1j) / np.sqrt(2) * z
    left = np.where(q.real < 0, -q, q)
    f = np.sqrt(1 - left**2) * elliprf(left**2, (1 + left**2) / 2, 1)
    f = np.where(q.real < 0, 2 * ellipk(0.5) - f, f)
    return (ellipk(0.5) - f) * 2 / (ellipk(0.5) * (1 + 1j))


# picture → disc and back. Ratcliffe, Foundations of Hyperbolic Manifolds, §§ 4.5, 4.6, 6.1; the
# band is artanh of the disc.
HYPERBOLIC_MODELS = {
    "poincare": (lambda w: w, lambda z: z),
    "klein": (_klein_to_disc, lambda z: 2 * z / (1 + np.abs(z) ** 2)),
    "halfplane": (lambda w: (w - 1j) / (w + 1j), lambda z: 1j * (1 + z) / (1 - z)),
    "band": (lambda w: np.tanh(np.pi / 4 * w), lambda z: 4 / np.pi * np.arctanh(z)),
    "square": (_square_to_disc, _disc_to_square),
    "conformal": (_conformal_to_disc, _disc_to_conformal),
}
