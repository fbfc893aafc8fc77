"""Settings: the symmetry, its colour rule, and where it stands."""

from __future__ import annotations

from typing import Any

from ..offer import catalogue
from ..picture import icons, live_image
from .menu import Menu
from .row import Setting, of_recipe

_NONE = catalogue.NO_COLOURING.name


def _colourings(settings: Any) -> tuple[catalogue.MenuEntry, ...]:
    return catalogue.known().colourings.get(settings.group, (catalogue.NO_COLOURING,))


def _keep_colouring_possible(settings: Any, context: Any) -> None:
    """A colour rule belongs to its group: another group starts without one."""
    names = {choice.name for choice in _colourings(settings)}
    if settings.colouring not in names:
        settings.colouring = _NONE


def _redraw(settings: Any, context: Any) -> None:
    """Show at once what the viewport draws by itself."""
    live_image.redraw()


def _draw_colouring(column: Any, settings: Any) -> None:
    """The menu, and the rules as swatches."""
    column.prop(settings, "colouring_menu")
    rules = catalogue.known().colourings.get(settings.group, ())
    if len(rules) > 1 and icons.of_rule(settings, settings.colouring):
        column.template_icon_view(
            settings, "colouring_menu", show_labels=True, scale=4.0, scale_popup=3.5
        )


ROWS = (
    of_recipe(
        "group",
        "symmetry",
        default="532",
        menu=Menu(
            "Symmetry group about the object's origin and axes",
            lambda settings: catalogue.known().groups,
        ),
        more={"update": _keep_colouring_possible},
    ),
    of_recipe(
        "colouring",
        "symmetry",
        menu=Menu(
            "How the colours change from one copy to the next: in the picture a step to the right, "
            "a step down and half a tile are the group's generators",
            _colourings,
            icons.of_rule,
        ),
        draw=_draw_colouring,
    ),
    of_recipe(
        "colours",
        "symmetry",
        items=(
            (
                "STYLE",
                "Style's Own",
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
        "symmetry",
        items=(
            ("SURFACE", "Surface", "Points of the surface, which must itself be symmetric"),
            ("DIRECTION", "Directions", "Directions from the centre, on any mesh"),
        ),
    ),
    of_recipe(
        "tolerance",
        "symmetry",
        least=0.0001,
        shown=lambda settings: settings.action == "SURFACE",
        more={"precision": 4},
    ),
    of_recipe(
        "axis",
        "symmetry",
        tip="Main axis of the symmetry",
        items=(
            ("X", "X", "The object's X axis"),
            ("Y", "Y", "The object's Y axis"),
            ("Z", "Z", "The object's Z axis"),
            ("CURSOR", "3D Cursor", "The Z axis of the 3D cursor"),
        ),
        argument="Main axis: X, Y, Z, CURSOR or numbers: 0,1,1",
        preset=False,
        sent=lambda choices: choices.axis,
    ),
    of_recipe(
        "centre",
        "symmetry",
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
        "Draw the rotation axes, the mirrors and one fundamental domain about the object; the "
        "domain is what is painted, all else are its copies",
        False,
        "symmetry",
        heading=("Show in", "Viewport"),
        more={"update": _redraw},
        preset=False,
        painted=False,
    ),
)
