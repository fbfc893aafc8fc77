"""What is on the screen: the colour of the ball in the middle of the viewport."""

from __future__ import annotations

import numpy as np
from old_blender import OldBlender, wait_for
from painter import colour_of

PATIENCE = 30.0  # seconds; a frame is in the viewport after 0.3 to 1, of a quiet machine
SIDE = 160  # pixels of the ball's middle


def ball(blender: OldBlender) -> np.ndarray:
    """float (40, 40, 3): the ball's middle in squares of 4 pixels, which have little noise."""
    x, y = blender.region("WINDOW").middle
    half = SIDE // 2
    patch = blender.desktop.look()[y - half : y + half, x - half : x + half]
    means: np.ndarray = patch.reshape(SIDE // 4, 4, SIDE // 4, 4, 3).mean(axis=(1, 3))
    return means


def is_grey(colours: np.ndarray) -> bool:
    return bool(np.ptp(colours, axis=2).max() < 15)


def wait_for_grey(blender: OldBlender) -> None:
    wait_for(lambda: is_grey(ball(blender)), "a grey ball", PATIENCE)


def wait_for_step(blender: OldBlender, step: int) -> None:
    """Until the ball has the painter's colour of a step: light and tone mapping leave the
    strongest channel the strongest by far."""
    wanted = int(np.argmax(colour_of(step)))

    def shown() -> bool:
        colour = ball(blender).mean(axis=(0, 1))
        return bool(colour[wanted] - np.delete(colour, wanted).max() > 40)

    wait_for(shown, f"the colour of step {step} in the viewport", PATIENCE)
