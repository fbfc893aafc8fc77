"""Steps after the painting, done to the image while their sliders move."""

from __future__ import annotations

from . import buttons

CLASSES = buttons.CLASSES
