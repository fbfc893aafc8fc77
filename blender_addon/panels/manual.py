"""The add-on's help: F1 over a button or setting, and the question mark beside a problem.

The page comes with the zip (docs/blender.md, made into HTML by release/help_page.py), so that help
needs no network. In a checkout there is none, and nothing is offered.
"""

from __future__ import annotations

from pathlib import Path

import bpy

PAGE = Path(__file__).parents[1] / "help" / "blender.html"

# Blender's names of operators and properties, in lower case; the first that fits wins.
TOPICS = (
    ("bpy.ops.orbitex.start_service*", "addresses-and-safety"),
    ("bpy.ops.orbitex.connect*", "addresses-and-safety"),
    ("bpy.types.orbitexpreferences.*", "install"),
    ("bpy.ops.orbitex.install_service*", "install"),
    ("bpy.ops.orbitex.cancel_install*", "install"),
    ("bpy.ops.orbitex.remove_service*", "install"),
    ("bpy.ops.orbitex.dream*", "dreams"),
    ("bpy.types.orbitexdream.*", "dreams"),
    ("bpy.types.orbitexsettings.dreams*", "dreams"),
    ("bpy.types.orbitexsettings.use_styles*", "dreams"),
    ("bpy.ops.orbitex.export*", "print-in-three-dimensions"),
    ("bpy.ops.orbitex.cancel_export*", "print-in-three-dimensions"),
    ("bpy.types.orbitexsettings.view*", "views"),
    ("bpy.types.orbitexsettings.occluders*", "views"),
    ("bpy.types.orbitexsettings.base*", "base-color"),
    ("bpy.types.orbitexsettings.start*", "base-color"),
    ("bpy.types.orbitexsettings.content*", "base-color"),
    ("bpy.types.orbitexsettings.mask*", "base-color"),
    ("bpy.types.orbitex*", "the-panel"),
    ("bpy.ops.orbitex.*", "paint-finish-cancel"),
)


def address(anchor: str) -> str:
    """Where the browser finds this part of the page; empty if there is no page."""
    return f"{PAGE.as_uri()}#{anchor}" if PAGE.is_file() else ""


def topics() -> tuple[str, tuple[tuple[str, str], ...]]:
    """As Blender asks for them: the start of all addresses, and the rest of each."""
    return PAGE.as_uri(), tuple((names, f"#{anchor}") for names, anchor in TOPICS)


def register() -> None:
    """Tell Blender about the page."""
    if PAGE.is_file():
        bpy.utils.register_manual_map(topics)


def unregister() -> None:
    """Forget the page."""
    if PAGE.is_file():
        bpy.utils.unregister_manual_map(topics)
