"""How the steps of the table of finishing (:mod:`service.finishing`) are done to a picture, so that
it keeps its symmetry. No torch in here.

Filters are isotropic and act on logits, on the surface: they commute with the group, and as colour
rules are affine on logits and their shares have the sum 1, with the rule. Where the group permutes
texels they are done in the torus' waves. Tones act on single colours. One that takes images under
the rule to images keeps the symmetry; others are refused. Palettes are made of inks that the rule
permutes.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from geometry.errors import InputError
from geometry.spaces import Array
from geometry.symmetry.colour import IDENTITY, ColourElement, generated
from geometry.symmetry.colour_frame import RGB, ColourFrame, rounded
from geometry.symmetry.ink_sets import InkSpace, dithered_ink, nearest_ink
from geometry.symmetry.specks import without_specks
from service.finishing import STEPS
from service.finishing.palette import ink_bytes
from service.inputs.styles import exemplar_pixels, exemplars, read_style_file
from service.recipe.parsing import parse_recipe
from service.recipe.recipe import Recipe
from service.spaces.space import LARGEST, Scene
from service.tables.finishing_step import DARKEST, FinishingStep, Gaussian, Seen, Tone

_SAMPLE = 1 << 13  # colours of a picture that a step measures, at most
_STRIP = 1 << 19  # colours at a time: bounds the memory
_TRIED = 256  # colours with which a tone is tried
_WRONG = 2 / 255  # of a colour: more is no rounding
THOUSANDTH = 1e-3
PLAIN = InkSpace(RGB, (IDENTITY,))  # without a rule


def with_steps(recipe: Recipe, steps: Mapping[str, Any], bits: int | None = None) -> Recipe:
    """A painted recipe with other values of these steps of its finishing, and, if they are given,
    other ``bits``. Raises InputError as recipes do, and for a picture that is too large."""
    data = recipe.model_dump(mode="json")
    data["finishing"] |= steps
    data |= {} if bits is None else {"bits": bits}
    changed = parse_recipe(data)
    if changed.size > LARGEST:
        raise InputError(
            "bad-value",
            "size",
            f"Making a picture over {LARGEST} pixels wide anew would take too much memory.",
            "Paint it again with other steps.",
        )
    return changed


@dataclass(frozen=True, eq=False)
class Finisher:
    """What is to be done to a picture. values: of all steps, those that do nothing included; width:
    of the picture, pixels; frame, rule: see :class:`service.tables.finishing_step.Seen`; elements:
    of the rule, a whole group; pictures: those that steps name, by the steps' names."""

    values: Mapping[str, Any]
    width: int
    frame: ColourFrame
    elements: tuple[ColourElement, ...]
    rule: str
    pictures: Mapping[str, NDArray[np.uint8]]

    @classmethod
    def of(cls, recipe: Recipe, scene: Scene) -> Finisher | None:
        """Of a recipe, and its scene as it is painted; None where nothing is to be done. Reads the
        pictures that steps name. Raises InputError: "bad-finishing" for a tone that the colour rule
        does not allow, "bad-inks" for a palette that it does not permute, and of pictures
        "missing-file", "bad-image"."""
        if not recipe.finishing.used:
            return None
        elements = generated(tuple(scene.colouring.images.values()))
        pictures = {
            step.name: scene.pictures[value]
            if value in scene.pictures
            else _picture(value, step.name)
            for step, value in _used(recipe.finishing.values)
            if step.picture
        }
        if recipe.finishing.values["dither"] and not scene.design(recipe.size).texels_are_pixels:
            raise InputError(
                "bad-finishing",
                "finishing.dither",
                "A dither needs texels that are the picture's pixels: those of friezes, and of "
                "tiles whose lattice is not hexagonal.",
                "Leave it out: inks are then flat.",
            )
        values, rule = recipe.finishing.values, scene.colouring.name
        found = cls(values, recipe.size, scene.frame, elements, rule, pictures)
        found.check()
        return found

    @property
    def is_fitted(self) -> bool:
        """Whether what is done to a colour depends on all of the picture."""
        return any(step.inks is not None or step.picture for step, _ in _used(self.values))

    @property
    def gaussians(self) -> tuple[Gaussian, ...]:
        """All filters together: Gaussian means that are added up, of shares with the sum 1 and
        deviations in thousandths of the picture's width. Empty where there are none."""
        found: list[Gaussian] = []
        for step, value in _used(self.values):
            if step.gaussians is not None:
                own = step.gaussians(value, self.width)
                found = [
                    (a * b, math.hypot(s, t)) for a, s in found or [(1.0, 0.0)] for b, t in own
                ]
        return tuple(found)

    def response(self, frequency: Array) -> Array:
        """What the filters make of waves, by their frequencies in waves per picture's width."""
        total = np.zeros_like(frequency)
        for share, deviation in self.gaussians:
            total += share * np.exp(-2 * (np.pi * THOUSANDTH * deviation * frequency) ** 2)
        return total

    def filtered(self, values: Array, smoothed: Callable[[Array, float], Array]) -> Array:
        """``values`` after the filters. smoothed(values, deviation): their Gaussian means on the
        surface, of a deviation in picture's widths."""
        parts = [
            share * (smoothed(values, THOUSANDTH * deviation) if deviation else values)
            for share, deviation in self.gaussians
        ]
        total: Array = np.sum(parts, axis=0)
        return total

    def fitted(self, logits: Array) -> Fitted:
        """All that is done to colours, made for a picture whose logits (n, 3) these are, in any
        order, one for each that symmetry ties together."""
        step = max(1, len(logits) // _SAMPLE)
        seen = logits[::step].astype(np.float64)
        sample = np.concatenate([_acted(self.frame, e, seen) for e in self.elements])
        tones: list[Tone] = []
        inks = None
        for row, value in _used(self.values):
            if row.tone is not None:
                tones.append(row.tone(value, self._seen(row, sample)))
                sample = tones[-1](sample)
            if row.inks is not None:
                inks = row.inks(value, self._seen(row, sample))
        return Fitted(self.space, tuple(tones), inks, self.values["dither"], self._given_inks())

    @functools.cached_property
    def space(self) -> InkSpace:
        """Of inks under the rule."""
        return InkSpace(self.frame, self.elements)

    def _given_inks(self) -> NDArray[np.uint8] | None:
        value = self.values["palette"]
        return None if value is None or not value.startswith("#") else ink_bytes(value)

    def _seen(self, row: FinishingStep, sample: Array) -> Seen:
        picture = self.pictures.get(row.name)
        return Seen(sample, self.frame, self.space, self.rule, picture)

    def check(self) -> None:
        """Raise InputError for what the colour rule does not allow; see :meth:`of`."""
        random = np.random.default_rng(0)
        frame = self.frame
        tried = random.normal(size=(_TRIED, 3))
        logits = np.array(frame.mean) + tried @ np.array(frame.axes).T
        for row, value in _used(self.values):
            if row.inks is not None:
                row.inks(value, self._seen(row, logits))
            if row.tone is None:
                continue
            tone = row.tone(value, self._seen(row, logits))
            for element in self.elements:
                one = special.expit(tone(_acted(frame, element, logits)))
                other = special.expit(_acted(frame, element, tone(logits)))
                if np.abs(one - other).max() > _WRONG:
                    raise InputError(
                        "bad-finishing",
                        f"finishing.{row.name}",
                        f"'{row.name}' would break the colour rule '{self.rule}': it would change "
                        "the colours of some copies in another way than those of others.",
                        "Leave it out; contrast, blur, sharpen and palette keep every rule.",
                    )


@dataclass(frozen=True, eq=False)
class Fitted:
    """What is done to the colours of one picture. inks: (k, 3), places in the ``space``, of a
    picture in inks; given: (k, 3), the very bytes, where the recipe names them; are_pixels: whether
    inks are chosen for texels that are the picture's pixels."""

    space: InkSpace
    tones: tuple[Tone, ...]
    inks: Array | None
    dither: float
    given: NDArray[np.uint8] | None
    are_pixels: bool = False

    @property
    def is_flat(self) -> bool:
        """Whether the picture is in inks, and pixels do not mix to colours."""
        return self.inks is not None and not self.dither

    def toned(self, logits: Array) -> Array:
        """What becomes of logits (n, 3), before they are in inks."""
        strips = np.array_split(logits.astype(np.float64), max(1, len(logits) // _STRIP))
        return np.concatenate([_applied(self.tones, strip) for strip in strips])

    def inked(self, logits: Array, thresholds: Array) -> Array:
        """The same in inks, if that is wanted: logits of the nearest ink or, dithered, of one of
        two; ``thresholds``: (n,) in 0..1. To be asked once for all that symmetry ties together."""
        toned = self.toned(logits)
        if self.inks is None:
            return toned
        places = self.space.places(toned)
        which = (
            dithered_ink(places, self.inks, thresholds, self.dither)
            if self.dither
            else nearest_ink(places, self.inks)
        )
        return self.space.logits_at(self.inks)[which]

    def settled(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture (H, W, 3) in the exact bytes of its inks, no pixel alone in its own; as it is
        without."""
        if self.inks is None:
            return picture
        nearly = rounded(special.expit(self.space.logits_at(self.inks)))
        which = _nearest(picture, nearly, self.space)
        if not self.are_pixels:  # else it is done, see without_specks
            which = without_specks(which, self.inks, None)
        return (nearly if self.given is None else self.given)[which]

    def without_specks(self, logits: Array, skew: int) -> Array:
        """Logits (H, W, 3) in flat inks, of all texels of a torus, without those that are alone in
        theirs."""
        assert self.inks is not None, "who asks looks whether it is flat"
        which = nearest_ink(self.space.places(logits.reshape(-1, 3)), self.inks)
        kept = without_specks(which.reshape(logits.shape[:2]), self.inks, skew)
        return self.space.logits_at(self.inks)[kept]


def in_inks(picture: NDArray[np.uint8], inks: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture (H, W, 3) in its nearest ``inks`` (k, 3)."""
    return inks[_nearest(picture, inks, PLAIN)]


def _nearest(
    picture: NDArray[np.uint8], inks: NDArray[np.uint8], space: InkSpace
) -> NDArray[np.int64]:
    """The numbers (H, W) of the inks that the pixels of a picture are nearest to in a space."""
    places = [
        space.places(special.logit(np.clip(x / 255, DARKEST, 1 - DARKEST)))
        for x in (picture.reshape(-1, 3), inks)
    ]
    return nearest_ink(*places).reshape(picture.shape[:2])


def unique_colours(
    picture: NDArray[np.uint8],
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The colours (k, 3) of a picture (H, W, 3), and how many pixels have each."""
    packed = picture.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    found, counts = np.unique(packed, return_counts=True)
    return np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1).astype(np.uint8), counts


def _used(values: Mapping[str, Any]) -> Sequence[tuple[FinishingStep, Any]]:
    return [(STEPS[name], x) for name, x in values.items() if x != STEPS[name].default]


def _applied(tones: Sequence[Tone], logits: Array) -> Array:
    for tone in tones:
        logits = tone(logits)
    return logits


def _acted(frame: ColourFrame, element: ColourElement, logits: Array) -> Array:
    linear, shift = frame.action(element)
    moved: Array = logits @ linear.T + shift
    return moved


def _picture(source: str, name: str) -> NDArray[np.uint8]:
    if source in exemplars():
        return exemplar_pixels(source)
    return read_style_file(Path(source), f"finishing.{name}")
