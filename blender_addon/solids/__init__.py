"""A painted object as a solid to print in three dimensions."""

from __future__ import annotations

from . import buttons

CLASSES = buttons.CLASSES
