"""Pictures under the elements of a colour rule: all of them are what may come to be seen."""

from __future__ import annotations

import torch
from torch import Tensor

from geometry.symmetry.colour import IDENTITY, ColourElement
from geometry.symmetry.colour_frame import CLAMP, RGB, ColourFrame


def colour_images(
    picture: Tensor, elements: tuple[ColourElement, ...], frame: ColourFrame = RGB
) -> list[Tensor]:
    """Pictures (B, 3, H, W) in 0..1 under each colour element, acting in a frame."""
    middle = picture - 0.5 if frame.is_rgb else torch.logit(picture, eps=CLAMP)
    out = []
    for element in elements:
        action = [torch.tensor(part, dtype=picture.dtype) for part in frame.action(element)]
        moved, shift = (part.to(picture.device) for part in action)
        image = torch.einsum("ij,bjhw->bihw", moved, middle)
        if frame.is_rgb:
            out.append(image + 0.5)
        elif element == IDENTITY:
            out.append(picture)
        else:
            out.append(torch.sigmoid(image + shift[:, None, None]))
    return out
