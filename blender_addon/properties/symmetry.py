"""Settings: the symmetry, its colour rule, and where it stands."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from typing import Any

from bpy.props import BoolProperty, EnumProperty, FloatProperty, StringProperty

from .. import catalogue, icons, live_image
from .menu import menu_over


def _colourings(settings: Any) -> tuple[catalogue.Choice, ...]:
    return catalogue.known().colourings.get(settings.group, (catalogue.NO_COLOURING,))


def _keep_colouring_possible(settings: Any, context: Any) -> None:
    """A colour rule belongs to its group: another group starts without one."""
    names = {choice.name for choice in _colourings(settings)}
    if settings.colouring not in names:
        settings.colouring = catalogue.NO_COLOURING.name


def _redraw(settings: Any, context: Any) -> None:
    """Show at once what the viewport draws by itself."""
    live_image.redraw()


class SymmetrySettings:
    """Group and colour rule, centre and axis."""

    group: StringProperty(
        name="Symmetry",
        description="Symmetry group about the object's origin, by name",
        default="532",
        update=_keep_colouring_possible,
    )
    group_menu: menu_over(
        "group",
        "Symmetry",
        "Symmetry group about the object's origin and axes",
        lambda settings: catalogue.known().groups,
    )
    colouring: StringProperty(
        name="Colour Rule",
        description="How the colours change from one copy to the next, by name",
        default="none",
    )
    colouring_menu: menu_over(
        "colouring",
        "Colour Rule",
        "How the colours change from one copy to the next: in the picture a step to the right, a "
        "step down and half a tile are the group's generators",
        _colourings,
        lambda settings, name: icons.of_rule(settings, name),
    )
    colours: EnumProperty(
        name="Colours",
        description="What the colour rule acts on",
        items=[
            (
                "STYLE",
                "Style's Own",
                "The rule changes the style's colours into each other: inverted, light and dark, "
                "or blue and yellow, change places",
            ),
            ("RGB", "Red, Green, Blue", "The rule exchanges and inverts red, green and blue"),
            ("INKS", "Inks", "The rule exchanges two to four inks"),
        ],
        default="STYLE",
    )
    inks: StringProperty(
        name="Inks",
        description="The inks, such as #1b2a5c,#e8b030; empty: found in the style",
    )
    overlay: BoolProperty(
        name="Show in Viewport",
        description="Draw the rotation axes, the mirrors and one fundamental domain about the "
        "object; the domain is what is painted, all else are its copies",
        default=False,
        update=_redraw,
    )
    axis: EnumProperty(
        name="Axis",
        description="Main axis of the symmetry",
        items=[
            ("X", "X", "The object's X axis"),
            ("Y", "Y", "The object's Y axis"),
            ("Z", "Z", "The object's Z axis"),
            ("CURSOR", "3D Cursor", "The Z axis of the 3D cursor"),
        ],
        default="Z",
    )
    centre: EnumProperty(
        name="Centre",
        description="The point that the symmetry keeps in place",
        items=[
            ("ORIGIN", "Origin", "The object's origin"),
            ("CENTROID", "Centroid", "The middle of the surface"),
            ("CURSOR", "3D Cursor", "The place of the 3D cursor"),
        ],
    )
    action: EnumProperty(
        name="Acts On",
        description="What the symmetry moves",
        items=[
            ("SURFACE", "Surface", "Points of the surface, which must itself be symmetric"),
            ("DIRECTION", "Directions", "Directions from the centre, on any mesh"),
        ],
    )
    tolerance: FloatProperty(
        name="Tolerance",
        description="How far from symmetric the surface may be, relative to its size",
        default=0.01,
        min=0.0001,
        max=1.0,
        precision=4,
    )
