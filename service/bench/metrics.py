"""How good a painted picture is, by measures that no painting optimises.

All compare a picture with its style at the scale at which it was painted. Pictures are (H, W, 3)
float in 0..1, or lists of them: windows and views of one painting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage

from service.perception.borders import continued
from service.perception.distances import moment_distance
from service.perception.moments import Moments, blended, moments
from service.perception.network import Network
from service.reporting.palette import channel_distance

Picture = NDArray[np.float64]

SPECK = 0.3  # how far a speck is from the median of its 5 x 5 neighbours
PATCH = 32  # pixels a side, of spectra
_LUMA = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class Figures:
    """spectrum: energy above half Nyquist, of the style's; specks: per mille of pixels, and the
    style's; lines: strongest row or column of second differences over the median, and the style's;
    contrast: standard deviation, of the style's; palette: Wasserstein-1 distance of channels;
    distance: to the style, as the held-out network sees it; ratio: over that to the nearest other
    style."""

    spectrum: float
    specks: float
    style_specks: float
    lines: float
    style_lines: float
    contrast: float
    palette: float
    distance: float
    ratio: float


@dataclass(frozen=True)
class Style:
    """A style picture under all images of a colour rule, and what a judge sees in them."""

    pictures: Sequence[Picture]
    moments: Mapping[str, Moments]


def measured(
    pictures: Sequence[Picture],
    own: Style,
    others: Sequence[Style],
    judge: Network,
) -> Figures:
    """The figures of a painting."""
    seen = judged(pictures, judge)
    own_distance = distance(seen, own.moments)
    nearest = min(distance(seen, other.moments) for other in others)
    style = own.pictures
    return Figures(
        spectrum=fineness(pictures) / fineness(style),
        specks=specks(pictures),
        style_specks=specks(style),
        lines=max(lines(p) for p in pictures),
        style_lines=max(lines(p) for p in style),
        contrast=_deviation(pictures) / _deviation(style),
        palette=palette_distance(pictures, style),
        distance=own_distance,
        ratio=own_distance / nearest,
    )


def fineness(pictures: Sequence[Picture]) -> float:
    """Mean energy of luma above half Nyquist, in Hann-windowed patches."""
    window = np.outer(np.hanning(PATCH), np.hanning(PATCH))
    frequency = np.hypot(np.fft.fftfreq(PATCH)[:, None], np.fft.fftfreq(PATCH)[None])
    energies = []
    for picture in pictures:
        luma = picture @ _LUMA
        for i in range(0, luma.shape[0] - PATCH + 1, PATCH // 2):
            for j in range(0, luma.shape[1] - PATCH + 1, PATCH // 2):
                patch = luma[i : i + PATCH, j : j + PATCH]
                power = np.abs(np.fft.fft2((patch - patch.mean()) * window)) ** 2
                energies.append(power[frequency > 0.25].sum())
    return float(np.mean(energies))


def specks(pictures: Sequence[Picture]) -> float:
    """Pixels that stand alone, per mille."""
    alone = [
        np.abs(p - ndimage.median_filter(p, size=(5, 5, 1))).mean(axis=2) > SPECK for p in pictures
    ]
    return 1000 * float(np.mean([a.mean() for a in alone]))


def lines(picture: Picture) -> float:
    """The strongest row or column of second differences over the median of all."""
    worst = 0.0
    for axis in (0, 1):
        second = np.abs(np.diff(picture, 2, axis=axis)).mean(axis=(1 - axis, 2))
        worst = max(worst, float(second.max() / np.median(second)))
    return worst


def palette_distance(a: Sequence[Picture], b: Sequence[Picture]) -> float:
    """Wasserstein-1 distance of the channels' histograms, their mean, in 0..1."""
    left, right = (np.concatenate([p.reshape(-1, 3)[::7] for p in x]) for x in (a, b))
    return channel_distance(left, right)


def _deviation(pictures: Sequence[Picture]) -> float:
    return float(np.concatenate([(p @ _LUMA).ravel() for p in pictures]).std())


@torch.no_grad()
def judged(pictures: Sequence[Picture], judge: Network) -> Mapping[str, Moments]:
    """What a network sees in pictures, pooled."""
    parts = []
    for picture in pictures:
        x = torch.tensor(picture, dtype=torch.float32).permute(2, 0, 1)[None].contiguous()
        layers = {name: moments(f) for name, f in continued(judge, x, judge.info.style)}
        parts.append((layers, float(picture.shape[0] * picture.shape[1])))
    return blended(parts)


def distance(a: Mapping[str, Moments], b: Mapping[str, Moments]) -> float:
    """How far apart two are that a network has seen: the mean of its layers' distances."""
    return float(np.mean([float(moment_distance(a[name], b[name])) for name in b]))
