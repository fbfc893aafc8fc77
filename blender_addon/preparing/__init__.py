"""Steps before the painting: what a style of the list looks like after them, while their sliders
move."""

from __future__ import annotations

from . import buttons

CLASSES = buttons.CLASSES
