"""Which colours styles are painted in, and what the colour rule of a recipe acts on: its styles'
colours, inks, or red, green and blue."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from geometry.errors import InputError, excerpt
from geometry.symmetry.colour import ColourElement, generated
from geometry.symmetry.colour_frame import RGB, ColourFrame, ColourMoments, rounded
from geometry.symmetry.colour_inks import ink_counts, inks_frame
from geometry.symmetry.colour_transport import ColourTransport, moments_of
from service.inputs.styles import StylePicture
from service.recipe.fields import LIGHT, OWN
from service.recipe.recipe import Recipe
from service.spaces.space import Scene

_SAMPLE = 4096  # pixels that inks are found among
LUMA = (0.299, 0.587, 0.114)  # of red, green and blue in a grey picture (ITU-R BT.601)
_PIXELS = 1 << 18  # of a picture that its colours are measured on: a thousandth of their spread


def in_wanted_colours(
    recipe: Recipe, scene: Scene, styles: Sequence[StylePicture]
) -> Sequence[StylePicture]:
    """The styles as they are painted: each with the mean and the covariance of the colours of the
    base or of another picture, or in grey, as the recipe's ``style_colours`` say. Raises
    InputError("flat-style") where there is only one colour to take."""
    if recipe.style_colours == OWN:
        return styles
    if recipe.style_colours == LIGHT:
        return [style.with_pixels(_grey(style.pixels)) for style in styles]
    return [style.with_pixels(_recoloured(style, scene.colours_before())) for style in styles]


def _grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    light = np.rint(pixels @ np.array(LUMA, np.float32)).astype(np.uint8)
    return np.repeat(light[..., None], 3, axis=2)


def _recoloured(style: StylePicture, before: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    given = before if style.colours is None else style.colours.pixels
    assert given is not None, "a scene whose base's colours are wanted has one"
    if _measured(given).frame() is None:
        whose = "The base" if style.colours is None else excerpt(style.colours.source, 200)
        raise InputError(
            "flat-style",
            "style_colours",
            f"{whose} has only one colour, so a style cannot be painted in its colours.",
            "Take those of another picture.",
        )
    own, wanted = (moments_of(_sampled(pixels)) for pixels in (style.pixels, given))
    return ColourTransport.between(own, wanted).on_pixels(style.pixels)


def framed(scene: Scene, recipe: Recipe, styles: Sequence[StylePicture]) -> Scene:
    """The scene with the frame of the recipe's styles, pooled with their weights as submitted: it
    stays while the weights are adjusted. Pure dreams have no style; their rules act on red, green
    and blue, or on inks that are given. Raises InputError: "flat-style" where a rule would have to
    change the colours of styles that have only one; "bad-inks" for inks that it cannot permute, or
    where there is no style to find any in; "bad-value" for a rule that changes more than light
    where only light is painted."""
    if scene.light:
        return _framed_by_light(scene, recipe, styles)
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


def _framed_by_light(scene: Scene, recipe: Recipe, styles: Sequence[StylePicture]) -> Scene:
    if scene.colouring.colours == 1:
        return scene
    greys = [(_measured(style.pixels), style.weight) for style in styles]
    middle = float(ColourMoments.pooled(greys).mean[0]) if greys else 0.0
    frame = ColourFrame.of_light(middle, scene.colouring.images.values())
    if frame is None or recipe.colours != "style":
        raise InputError(
            "bad-value",
            "colouring",
            f"Only light and dark are painted, and the colour rule '{scene.colouring.name}' would "
            "change the base's hues.",
            "Leave it out, or take one that only inverts a channel, always the same, with the "
            "style's own colours.",
        )
    return dataclasses.replace(scene, style_frame=frame)


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
    return ColourMoments.of(_sampled(pixels).reshape(-1, 3) / 255)


def _sampled(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    step = max(1, math.isqrt(pixels.shape[0] * pixels.shape[1] // _PIXELS))
    return pixels[::step, ::step]
