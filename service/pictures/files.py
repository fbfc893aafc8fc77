"""Picture files as arrays: the one reader for styles, bases, masks and the textures of mesh files.

A picture is read as it looks on a screen: (H, W, 4) uint8 sRGB with straight alpha, top row first.
Colours with an ICC profile (Adobe RGB, Display P3, ProPhoto, CMYK, grey) are converted, 16 bits
are scaled to 8, palettes and transparent keys become alpha, and a camera's orientation is obeyed.

Textures of mesh files are read by the same function. A UV map lies on the pixels as the file has
them, so an orientation must not turn them; and glTF forbids to heed profiles:

    read_picture(source, "mesh", "cow.png", turn=False)  # OBJ, PLY
    read_picture(source, "mesh", "cow.png", turn=False, convert=False)  # glTF

Raises InputError for a picture that cannot be read, also when Pillow notices only while it decodes.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageOps

from geometry.errors import InputError

MAX_PIXELS = 16384**2  # a guard against decompression bombs
# Pillow's own guard refuses at twice its limit, 13377² as it comes, and prints a warning before
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("ignore", Image.DecompressionBombWarning)
_ROUNDING = 1  # of 255: what a conversion from sRGB to sRGB may change


def read_picture(
    source: Path | bytes | Image.Image,
    field: str,
    name: str = "",
    *,
    limit: int = MAX_PIXELS,
    turn: bool = True,
    convert: bool = True,
) -> NDArray[np.uint8]:
    """A picture as (H, W, 4) uint8 sRGB, straight alpha, top row first.

    source: a file, a file's bytes, or an image that Pillow opened, which stays open. field: what
    the picture is for, and name: what messages call it; a path needs none. limit: the most pixels.
    turn: obey an orientation; convert: obey a profile. Raises InputError: "missing-file",
    "bad-image".
    """
    shown = (name or (str(source) if isinstance(source, Path) else "The picture"))[:200]
    try:
        with contextlib.ExitStack() as opened:
            if isinstance(source, Image.Image):
                image = source
            else:
                file = io.BytesIO(source) if isinstance(source, bytes) else source
                image = opened.enter_context(Image.open(file))
            if image.width * image.height > limit:
                raise Image.DecompressionBombError
            return _pixels(image, turn, convert)
    except FileNotFoundError:
        message, hint = f"There is no file {shown}.", "Check its name."
        raise InputError("missing-file", field, message, hint) from None
    except Image.DecompressionBombError:
        message, hint = f"{shown} has over {limit:,} pixels.", "Scale it down."
    except MemoryError:
        message, hint = f"{shown} takes more memory than there is.", "Scale it down."
    except _NoRangeError as error:
        message, hint = f"{shown} has {error} pixels.", "Save it with 8 or 16 bits."
    except Exception:  # Pillow's decoders raise whatever a broken file makes them raise
        message = f"{shown} is not a picture that can be read."
        hint = "Use a PNG, JPEG, TIFF or WebP."
    raise InputError("bad-image", field, message, hint)


def over_white(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture (H, W, 4) laid over white: (H, W, 3)."""
    if picture[..., 3].min() == 255:
        return np.ascontiguousarray(picture[..., :3])
    image = Image.fromarray(picture)
    ground = Image.new("RGBA", image.size, "white")
    return np.array(Image.alpha_composite(ground, image).convert("RGB"))


def as_coverage(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture (H, W, 4) as a mask (H, W): its grey times its alpha."""
    grey = np.asarray(Image.fromarray(picture).convert("L"), np.float64)
    return np.rint(grey * picture[..., 3] / 255).astype(np.uint8)


class _NoRangeError(ValueError):
    """Numbers without an agreed white; the message says of what kind."""


def _pixels(image: Image.Image, turn: bool, convert: bool) -> NDArray[np.uint8]:
    profile = (image.info.get("icc_profile") if convert else None) or b""
    key = _transparent_key(image)
    if image.mode == "F":
        raise _NoRangeError("floating-point")
    if image.mode == "I" and image.format not in ("PNG", "PPM"):  # those two have 16 bits
        raise _NoRangeError("32-bit")
    image.load()  # a PNG may say how it is turned behind its pixels
    if turn and image.getexif().get(ExifTags.Base.Orientation, 1) != 1:  # else it would be copied
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        return _of_sixteen_bits(np.asarray(image), key, profile)
    if key is not None:
        image = image.copy()
        image.info["transparency"] = key
    pixels = np.array(image.convert("RGBA"))
    return _converted(image, pixels, profile) if profile else pixels


def _transparent_key(image: Image.Image) -> object:
    """The colour that a PNG declares transparent, scaled as Pillow scales the pixels: it leaves a
    key of 2, 4 or 16 bits as it is. None if there is none."""
    key = image.info.get("transparency")
    if image.mode == "RGB" and isinstance(key, tuple) and max(key) > 255:
        return tuple(value >> 8 for value in key)
    tiles = getattr(image, "tile", None)
    if image.mode == "L" and isinstance(key, int) and tiles:
        return key * {"L;2": 85, "L;4": 17}.get(tiles[0][3], 1)
    return key


def _of_sixteen_bits(values: NDArray, key: object, profile: bytes) -> NDArray[np.uint8]:
    """Grey of 16 bits (H, W). Colours of 16 bits never come here: Pillow reduces them itself."""
    values = values.astype(np.int64).clip(0, 65535)
    shades = _shades(np.arange(65536, dtype=np.uint16), profile)[values]
    alpha = np.where(values == key, 0, 255).astype(np.uint8)
    return np.concatenate([shades, alpha[..., None]], axis=2)


def _converted(image: Image.Image, pixels: NDArray[np.uint8], profile: bytes) -> NDArray[np.uint8]:
    """The pixels (H, W, 4) of an image, converted from its profile. Viewers pass over a profile
    that is broken or belongs to another kind of picture, and so is it here."""
    space = _space(profile)
    with contextlib.suppress(ImageCms.PyCMSError):
        if space == "CMYK" and image.mode == "CMYK":
            pixels[..., :3] = _transformed(np.asarray(image), "CMYK", profile)
        elif space == "GRAY" and (pixels[..., :1] == pixels[..., 1:3]).all():
            shades = _shades(np.arange(256, dtype=np.uint8), profile)
            pixels[..., :3] = shades[pixels[..., 0]]
        elif space == "RGB" and image.mode != "CMYK":
            steps = np.linspace(0, 255, 9).astype(np.uint8)
            grid = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(27, 27, 3)
            if _changed(grid, _transformed(grid, "RGB", profile)):
                pixels[..., :3] = _transformed(pixels[..., :3], "RGB", profile)
    return pixels


def _shades(levels: NDArray, profile: bytes) -> NDArray[np.uint8]:
    """The colours (N, 3) of all grey levels (N,) uint8 or uint16, by the profile if it is grey."""
    wide = levels.dtype == np.uint16
    plain = np.rint(levels / 257).astype(np.uint8) if wide else levels
    plain = np.repeat(plain[:, None], 3, axis=1)
    if _space(profile) == "GRAY":
        with contextlib.suppress(ImageCms.PyCMSError):
            shades = _transformed(levels[None], "I;16" if wide else "L", profile)[0]
            return shades if _changed(plain, shades) else plain
    return plain


def _changed(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> bool:
    """Whether a conversion does more than round. Most profiles are sRGB's: such pictures keep
    their bits."""
    return bool(np.abs(after.astype(int) - before).max() > _ROUNDING)


def _space(profile: bytes) -> str:
    """What a profile describes: "RGB", "GRAY", "CMYK" …; "" if it is broken or there is none."""
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.xcolor_space.strip()
    except OSError:
        return ""


def _transformed(values: NDArray, mode: str, profile: bytes) -> NDArray[np.uint8]:
    """Values (H, W) or (H, W, C) of one of Pillow's modes as sRGB (H, W, 3). Raises PyCMSError."""
    # Little CMS tabulates grey curves too coarsely for the dark end of linear ones
    exact = ImageCms.Flags.NONE if values.ndim == 3 else ImageCms.Flags.NOOPTIMIZE
    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION | exact,
    )
    image = Image.frombytes(mode, (values.shape[1], values.shape[0]), values.tobytes())
    return np.asarray(ImageCms.applyTransform(image, transform))
