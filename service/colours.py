"""What the colour rule of a recipe acts on: its styles' colours, inks, or red, green and blue."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from geometry.errors import InputError
from geometry.symmetry.colour import ColourElement, generated
from geometry.symmetry.colour_frame import RGB, ColourFrame, ColourMoments, rounded
from geometry.symmetry.colour_inks import ink_counts, inks_frame
from service.inputs.styles import StylePicture
from service.recipe.recipe import Recipe
from service.spaces.space import Scene

_SAMPLE = 4096  # pixels that inks are found among
_PIXELS = 1 << 18  # of a picture that its colours are measured on: a thousandth of their spread


def framed(scene: Scene, recipe: Recipe, styles: Sequence[StylePicture]) -> Scene:
    """The scene with the frame of the recipe's styles, pooled with their weights as submitted: it
    stays while the weights are adjusted. Pure dreams have no style; their rules act on red, green
    and blue, or on inks that are given. Raises InputError: "flat-style" where a rule would have to
    change the colours of styles that have only one; "bad-inks" for inks that it cannot permute, or
    where there is no style to find any in."""
    if recipe.colours == "rgb" or not (styles or recipe.colours == "inks"):
        return scene
    parts = [(_measured(style.pixels), style.weight) for style in styles]
    moments = ColourMoments.pooled(parts) if parts else ColourMoments(np.zeros(3), np.eye(3))
    frame = moments.frame()
    if frame is None and scene.colouring.colours > 1:
        raise InputError(
            "flat-style",
            "colours",
            "The style has only one colour, so a colour rule cannot act in its colours.",
            "Use --colours rgb, or another style.",
        )
    if recipe.colours == "inks" and scene.colouring.colours > 1:
        elements = generated(tuple(scene.colouring.images.values()))
        frame = inks_frame(_inks(recipe, elements, styles), elements, moments)
    return dataclasses.replace(scene, style_frame=frame or RGB)


def _inks(
    recipe: Recipe, elements: Sequence[ColourElement], styles: Sequence[StylePicture]
) -> list[str]:
    """Those of the recipe, or as many as the rule can permute, three rather than two, among the
    styles' most frequent colours: the centres that k-means finds."""
    if recipe.inks is not None:
        return recipe.inks.lower().split(",")
    if not styles:
        raise InputError(
            "bad-inks", "inks", "There is no style to find inks in.", "Give them with --inks."
        )
    can = ink_counts(elements)
    count = next((k for k in (3, 2, 4) if k in can), 2)
    random = np.random.default_rng(0)
    total = sum(style.weight for style in styles)
    shares = [math.ceil(_SAMPLE * style.weight / total) for style in styles]
    sample = np.concatenate(
        [
            random.choice(style.pixels.reshape(-1, 3), share)
            for style, share in zip(styles, shares, strict=True)
        ]
    )
    centres, _ = kmeans2(sample / 255, count, seed=0, minit="++", missing="warn")
    return [f"#{bytes(colour).hex()}" for colour in rounded(centres[np.argsort(centres.sum(1))])]


def picture_frame_of(pixels: NDArray[np.uint8]) -> ColourFrame:
    """The frame of one picture (H, W, 3); RGB where it has only one colour."""
    return _measured(pixels).frame() or RGB


def _measured(pixels: NDArray[np.uint8]) -> ColourMoments:
    step = max(1, math.isqrt(pixels.shape[0] * pixels.shape[1] // _PIXELS))
    return ColourMoments.of(pixels[::step, ::step].reshape(-1, 3) / 255)
