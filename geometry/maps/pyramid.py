"""The packed mip pyramid of a texture: all levels in one flat list of texels, so that one sparse
matrix can read any of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError

MAX_TEXELS = 2**31 - 1  # columns of a sampling map are int32


def pyramid_shapes(texture_shape: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """(H, W) of every level, the texture itself first.

    A level is halved while *both* sides are even, and the pyramid ends where one is odd: every
    texel is then the plain average of 2×2 texels of the level before, for any texture.
    1024×1024 has 11 levels, 512×640 has 8 (down to 4×5), 511×512 has one.

    Raises InputError("texture-bad-size") for sides below 1 or more texels than int32 can count.
    """
    height, width = texture_shape
    if height < 1 or width < 1 or height * width * 4 // 3 >= MAX_TEXELS:
        raise InputError(
            "texture-bad-size",
            "texture_shape",
            f"A texture of {width} × {height} texels cannot be used.",
            "Use sides from 1 to 32768.",
        )
    shapes = [(height, width)]
    while height % 2 == 0 and width % 2 == 0:
        height, width = height // 2, width // 2
        shapes.append((height, width))
    return tuple(shapes)


def pyramid_offsets(texture_shape: tuple[int, int]) -> tuple[int, ...]:
    """Where each level starts in the packed pyramid, in texels; one more entry for its end, which
    is the number of columns of a view's sampling map. Level k is row-major, top row first."""
    offsets = [0]
    for height, width in pyramid_shapes(texture_shape):
        offsets.append(offsets[-1] + height * width)
    return tuple(offsets)


def build_pyramid(texture: NDArray[np.floating]) -> NDArray[np.float64]:
    """The packed pyramid (texels of all levels, C) of a texture (H, W, C): the slow reference for
    what the service does on its device. Each level is the 2×2 box average of the one before."""
    level = np.asarray(texture, np.float64)
    channels = level.shape[2]
    levels = [level.reshape(-1, channels)]
    for height, width in pyramid_shapes((level.shape[0], level.shape[1]))[1:]:
        level = level.reshape(height, 2, width, 2, channels).mean(axis=(1, 3))
        levels.append(level.reshape(-1, channels))
    return np.concatenate(levels)
