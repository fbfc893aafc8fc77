"""A painted texture as a material, and a sphere's painting as the sky."""

from __future__ import annotations

from . import buttons

CLASSES = buttons.CLASSES
