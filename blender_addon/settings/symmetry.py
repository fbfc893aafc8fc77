"""Settings: the symmetry, its colour rule, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from bpy.props import FloatVectorProperty, IntProperty

from ..link import detections
from ..offer import catalogue
from ..offer.colour_rules import suitability
from ..offer.symmetries import (
    MIRROR,
    MOST_REPEATS,
    NONE,
    Symmetry,
    canonical,
    direction,
    family_of,
    of_family,
)
from ..picture import icons, live_image
from .menu import Menu
from .row import Setting, of_recipe

_NONE = catalogue.NO_COLOURING.name
_PLAIN = (
    catalogue.MenuEntry(NONE, "None", "The object is painted as a whole, without repeating"),
    catalogue.MenuEntry(MIRROR, "Mirror", "One half is the mirror image of the other"),
)  # before the service has said more
REPEATS = 6  # of a family that is newly chosen


def found_on(settings: Any) -> tuple[Symmetry, ...]:
    """The symmetries that the service has found on the object."""
    return detections.found(live_image.uid_of(settings.id_data))


def chosen_one(settings: Any) -> Symmetry | None:
    """The one of them that is chosen, where it was found."""
    axis, name = BY_ROW["axis"].read(settings), canonical(settings.group)
    return next(
        (
            symmetry
            for symmetry in found_on(settings)
            if (symmetry.name, symmetry.centre) == (name, settings.centre)
            and _same_axis(symmetry.axis, axis)
        ),
        None,
    )


def _same_axis(first: str, second: str) -> bool:
    a, b = direction(first), direction(second)
    if a is None or b is None:
        return first == second
    return max(abs(x - y) for x, y in zip(a, b, strict=True)) < 1e-5


def choose(settings: Any, symmetry: Symmetry) -> None:
    """Take a symmetry that was found, where it was found."""
    settings.group = symmetry.name
    settings.centre = symmetry.centre
    BY_ROW["axis"].put(settings, symmetry.axis)


def _groups(settings: Any) -> tuple[catalogue.MenuEntry, ...]:
    """What was found first, then none, a mirror, families about an axis, and all others."""
    found = found_on(settings)
    listed = tuple(
        catalogue.MenuEntry(s.key, s.label, f"Found on this object: {s.name}") for s in found
    )
    # What was found is not listed twice, unless it is chosen with another axis or centre.
    hidden = {s.name for s in found} - {"" if chosen_one(settings) else canonical(settings.group)}
    known = [e for e in catalogue.known().groups or _PLAIN if e.name not in hidden]
    return (*listed, *sorted(known, key=_place_in_menu))


def _place_in_menu(entry: catalogue.MenuEntry) -> int:
    plain = (NONE, MIRROR)
    return plain.index(entry.name) if entry.name in plain else 2 if entry.family else 3


def _draw_group(column: Any, settings: Any) -> None:
    """The menu over the whole width: names are long. The section says what it is."""
    column.prop(settings, "group_menu", text="")


def _chosen(settings: Any) -> str:
    if (symmetry := chosen_one(settings)) is not None:
        return symmetry.key
    if (family := family_of(settings.group)) is not None:
        for entry in catalogue.known().groups:
            if entry.family == family[0] and entry.name != MIRROR:
                return entry.name
    return canonical(settings.group)


def _choose(settings: Any, name: str) -> None:
    for symmetry in found_on(settings):
        if symmetry.key == name:
            choose(settings, symmetry)
            return
    now, wanted = family_of(settings.group), family_of(name)
    if wanted is not None:
        name = of_family(wanted[0], now[1] if now is not None else REPEATS)
    settings.group = name


def _repeats(settings: Any) -> int:
    family = family_of(settings.group)
    return 0 if family is None else family[1]


def _repeat(settings: Any, n: int) -> None:
    family = family_of(settings.group)
    if family is not None:
        settings.group = of_family(family[0], n)


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


@dataclass(frozen=True)
class GroupSetting(Setting):
    """The group, by any name; of a family its number is a property of its own."""

    def properties(self) -> dict[str, Any]:
        """The name, its menu, and the number."""
        repeats = IntProperty(
            name="Repeats",
            description="How often the pattern repeats around the axis",
            min=2,
            max=MOST_REPEATS,
            get=_repeats,
            set=_repeat,
            options={"SKIP_SAVE"},
        )
        return super().properties() | {"repeats": repeats}

    def draw_in(self, column: Any, settings: Any) -> None:
        """The menu, and the number of a family."""
        super().draw_in(column, settings)
        if family_of(settings.group) is not None:
            column.prop(settings, "repeats")


@dataclass(frozen=True)
class AxisSetting(Setting):
    """The axis: a name, or with the name CUSTOM a direction, which is written as numbers."""

    def properties(self) -> dict[str, Any]:
        """The name and the direction."""
        numbers: Any = FloatVectorProperty(
            name="Direction",
            description="Direction of the axis in the object's own frame",
            default=(0.0, 0.0, 1.0),
            subtype="XYZ",
            precision=4,
        )
        return super().properties() | {"direction": numbers}

    def read(self, settings: Any) -> str:
        """A name or numbers."""
        if settings.axis != "CUSTOM":
            return str(settings.axis)
        return ",".join(f"{number:.7g}" for number in settings.direction)

    def put(self, settings: Any, value: Any) -> None:
        """Of a name or numbers. Raises TypeError."""
        numbers = direction(value)
        settings.axis = value if numbers is None else "CUSTOM"
        if numbers is not None:
            settings.direction = numbers

    def draw_in(self, column: Any, settings: Any) -> None:
        """The name, and the direction where it has none."""
        super().draw_in(column, settings)
        if settings.axis == "CUSTOM":
            column.prop(settings, "direction")


ROWS = (
    of_recipe(
        "group",
        "symmetry",
        kind=GroupSetting,
        default=NONE,
        menu=Menu(
            "How the painting repeats over the object. First what was found on this object",
            _groups,
            chosen=_chosen,
            choose=_choose,
            named=lambda: catalogue.known().groups or _PLAIN,
        ),
        draw=_draw_group,
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
BY_ROW = {row.name: row for row in ROWS}
