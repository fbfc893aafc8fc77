"""Style pictures: exemplars, files, or buffers of the wire."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError, excerpt, unknown_name
from service.pictures.files import over_white, read_picture
from service.preparing import STEPS, prepared

if TYPE_CHECKING:
    from service.recipe.parts import Style
    from service.recipe.recipe import Recipe

MAX_PIXELS = 64_000_000  # of a style picture: a guard against decompression bombs
MAX_ASPECT = 8  # of a style picture: longer ones would be enlarged beyond all memory
_BUFFER = "buffer:"
_SHOWN = 200  # characters of a file's name in an error


@dataclass(frozen=True, eq=False)
class StylePicture:
    """One loaded style. pixels: (H, W, 3) uint8 sRGB; sha256: of the pixels, for the receipt.
    colours: the picture whose colours it is to take, if there is one."""

    source: str
    weight: float
    pixels: NDArray[np.uint8]
    sha256: str
    colours: StylePicture | None = None

    @classmethod
    def of(
        cls,
        source: str,
        pixels: NDArray[np.uint8],
        weight: float = 1.0,
        colours: StylePicture | None = None,
    ) -> Self:
        """A picture as it was loaded."""
        return cls(source, weight, pixels, _sha256(pixels), colours)

    def with_pixels(self, pixels: NDArray[np.uint8]) -> Self:
        """The style as another picture."""
        return dataclasses.replace(self, pixels=pixels, sha256=_sha256(pixels), colours=None)


def _sha256(pixels: NDArray[np.uint8]) -> str:
    return hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()


def exemplars() -> tuple[str, ...]:
    """Names of the style exemplars that the project ships."""
    folder = files("recipes") / "exemplars"
    return tuple(sorted(f.name[:-4] for f in folder.iterdir() if f.name.endswith(".png")))


def exemplar_file(name: str) -> Traversable:
    """The picture of an exemplar."""
    return files("recipes") / "exemplars" / f"{name}.png"


def load_styles(
    recipe: Recipe, buffers: Mapping[str, NDArray] | None = None
) -> tuple[StylePicture, ...]:
    """The style pictures of a recipe.

    With ``buffers`` (a job from the wire) sources are exemplars or 'buffer:NAME', never files of
    this machine. Raises InputError: "unknown-style", "missing-file", "bad-image".
    """
    colours = None
    if (source := recipe.colours_of) is not None:
        colours = StylePicture.of(source, _pixels(source, buffers, "style_colours"))
    return tuple(
        StylePicture.of(
            style.source,
            checked_form(_prepared(style, buffers), style.source),
            style.weight,
            colours,
        )
        for style in recipe.styles
    )


def load_motif(
    recipe: Recipe, buffers: Mapping[str, NDArray] | None = None
) -> NDArray[np.uint8] | None:
    """The picture (H, W, 3) that a recipe shows in every copy of the domain, if it names one: an
    exemplar, a file or a buffer, as for styles. Raises InputError as :func:`load_styles`."""
    if recipe.motif is None:
        return None
    return checked_form(_pixels(recipe.motif, buffers, "motif"), recipe.motif, "motif")


def pictures_matched(
    recipe: Recipe, buffers: Mapping[str, NDArray]
) -> Mapping[str, NDArray[np.uint8]]:
    """The pictures of a client that steps of a recipe's finishing name, by their sources: exemplars
    or buffers, never files of this machine. Raises InputError: "unknown-style", "bad-image"."""
    return {
        source: _pixels(source, buffers, f"finishing.{step}")
        for step, source in recipe.pictures_matched.items()
    }


def _prepared(style: Style, buffers: Mapping[str, NDArray] | None) -> NDArray[np.uint8]:
    """A style's picture after its steps."""
    used = style.prepare.used
    pictures = {
        name: _pixels(used[name], buffers, f"styles.prepare.{name}")
        for name in used
        if STEPS[name].picture
    }
    return prepared(_pixels(style.source, buffers), used, pictures)


def _pixels(
    source: str, buffers: Mapping[str, NDArray] | None, field: str = "styles"
) -> NDArray[np.uint8]:
    if source.startswith(_BUFFER):
        name = source.removeprefix(_BUFFER)
        if buffers is None or name not in buffers:
            raise InputError("unknown-style", field, f"There is no buffer '{excerpt(name)}'.")
        pixels = buffers[name]
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
            raise InputError(
                "bad-image", field, f"Buffer '{excerpt(name)}' is not (H, W, 3) uint8."
            )
        return pixels
    if source in exemplars():
        return exemplar_pixels(source)
    if buffers is not None:
        raise unknown_name("unknown-style", field, source, exemplars())
    return read_style_file(Path(source), "style" if field == "styles" else field)


def exemplar_pixels(name: str) -> NDArray[np.uint8]:
    """An exemplar as (H, W, 3) uint8 sRGB."""
    return over_white(read_picture(exemplar_file(name).read_bytes(), "style", name))


def read_style_file(path: Path, field: str = "style") -> NDArray[np.uint8]:
    """A style's file as (H, W, 3) uint8 sRGB, over white. Raises InputError:
    "missing-file" with the exemplars that may be meant, "bad-image"."""
    try:
        return over_white(read_picture(path, field, limit=MAX_PIXELS))
    except InputError as refused:
        if refused.code != "missing-file":
            raise
        hint = unknown_name("missing-file", field, str(path), exemplars()).hint
        raise InputError("missing-file", field, refused.message, hint) from None


def checked_form(pixels: NDArray[np.uint8], name: str, field: str = "style") -> NDArray[np.uint8]:
    """A picture (H, W, 3) that a network can look at. Raises InputError("bad-image") for one that
    is tiny or very long; ``name``: what messages call it."""
    if min(pixels.shape[:2]) < 16:
        raise InputError(
            "bad-image", field, f"{excerpt(name, _SHOWN)} is smaller than 16 × 16 pixels."
        )
    if max(pixels.shape[:2]) > MAX_ASPECT * min(pixels.shape[:2]):
        raise InputError(
            "bad-image",
            field,
            f"{excerpt(name, _SHOWN)} is over {MAX_ASPECT} times as long as wide.",
            "Crop it.",
        )
    return pixels
