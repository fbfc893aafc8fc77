"""Settings: the symmetry, its colour rule, and where it stands."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..offer import catalogue
from ..offer.colour_rules import suitability
from ..offer.symmetries import NONE
from ..picture import icons, live_image
from .axis import AxisSetting
from .groups import PLAIN, GroupSetting, choose_entry, chosen_entry, draw_group, group_entries
from .menu import Menu
from .row import Setting, of_recipe

_NONE = catalogue.NO_COLOURING.name


def _colourings(settings: Any) -> tuple[catalogue.MenuEntry, ...]:
    """None first, then those that suit the style."""
    none, *rules = catalogue.known().rules(settings.group)
    look, frame = icons.style_of(settings) or (None, None)
    return (none, *sorted(rules, key=lambda rule: _place_of_rule(rule, look, frame)))


def _place_of_rule(
    rule: catalogue.MenuEntry, look: np.ndarray | None, frame: np.ndarray | None
) -> tuple[bool, int, bool, float]:
    hardly_seen, effect, strange = suitability(rule.images, look, frame)
    return hardly_seen, effect, bool(rule.note), strange


def _keep_colouring_possible(settings: Any, context: Any) -> None:
    """A colour rule belongs to its group: another group starts without one."""
    names = {choice.name for choice in _colourings(settings)}
    if settings.colouring not in names:
        settings.colouring = _NONE


def _redraw(settings: Any, context: Any) -> None:
    """Show at once what the viewport draws by itself."""
    live_image.redraw()


def _draw_colouring(column: Any, settings: Any) -> None:
    """The menu, and the rule that is chosen as a swatch among the others."""
    column.prop(settings, "colouring_menu")
    if settings.colouring != _NONE and icons.of_rule(settings, settings.colouring):
        column.template_icon_view(
            settings, "colouring_menu", show_labels=True, scale=4.0, scale_popup=3.5
        )


ROWS = (
    of_recipe(
        "group",
        "symmetry",
        kind=GroupSetting,
        default=NONE,
        menu=Menu(
            "How the painting repeats over the object. First what was found on this object",
            group_entries,
            chosen=chosen_entry,
            choose=choose_entry,
            named=lambda: catalogue.known().groups or PLAIN,
        ),
        draw=draw_group,
        more={"update": _keep_colouring_possible},
        argument="Symmetry group, by any name in the catalogue; default: the object's, else the "
        "best that is found on it",
    ),
    of_recipe(
        "colouring",
        "symmetry",
        menu=Menu(
            "How the colours change from one copy to the next. The swatches show the style: a step "
            "to the right, a step down and half a tile are the symmetry's generators",
            _colourings,
            icons.of_rule,
        ),
        draw=_draw_colouring,
        shown=lambda settings: len(_colourings(settings)) > 1 or settings.colouring != _NONE,
    ),
    of_recipe(
        "colours",
        "symmetry",
        items=(
            (
                "STYLE",
                "From Style",
                "The rule changes the style's colours into each other: inverted, light and dark, "
                "or blue and yellow, change places",
            ),
            ("RGB", "Red, Green, Blue", "The rule exchanges and inverts red, green and blue"),
            ("INKS", "Inks", "The rule exchanges two to four inks"),
        ),
        shown=lambda settings: settings.colouring != _NONE,
    ),
    of_recipe(
        "inks",
        "symmetry",
        shown=lambda settings: settings.colouring != _NONE and settings.colours == "INKS",
        sent=lambda choices: choices.inks if choices.colours == "INKS" else None,
    ),
    of_recipe(
        "action",
        "symmetry_place",
        items=(
            ("SURFACE", "Surface", "Points of the surface, which must itself be symmetric"),
            ("DIRECTION", "Directions", "Directions from the centre, on any mesh"),
        ),
    ),
    of_recipe(
        "tolerance",
        "symmetry_place",
        least=0.0001,
        shown=lambda settings: settings.action == "SURFACE",
        more={"precision": 4},
    ),
    of_recipe(
        "axis",
        "symmetry_place",
        kind=AxisSetting,
        tip="Main axis of the symmetry",
        items=(
            ("X", "X", "The object's X axis"),
            ("Y", "Y", "The object's Y axis"),
            ("Z", "Z", "The object's Z axis"),
            ("CURSOR", "3D Cursor", "The Z axis of the 3D cursor"),
            ("CUSTOM", "Custom", "A direction of your own, or one that was found"),
        ),
        argument="Main axis: X, Y, Z, CURSOR or numbers: 0,1,1",
        preset=False,
        sent=lambda choices: choices.axis,
    ),
    of_recipe(
        "centre",
        "symmetry_place",
        tip="The point that the symmetry keeps in place",
        default="ORIGIN",
        items=(
            ("ORIGIN", "Origin", "The object's origin"),
            ("CENTROID", "Centroid", "The middle of the surface"),
            ("CURSOR", "3D Cursor", "The place of the 3D cursor"),
        ),
        argument="Kept in place: ORIGIN, CENTROID, CURSOR or numbers: 0,0,1.5",
        preset=False,
    ),
    Setting(
        "overlay",
        "Show in Viewport",
        "Draw the rotation axes, the mirrors and one fundamental domain on the object. Only the "
        "domain is painted, everything else is a copy of it",
        False,
        "symmetry",
        shown=lambda settings: settings.group != NONE,
        more={"update": _redraw},
        preset=False,
        painted=False,
    ),
)
