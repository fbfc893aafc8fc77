"""From heights on a ground to the maps of a material."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from geometry.spaces import Array
from service.maps.ground import DIRECTIONS, Ground, directions
from service.maps.metal import metal_of

Convention = Literal["opengl", "directx"]
_RINGS = 5  # distances at which a place looks for what rises around it
_NEAREST = 1.5  # pixels: the first of them
_SMOOTH = 1.5  # pixels: σ of the blur that takes what is left of the pixels' grid out of slopes


@dataclass(frozen=True)
class Finish:
    """How a material is made of a picture. depth: millimetres from the lowest to the highest place;
    smooth: σ of the blur of heights, in millimetres, None: _SMOOTH; reach: how far away what
    rises can take light, in millimetres; occlusion: how much of that shows, 0..1; roughness: at the
    highest and at the lowest places, 0..1; metal: colours '#rrggbb' that are metal; invert: whether
    dark is high."""

    depth: float
    reach: float
    smooth: float | None = None
    occlusion: float = 1.0
    roughness: tuple[float, float] = (0.4, 0.8)
    metal: tuple[str, ...] = ()
    invert: bool = False


@dataclass(frozen=True, eq=False)
class Maps:
    """Of a picture (H, W). normal: (H, W, 3) unit vectors (right, up, out); height, roughness,
    occlusion (1: open, 0: no light), metallic: (H, W) in 0..1. depth: of heights, in mm."""

    normal: Array
    height: Array
    roughness: Array
    occlusion: Array
    metallic: Array
    depth: float

    @property
    def packed(self) -> Array:
        """(H, W, 3): occlusion, roughness and metallic, glTF's red, green and blue."""
        return np.stack([self.occlusion, self.roughness, self.metallic], axis=2)


def make_maps(ground: Ground, heights: Array, pixels: NDArray[np.uint8], finish: Finish) -> Maps:
    """The maps of a picture with ``heights`` (H, W) in 0..1 and ``pixels`` (H, W, 3). Raises
    InputError("bad-value") for a blur of less than half a pixel, and for words that are no colour.
    """
    smooth = _SMOOTH * ground.step if finish.smooth is None else finish.smooth
    if smooth < ground.step / 2:
        raise InputError(
            "bad-value",
            "smooth",
            f"Pixels lie {ground.step:.3g} mm apart: a blur of {smooth:.3g} mm is not seen.",
            f"Choose --smooth {ground.step / 2:.2g} or more.",
        )
    metallic = metal_of(pixels, finish.metal)
    if finish.invert:
        heights = 1 - heights
    height, right, up = ground.slopes(finish.depth * heights, smooth)
    normal = np.stack([-right, -up, np.ones(ground.shape)], axis=2)
    normal /= np.linalg.norm(normal, axis=2, keepdims=True)
    open_sky = sky_share(ground, height, finish.reach) if finish.occlusion else 1.0
    occlusion = 1 - finish.occlusion * (1 - open_sky) * np.ones(ground.shape)
    height = np.clip(height / finish.depth, 0, 1)
    top, bottom = finish.roughness
    roughness = bottom + (top - bottom) * height
    return Maps(normal, height, roughness, occlusion, metallic, finish.depth)


def sky_share(ground: Ground, height: Array, reach: float) -> Array:
    """(H, W) in 0..1: how much of the light of an even sky arrives at each place of a relief.

    Where the relief rises to the angle α over a place, in one direction, cos²α of the light from
    there is left (Bavoil and Sainz, Image-Space Horizon-Based Ambient Occlusion, 2008); the mean
    over DIRECTIONS, α looked for out to ``reach`` millimetres."""
    nearest = _NEAREST * ground.step
    distances = np.geomspace(nearest, max(reach, 1.01 * nearest), _RINGS)
    total = np.zeros(ground.shape)
    for direction in directions(DIRECTIONS):
        steepest = np.zeros(ground.shape)
        for distance in distances:
            x, y = direction * distance
            steepest = np.maximum(steepest, (ground.moved(height, x, y) - height) / distance)
        total += 1 / (1 + steepest**2)
    return total / DIRECTIONS


def stored(normal: Array, convention: Convention) -> Array:
    """Normals (H, W, 3) as a picture's values 0..1. OpenGL's green grows upward, as in Blender,
    glTF and Unity; DirectX's downward, as in Unreal."""
    flip = 1.0 if convention == "opengl" else -1.0
    return 0.5 + 0.5 * normal * (1.0, flip, 1.0)
