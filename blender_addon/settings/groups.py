"""The setting of the symmetry group: its menu, what was found on the object, families."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bpy.props import IntProperty

from ..link import detections
from ..offer import catalogue
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
from ..picture import live_image
from .axis import put_axis, read_axis
from .row import Setting

PLAIN = (
    catalogue.MenuEntry(NONE, "None", "The object is painted as a whole, without repeating"),
    catalogue.MenuEntry(MIRROR, "Mirror", "One half is the mirror image of the other"),
)  # before the service has said more
REPEATS = 6  # of a family that is newly chosen


def found_on(settings: Any) -> tuple[Symmetry, ...]:
    """The symmetries that the service has found on the object."""
    return detections.found(live_image.uid_of(settings.id_data))


def chosen_one(settings: Any) -> Symmetry | None:
    """The one of them that is chosen, where it was found."""
    axis, name = read_axis(settings), canonical(settings.group)
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
    put_axis(settings, symmetry.axis)


def group_entries(settings: Any) -> tuple[catalogue.MenuEntry, ...]:
    """What was found first, then none, a mirror, families about an axis, and all others."""
    found = found_on(settings)
    listed = tuple(
        catalogue.MenuEntry(s.key, s.label, f"Found on this object: {s.name}") for s in found
    )
    # What was found is not listed twice, unless it is chosen with another axis or centre.
    hidden = {s.name for s in found} - {"" if chosen_one(settings) else canonical(settings.group)}
    known = [e for e in catalogue.known().groups or PLAIN if e.name not in hidden]
    return (*listed, *sorted(known, key=_place_in_menu))


def _place_in_menu(entry: catalogue.MenuEntry) -> int:
    plain = (NONE, MIRROR)
    return plain.index(entry.name) if entry.name in plain else 2 if entry.family else 3


def draw_group(column: Any, settings: Any) -> None:
    """The menu over the whole width: names are long. The section says what it is."""
    column.prop(settings, "group_menu", text="")


def chosen_entry(settings: Any) -> str:
    """The name of the entry that stands for the group."""
    if (symmetry := chosen_one(settings)) is not None:
        return symmetry.key
    if (family := family_of(settings.group)) is not None:
        for entry in catalogue.known().groups:
            if entry.family == family[0] and entry.name != MIRROR:
                return entry.name
    return canonical(settings.group)


def choose_entry(settings: Any, name: str) -> None:
    """Take the group of an entry; a family keeps how often the pattern repeats."""
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
