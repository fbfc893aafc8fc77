"""Paint that is kept: to go on from at a larger size, or but for a region that is painted anew. No
torch in here."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from geometry.errors import InputError
from geometry.maps.reach import Reach
from geometry.symmetry.colour import white
from geometry.symmetry.colour_frame import RGB, ColourFrame
from service.spaces.frame import Picture
from service.spaces.space import Design, Scene
from service.spaces.torus import WHOLE_SIZE
from service.tensor_files import tensor_parts
from service.whole_files import Part

FEATHER = 0.04  # width of the soft edge in free paint, relative to the canvas's


@dataclass(frozen=True)
class Origin:
    """A painting that was gone on from: its receipt or its job, its recipe's size, and the sha256
    of its paint."""

    source: str
    width: int
    sha256: str


@dataclass(frozen=True, eq=False)
class Paint:
    """The logits on a canvas, (charts, h, w, 3) float32 or, of large ones, float16; mirrored,
    frame: see Scene's mirrored and style_frame; picture: (H, W, 3) uint8, what was made of it in
    the end, before it was cut or laid over a base; None before. width: the size of its recipe;
    first_width: that of the painting which was enlarged to this one, perhaps in several goes, else
    the same: strokes were measured by it. Both are 0 of paint that an earlier version kept.
    source: of paint that is gone on from, the receipt or the job that it belongs to."""

    logits: NDArray[np.floating]
    mirrored: bool
    picture: NDArray[np.uint8] | None = None
    frame: ColourFrame = RGB
    width: int = 0
    first_width: int = 0
    source: str = ""

    @property
    def sha256(self) -> str:
        """Of what decides how a painting goes on from here, hexadecimal."""
        words = [self.logits.shape, self.mirrored, self.width, self.first_width]
        digest = hashlib.sha256(json.dumps(words).encode())
        digest.update(np.ascontiguousarray(self.logits).data)
        digest.update(self.frame.as_array().tobytes())
        return digest.hexdigest()

    @property
    def paint(self) -> Paint:
        """Itself: what there is of any :data:`Before`."""
        return self

    @property
    def origin(self) -> Origin:
        """What a receipt says of it."""
        return Origin(self.source, self.width, self.sha256)

    def check_grows(self, size: int, largest: int) -> None:
        """Raise InputError("bad-value") unless a painting of a ``size`` can go on from here.
        largest: see Space."""
        if not self.width:
            raise InputError(
                "bad-value", "job", "An earlier version painted this.", "Paint it again first."
            )
        if size <= self.width:
            more = min(2 * self.width, largest)
            raise InputError(
                "bad-value",
                "size",
                f"The picture is {self.width} pixels wide already.",
                f"Give more than that, such as {more}."
                if more > self.width
                else "That is as large as it can be.",
            )

    def to_bytes(self, half: bool = False) -> bytes:
        """:meth:`parts` in one."""
        return b"".join(self.parts(half))

    def parts(self, half: bool = False) -> list[Part]:
        """For a file: safetensors. half: logits as 16-bit floating-point numbers, which are as fine
        as a tenth of a grey level."""
        arrays: dict[str, np.ndarray] = {
            "frame": self.frame.as_array(),
            "widths": np.array([self.width, self.first_width], np.int64),
            "logits": self.logits.astype(np.float16, copy=False) if half else self.logits,
            "mirrored": np.array([self.mirrored], np.uint8),
        }
        if self.picture is not None:
            arrays["picture"] = self.picture
        return tensor_parts(arrays)

    @classmethod
    def from_bytes(cls, data: bytes) -> Paint:
        """Raises InputError "damaged-job" for anything else."""
        try:
            arrays = safetensors.numpy.load(data)
            logits, mirrored = arrays["logits"], bool(arrays["mirrored"][0])
        except (safetensors.SafetensorError, KeyError, IndexError, ValueError):
            raise _bad() from None
        picture, frame = arrays.get("picture"), arrays.get("frame")
        if logits.ndim != 4 or logits.shape[3] != 3 or logits.dtype not in (np.float16, np.float32):
            raise _bad()
        if not np.isfinite(logits).all():
            raise _bad()
        logits = logits.astype(np.float32)
        if picture is not None and (picture.ndim != 3 or picture.dtype != np.uint8):
            raise _bad()
        if frame is None:  # painted before there were frames
            return cls(logits, mirrored, picture)
        widths = arrays.get("widths", np.zeros(2, np.int64))
        if frame.shape != (3, 4) or frame.dtype != np.float64 or widths.shape != (2,):
            raise _bad()
        if widths.dtype != np.int64 or widths.min() < 0 or not np.isfinite(frame).all():
            raise _bad()
        width, first_width = map(int, widths)
        found = ColourFrame.from_array(frame)
        return cls(logits, mirrored, picture, found, width, first_width)


@dataclass(frozen=True, eq=False)
class Kept:
    """``free``: (charts, h, w) float32 in 0..1 of the canvas at full size, how much of new paint
    counts; the rest is ``paint``'s. changed: (H, W), the pixels of the picture, as it is painted,
    that show free paint."""

    paint: Paint
    free: NDArray[np.float32]
    changed: NDArray[np.bool_]

    @property
    def sha256(self) -> str:
        """Of all of it, hexadecimal."""
        digest = hashlib.sha256(f"{self.paint.logits.shape} {self.paint.mirrored}".encode())
        digest.update(np.ascontiguousarray(self.paint.logits).tobytes())
        digest.update(self.free.tobytes())
        if not self.paint.frame.is_rgb:
            digest.update(self.paint.frame.as_array().tobytes())
        if self.paint.picture is not None:
            digest.update(np.ascontiguousarray(self.paint.picture).tobytes())
        return digest.hexdigest()


Before = Paint | Kept  # what a painting goes on from: all of it, larger; or but for a region


@dataclass(frozen=True, eq=False)
class Backdrop:
    """What a picture was before a region of it was repainted. kept: (H, W, 3), what comes of the
    kept paint alone; before: (H, W, 3), the picture as it ended, None if it never did;
    changed: (H, W), see Kept."""

    kept: Picture
    before: Picture | None
    changed: NDArray[np.bool_]

    def behind(self, painted: Picture, kept: Picture) -> Picture:
        """``painted`` where it changes, and elsewhere what was there, to the bit. ``kept``: of the
        kept paint, made as ``painted`` was."""
        changed = self.changed[..., None]
        if self.before is None:
            return np.where(changed, painted, kept)
        # The kept paint need not make the picture that was there to the bit: other seams were
        # erased, or an earlier version kept it on a smaller canvas. What it lacks is laid under
        # the new paint, too, which so begins without a step.
        signed = painted.astype(np.promote_types(painted.dtype, np.int16))
        moved = np.clip(self.before + (signed - kept), 0, white(painted.dtype))
        return np.where(changed, moved.astype(painted.dtype), self.before)


def kept_paint(scene: Scene, width: int, paint: Paint, region: NDArray[np.bool_]) -> Kept:
    """What is kept of ``paint``, and what is free. ``region``: (H, W) in the layout of what is
    delivered of a scene at a recipe's size ``width``, at any size. Raises InputError
    ("bad-region")."""
    if width > WHOLE_SIZE:
        raise InputError(
            "bad-region",
            "region",
            f"Regions of pictures over {WHOLE_SIZE} pixels wide cannot be painted anew.",
            "Paint all of it with another seed, or a smaller one.",
        )
    design = dataclasses.replace(scene, mirrored=paint.mirrored).design(width)
    return keep(design.reach(), paint, _untrimmed(design, region))


def keep(reach: Reach, paint: Paint, region: NDArray[np.bool_]) -> Kept:
    """Free the paint that shows in ``region``, (H, W) of the picture as it is painted at full size,
    and with it, as symmetry demands, wherever else it shows.

    Nothing is freed that shows outside of the region and its images, but for a pixel where views
    are much finer than the canvas. Raises InputError: "bad-region" if that leaves nothing,
    "damaged-job" for paint of another picture.
    """
    if paint.picture is not None and paint.picture.shape != (*reach.picture, 3):
        raise _bad()
    # as far inside of the region as a texel shows, so that nothing outside of it can change
    inner = ndimage.binary_erosion(region, np.ones((3, 3), bool), reach.rim, border_value=1)
    texels = reach.texels(inner)
    if not texels.any():
        raise InputError(
            "bad-region", "region", "The region is too small to be painted anew.", "Make it larger."
        )
    shown = reach.texels(np.ones_like(region))
    free = np.stack([_soft(a, b, reach.wrap) for a, b in zip(texels, shown, strict=True)])
    return Kept(paint, free, reach.pixels(free > 0))


def _untrimmed(design: Design, region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where a region of what is delivered, (H, W), lies in the picture that it is made of."""
    size = design.shape
    numbers = np.arange(size[0] * size[1]).reshape(size)
    # pixels are only moved: a picture of their own numbers, in bytes, says from where
    parts = np.stack([numbers >> 8 * k & 255 for k in range(6)], axis=-1).astype(np.uint8)
    low, high = (design.trimmed(parts[..., k : k + 3])[0] for k in (0, 3))
    origin = np.zeros(low.shape[:2], np.int64)
    for k, digit in enumerate([*np.moveaxis(low, -1, 0)[:3], *np.moveaxis(high, -1, 0)[:3]]):
        origin |= digit.astype(np.int64) << 8 * k
    if region.shape != origin.shape:
        wanted = Image.fromarray(region)
        region = np.asarray(
            wanted.resize((origin.shape[1], origin.shape[0]), Image.Resampling.NEAREST)
        )
    found = np.zeros(size, bool)
    found.ravel()[origin[region]] = True
    return found


def _soft(texels: NDArray[np.bool_], shown: NDArray[np.bool_], wrap: bool) -> NDArray[np.float32]:
    """Of one chart, (h, w): 0 outside of ``texels``, 1 well inside; what is nowhere shown has no
    edge. ``wrap``: it is a torus."""
    inside = texels | ~shown
    if inside.all():
        return np.ones(texels.shape, np.float32)
    height, width = texels.shape
    reach = max(2.0, FEATHER * width)
    margin = int(np.ceil(reach)) + 1 if wrap else 0
    padded = np.pad(inside, margin, mode="wrap")
    distance = ndimage.distance_transform_edt(padded)[
        margin : margin + height, margin : margin + width
    ]
    t = np.clip((distance - 1) / min(reach, max(distance.max() - 1, 1)), 0, 1)
    return np.where(texels, t * t * (3 - 2 * t), 0).astype(np.float32)


def _bad() -> InputError:
    message = "The paint of this job cannot be read."
    return InputError("damaged-job", "job", message, "Paint it again.")
